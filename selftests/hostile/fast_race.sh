#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fast: packets of one connection on two processors, while its leases are ended and
# given, and settings and routes change. Each packet leaves once, and right.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/fast_wire.sh
. "$selftests/lib/fast_wire.sh"

need ipvsadm python3
modprobe -q ip_vs_rr || skip_all "no IPVS"
packets=$(soak 1500 200000)

setup_ns fast wire
load_module
director_up fast "$fast" 1 || exit
wire_run fast_race.py "$packets"
for family in 4 6; do
	check_equal "IPv$family: no packet is wrong, or lost" "0 0" \
		"${count[wrong$family]:-} ${count[lost$family]:-}"
	check "IPv$family: many arrive" \
		[ "${count[received$family]:-0}" -ge "$packets" ]
	check "IPv$family: many by the short way" \
		[ "${count[short$family]:-0}" -ge $((packets / 10)) ]
	check "IPv$family: during many changes" \
		[ "${count[changes$family]:-0}" -ge 10 ]
done
finish
