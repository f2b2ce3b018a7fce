#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A service's counters are exact to the packet and the byte, and on_marked decides
# what happens to packets that another rule has marked already.

# shellcheck disable=SC2119,SC2154 # wire_start's arguments, setup_ns's names
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=../lib/wire.sh
. "$selftests/lib/wire.sh"

need nft python3
wire_start

# Creates the service anew, with all counters at 0.
afresh() # [FILE=VALUE...]
{
	files conf write remove ftp
	service conf ftp vip="$vip $vip2 $vip6" enabled=1 "$@"
}

# Sends every packet of a connection to the given port, and some others.
each_port()
{
	afresh
	check_stats "a new service has counted nothing" conf ftp

	check_marks "control packets" "21=12" "to=$vip count=3" \
		"to=$vip flags=A count=4" "to=$vip2 flags=PA data=100 count=4" \
		"to=$vip6 flags=FA"
	check_stats "control packets are counted" conf ftp \
		control_packets=12 bytes="$sent_bytes"

	afresh
	check_marks "passive packets" "21=12" "to=$vip port=10000 count=3" \
		"to=$vip port=20000 flags=PA data=1460 count=7" \
		"to=$vip6 port=15000 flags=R count=2"
	check_stats "passive packets are counted" conf ftp \
		passive_packets=12 bytes="$sent_bytes"
}

# SYN-ACKs are neither marked nor counted, whatever mark they have.
syn_acks()
{
	local rule="meta mark set"

	afresh
	watcher_ask nft "add rule inet wire others_marks tcp flags psh $rule 99"
	check_marks "SYN-ACKs" "0=5 99=2" "to=$vip flags=SA count=2" \
		"to=$vip port=10000 flags=SA" "to=$vip6 flags=SA" \
		"to=$vip port=22 flags=SA" \
		"to=$vip flags=SAP" "to=$vip6 port=10000 flags=SAP"
	check_stats "are not counted" conf ftp
	watcher_ask nft "flush chain inet wire others_marks"
}

# Options, extension headers and several ranges leave the fast path of the hook;
# bytes count there, too.
each_way()
{
	afresh control_ports="21 2121" passive_ports="10000-20000 30000 30002"
	check_marks "packets on all ways through the hook" "21=8" \
		"to=$vip port=2121 data=7" "to=$vip port=30000 data=11" \
		"to=$vip port=30002 options=8 data=13" \
		"to=$vip paged data=5000" "to=$vip port=10000 paged data=5001" \
		"to=$vip6 ext=hop,dst data=17" "to=$vip6 ext=dst port=30002" \
		"to=$vip6 paged port=30000 data=5002"
	check_stats "they are counted" conf ftp \
		control_packets=3 passive_packets=5 bytes="$sent_bytes"
}

exact_bytes()
{
	afresh
	check_marks "three packets of known length" "21=3" "to=$vip data=1" \
		"to=$vip options=4 data=2" "to=$vip6 ext=hop data=3"
	check_stats "bytes are lengths by the IP header" conf ftp \
		control_packets=3 bytes=$((41 + 46 + 71))
}

# A port that is both a control and a passive port counts as control.
both_kinds()
{
	afresh control_ports=15000 passive_ports=14999-15001
	check_marks "a control port amid the passive ones" "21=3" \
		"to=$vip port="{14999,15000,15001}
	check_stats "counts as control" conf ftp \
		control_packets=1 passive_packets=2 bytes="$sent_bytes"
}

out_of_range()
{
	afresh
	check_marks "SYNs to other ports of a VIP" "0=6" "to=$vip port=20" \
		"to=$vip port=20001 flags=S" "to=$vip2 port=9999 count=2" \
		"to=$vip6 port=22" "to=$vip6 port=22 ext=dst"
	check_stats "are out of range" conf ftp out_of_range=6
	check_marks "segments that open no connection" "0=6" \
		"to=$vip port=22 flags="{SA,A,PA,FA,R,SF}
	check_marks "no TCP, fragments, other addresses" "0=6" \
		"to=$vip port=22 proto=17" "to=$vip6 port=22 proto=17" \
		"to=$vip port=22 fragment=1" "to=198.51.100.11 port=22" \
		"to=$vip port=22 cut=19" "to=$vip proto=1"
	check_stats "are not out of range" conf ftp out_of_range=6
}

