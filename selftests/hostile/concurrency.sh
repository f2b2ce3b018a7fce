#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packets on two CPUs while every file of several services is written, and services,
# namespaces and the module come and go. Each packet that arrives has the mark of the
# configuration before or after a change, no change loses a packet, and every write
# ends.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck disable=SC2016,SC2034 # for other shells; wire.sh's names
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=../lib/wire.sh
. "$selftests/lib/wire.sh"

race=$selftests/hostile/race
need ipvsadm nft
[ -x "$race" ] || skip_all "no race: run make -C selftests"
modprobe -q -a nfnetlink_log ip_vs_rr || skip_all "no nfnetlink_log or no IPVS"
setup_ns client router
load_module
seconds=$(soak 12 240)
# Unloading waits for the cleanup of namespaces, and that for RCU callbacks: minutes
# where kmemleak adds one for each packet.
limit=$((seconds * 10 + 100 * ${FTPMARK_PATIENCE:-1}))
seed=${FTPMARK_SEED:-1}

# The router forwards packets of real servers, too, so that they meet all hooks.
wire_link "$client" "$router" wire0
ip netns exec "$router" bash -e -c '
	echo 1 >/proc/sys/net/ipv4/ip_forward
	ip link add name up0 type dummy
	ip link set up0 up
	ip link set wire0 addrgenmode none up
	ip address add 203.0.113.254/24 dev up0
	ip route add 10.0.0.0/24 dev wire0
	echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
	ip -6 route add 2001:db8:57::cb00:7100/120 dev up0
	ip -6 route add 2001:db8:57::a00:0/120 dev wire0
	ipvsadm -A -f 21 -s rr -p 300
	ipvsadm -a -f 21 -r 10.0.0.1 -m
	ipvsadm -A -f 21 -6 -s rr -p 300
	ipvsadm -a -f 21 -6 -r 2001:db8:57::a00:1 -m
	nft -f -' <<-END
	table inet race {
		chain behind {
			type filter hook prerouting priority -148
			ip saddr 198.18.0.0/15 log group 7 queue-threshold 16 drop
			ip6 saddr 2001:db8:57::c612:0/111 log group 7 queue-threshold 16 drop
		}
	}
	END

# race_run NAME [UNLOAD LOAD]: runs the program and leaves its counts in $count. It
# goes on until each thing has happened $seconds times, or a limit is reached.
declare -A count=()
race_run()
{
	local status=0 key value

	# A program that does not end is a deadlock. The thread that runs RCU callbacks
	# needs priority over it, or callbacks would pile up.
	timeout -s KILL $((limit + 600 * ${FTPMARK_PATIENCE:-1})) \
		ip netns exec "$router" nice -n 19 \
		"$race" "$client" wire0 "$router_mac" \
		"$seconds" "$limit" "$seed" "${@:2}" >"$scratch/race" 2>&1 ||
		status=$?
	note "$(cat "$scratch/race")"
	count=()
	while read -r key value; do
		count[$key]=$value
	done <"$scratch/race"
	check_equal "$1: every write ends, and so does the run" 0 "$status"
	check_equal "$1: no packet has a mark of no configuration" \
		0 "${count[wrong]}"
	check_equal "$1: no packet is lost to a change" 0 "${count[lost]}"
	check "$1: many packets arrived" \
		[ "${count[received]}" -ge $((seconds * 50)) ]
	check "$1: many that no configuration left unmarked, of both families" \
		[ "${count[certain4]}" -ge "$seconds" -a \
		"${count[certain6]}" -ge "$seconds" ]
	check "$1: many of them unmarked" [ "${count[marked]}" -lt \
		$((count[received] * 19 / 20)) ]
}

# Prints the namespaces that could not be removed, and why.
services_left()
{
	ip netns exec "$router" bash -c '
		cd /sys/kernel/nf_ftpmark/net || exit
		# With it go the services that a dead process has added.
		[ "$(<transaction)" = none ] || echo discard >transaction
		for service in $(ls services); do
			echo "$service" >remove || echo "$service stays"
		done
		ls services' 2>&1
}

race_run "changes"
check "changes: many of each service that packets go to" \
	[ "${count[states0]}" -ge "$seconds" -a \
	"${count[states1]}" -ge "$seconds" ]
check "changes: many of others, taken" \
	[ "${count[storm_done]}" -ge "$seconds" ]
check "changes: many of others, refused" \
	[ "${count[storm_refused]}" -ge "$seconds" ]
check "changes: namespaces came and went" [ "${count[namespaces]}" -gt 0 ]
check "changes: processes committed transactions" \
	[ "${count[transactions]}" -gt 0 ]
check "changes: and died or ended without" \
	[ "${count[transactions_ended]}" -gt 0 ]
check_equal "changes: none of these namespaces was refused" \
	0 "${count[namespaces_refused]}"
if [ "$(nproc)" -gt 1 ]; then
	check "changes: packets came on two CPUs" [ "${count[sent_by_cpu0]}" \
		-ge "$seconds" -a "${count[sent_by_cpu1]}" -ge "$seconds" ]
else
	skip "changes: packets came on two CPUs" "there is one only"
fi
check_equal "changes: all services can be removed" "" "$(services_left)"

load="modprobe nf_ftpmark"
modinfo nf_ftpmark >/dev/null 2>&1 ||
	load="insmod $selftests/../nf_ftpmark.ko"
race_run "unloading" "rmmod nf_ftpmark" "$load"
check "unloading: the module went away and came back" \
	[ "${count[reloads]}" -gt 0 ]
check "unloading: many changes in between" [ "${count[states0]}" -ge "$seconds" ]
check_equal "unloading: all services can be removed" "" "$(services_left)"
finish
