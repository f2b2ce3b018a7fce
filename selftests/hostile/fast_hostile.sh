#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fast: packets that no honest host would send, among those of connections that take the
# short way. A second director without it gets the same ones: both send the same bytes,
# and count the same; and a packet takes the short way only if a model of the
# documentation says that it may. The ports of clients are few: most connections have
# those of one before, and another real server. Connections with less than a packet a
# second stay off it.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck disable=SC2317 # called by ip and busywait
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/counters.sh
. "$selftests/lib/counters.sh"
# shellcheck source=../lib/fast_wire.sh
. "$selftests/lib/fast_wire.sh"

need ipvsadm nft python3
modprobe -q -a nfnetlink_log ip_vs_rr || skip_all "no nfnetlink_log or no IPVS"
packets=$(soak 3000 300000)
seed=${FTPMARK_SEED:-1}
# Behind the module's first hook: what has gone the usual way.
log_usual()
{
	ip netns exec "$fast" nft -f - <<-END
	table inet usual {
		chain prerouting {
			type filter hook prerouting priority -440
			iifname { front, back } log group 7 queue-threshold 16
		}
	}
	END
}

# All that a service and IPVS count, but not how.
counts_read() # NAMESPACE
{
	ip netns exec "$1" counts_read_here
}

counts_read_here()
{
	local counter text

	counts=
	for counter in "${counters[@]}"; do
		[[ $counter != fast_* ]] || continue
		slurp text "/sys/kernel/nf_ftpmark/net/services/ftp/stats/$counter"
		counts+="$counter=$text "
	done
	slurp text /proc/net/ip_vs_stats
	counts+=$(sed -n 3p <<<"$text")
}

counts_agree()
{
	counts_read "$fast"
	counts_fast=$counts
	counts_read "$slow"
	[ "$counts_fast" = "$counts" ]
}

setup_ns fast slow wire
load_module
director_up fast "$fast" 1 || exit
director_up slow "$slow" 0 || exit
log_usual
wire_run fast_hostile.py "$slow" "$seed" "$packets"
check_equal "every packet leaves as without fast, and none wrongly on the short way" \
	0 "${count[differences]:-none}"
for kind in ecn gso honest length partial sums tcp_options trailer urgent; do
	check "the short way takes packets of the kind \"$kind\"" \
		[ "${count[short_$kind]:-0}" -ge 1 ]
done
counts='' counts_fast=''
busywait 60 counts_agree
check_equal "both directors count the same" "$counts" "$counts_fast"
wire_run fast_rate.py 4
check_equal "packets further apart than a lease lasts get none" "0 0" \
	"${count[slow_leases]:-none} ${count[slow_short]:-none}"
check_equal "packets in a row do: each direction of both families" 4 \
	"${count[row_leases]:-none}"
finish
