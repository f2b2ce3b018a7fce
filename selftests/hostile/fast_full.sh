#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fast: more connections at once than there are places for leases. Those that find none
# go the usual way, at no other loss, and memory does not grow.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/fast_wire.sh
. "$selftests/lib/fast_wire.sh"

need ipvsadm python3
modprobe -q ip_vs_rr || skip_all "no IPVS"
# Of so many, five are in one bucket of 16,384 nearly always.
connections=12000

setup_ns fast wire
load_module
director_up fast "$fast" 1 || exit
wire_run fast_full.py "$connections"
check_equal "every packet leaves" "${count[sent]:-none}" "${count[left]:-}"
check "many connections get leases" [ "${count[leases]:-0}" -ge 1000 ]
if [ "${count[full]:-0}" -gt 0 ]; then
	ok "some find no place"
else
	skip "some find no place" "this machine is slow: leases end too soon"
fi
finish