# Where services share a VIP, the first by name counts the packets to ports of no
# service.
shared_vip()
{
	afresh
	service conf early vip="$vip" control_ports=2121 passive_ports= mark=5 \
		enabled=1
	check_marks "packets to a shared VIP" "0=2 5=1 21=1" \
		"to=$vip port="{22,2121,21} "to=$vip2 port=2121"
	check_stats "each service counts its own" conf ftp \
		control_packets=1 bytes=40 out_of_range=1
	check_stats "the first one counts what is nobody's" conf early \
		control_packets=1 bytes=40 out_of_range=1
	put conf remove early
}

marked_before()
{
	local rule="meta mark set"

	afresh
	watcher_ask nft "add rule inet wire others_marks tcp flags psh $rule 99"
	watcher_ask nft "add rule inet wire others_marks tcp flags fin $rule 21"

	check_marks "overwrite: another mark is replaced" "21=6" \
		"to=$vip count=2" "to=$vip flags=PA count=3" \
		"to=$vip6 port=10000 flags=PA data=5"
	check_stats "overwrite: counted as marked already, and as ours" \
		conf ftp control_packets=5 passive_packets=1 \
		bytes="$sent_bytes" already_marked=4
	check_marks "overwrite: none of our ports" "0=1 99=2" "to=$vip port=22" \
		"to=$vip port=22 flags=PA" "to=198.51.100.11 flags=PA"

	afresh on_marked=keep
	check_marks "keep: another mark stays" "21=2 99=4" \
		"to=$vip count=2" "to=$vip flags=PA count=3" \
		"to=$vip6 port=10000 flags=PA data=5"
	check_stats "keep: counted as marked already, and not as ours" \
		conf ftp control_packets=2 bytes=80 already_marked=4

	for policy in overwrite keep; do
		afresh on_marked=$policy
		check_marks "$policy: our own mark stays" "21=3" \
			"to=$vip flags=F count=2" "to=$vip port=10000 flags=F"
		check_stats "$policy: our own mark is not another one" \
			conf ftp control_packets=2 passive_packets=1 bytes=120
	done
	watcher_ask nft "flush chain inet wire others_marks"
}

# Where an interface belongs to a VRF, packets pass PREROUTING twice.
vrf()
{
	local name family rule="meta mark set"
	local checks=("VRF: packets pass twice" "VRF: they are counted once"
		"VRF, keep: another mark stays" "VRF, keep: it is counted once"
		"VRF: a mark that a rule brings back is replaced again"
		"VRF: that is counted once")

	if ! ip -n "$router" link add vrf0 type vrf table 100 2>/dev/null; then
		for name in "${checks[@]}"; do
			skip "$name" "the kernel has no VRF"
		done
		return
	fi
	ip -n "$router" link set vrf0 up
	ip -n "$router" link set wire0 master vrf0
	# Drops behind the hook only what comes through the VRF.
	watcher_ask nft "flush chain inet wire behind"
	for family in "ip saddr $cip" "ip6 saddr $cip6"; do
		watcher_ask nft "add rule inet wire behind iif vrf0 $family $(
			)add @behind { meta mark counter } drop"
	done

	afresh
	check_marks "${checks[0]}" "0=4 21=6" "to=$vip count=2" \
		"to=$vip port=10000 flags=A" "to=$vip options=4" \
		"to=$vip6 ext=dst" "to=$vip6" "to=$vip port=22" \
		"to=$vip6 port=22" "to=$vip flags=SA" "to=198.51.100.11"
	check_stats "${checks[1]}" conf ftp control_packets=5 \
		passive_packets=1 bytes=$((3 * 40 + 44 + 68 + 60)) \
		out_of_range=2

	watcher_ask nft "add rule inet wire others_marks tcp flags psh $rule 99"
	afresh on_marked=keep
	check_marks "${checks[2]}" "99=3" "to=$vip flags=PA count=2" \
		"to=$vip6 flags=PA"
	check_stats "${checks[3]}" conf ftp already_marked=3
	afresh
	check_marks "${checks[4]}" "21=3" "to=$vip flags=PA count=2" \
		"to=$vip6 flags=PA"
	check_stats "${checks[5]}" conf ftp already_marked=3 \
		control_packets=3 bytes=140
	watcher_ask nft "flush chain inet wire others_marks"
}

# Counters survive changes of the service, also while it is disabled.
lasting()
{
	afresh
	check_marks "a packet" "21=1" "to=$vip"
	service conf ftp mark=22 passive_ports=30000-30010 enabled=0
	check_marks "another, while disabled" "0=1" "to=$vip"
	service conf ftp enabled=1
	check_marks "another, with another mark" "22=1" "to=$vip"
	check_stats "counters outlive changes" conf ftp \
		control_packets=2 bytes=80
}

each_port
syn_acks
each_way
exact_bytes
both_kinds
out_of_range
shared_vip
marked_before
lasting
vrf
finish
