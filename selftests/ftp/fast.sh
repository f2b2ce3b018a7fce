#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fast: established data takes the short way through the director. Every byte
# arrives, and everything is counted as without it, while the setting changes and the
# module goes away and comes back.

# shellcheck disable=SC2119,SC2154 # words of load_module; of dial.sh
# shellcheck disable=SC2317 # called by check
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source=../lib/fast.sh
. "$selftests/lib/fast.sh"

# shellcheck disable=SC2034 # for cluster.sh
big_size=$((1 << 20))

# Counts what arrives at the director ahead of the module: what IPVS should count.
count_watch()
{
	in_ns "$director" nft -f - <<-END
	table inet count {
		counter in { }
		counter out { }
		counter passive { }
		chain prerouting {
			type filter hook prerouting priority -500
			ip daddr $vip4 meta l4proto tcp counter name in
			ip6 daddr $vip6 meta l4proto tcp counter name in
			ip saddr $real_net4 tcp sport { 20, 21, $passive_first-$passive_last } counter name out
			ip6 saddr $real_net6 tcp sport { 20, 21, $passive_first-$passive_last } counter name out
			ip daddr $vip4 tcp dport $passive_first-$passive_last counter name passive
			ip6 daddr $vip6 tcp dport $passive_first-$passive_last counter name passive
		}
	}
	END
}

# What IPVS has counted in all: packets and bytes, to servers and to clients.
ipvs_totals_read()
{
	local text words

	in_ns "$director" slurp text /proc/net/ip_vs_stats || return
	read -ra words <<<"$(sed -n 3p <<<"$text")"
	totals="$((16#${words[1]})) $((16#${words[3]})) \
$((16#${words[2]})) $((16#${words[4]}))"
}

arrived_totals_read()
{
	local packets bytes

	counter_read in count || return
	arrived="$packets $bytes"
	counter_read out count || return
	arrived+=" $packets $bytes"
}

totals_agree()
{
	ipvs_totals_read && arrived_totals_read && [ "$totals" = "$arrived" ]
}

check_counts_agree() # WHEN
{
	local totals='' arrived='' packets bytes stat

	busywait 60 totals_agree
	check_equal "IPVS counts what arrived, to the byte $1" \
		"$arrived" "$totals"
	counter_read passive count
	service_stat_read stat ftp passive_packets
	check_equal "passive_packets is what arrived $1" "$packets" "$stat"
}

# Every kind of transfer, whole, with most of its data on the short way.
test_transfers() # WHEN
{
	local session program mode family name fast_packets before

	for session in "${ftp_sessions[@]}"; do
		read -r program mode family <<<"$session"
		name="$program, $mode, IPv$family, $1"
		new_cip "$family"
		fast_packets_read
		before=$fast_packets
		check "$name: get, put and list" \
			session_run "$program" "$mode" "$cip"
		check_equal "$name: peer of the data connections" \
			"$(expected_peer "$mode" "$family")" "$session_peers"
		fast_packets_read
		check "$name: data took the short way" \
			[ "$fast_packets" -gt $((before + 8)) ]
	done
}

test_off()
{
	local stat

	new_cip 4
	check "fast=0: passive works" session_run curl pasv "$cip"
	for stat in fast_packets fast_leases fast_expired fast_ended fast_unfit fast_full; do
		check_equal "fast=0: $stat" 0 "$(service_stat ftp "$stat")"
	done
}

# What the module rewrites is then a whole checksum, which the receiver verifies.
checksums_off() # NAMESPACE DEVICE
{
	in_ns "$1" python3 -S - "$2" <<-'END'
		import array, fcntl, socket, struct, sys
		SIOCETHTOOL, ETHTOOL_STXCSUM = 0x8946, 0x17
		value = array.array("B", struct.pack("II", ETHTOOL_STXCSUM, 0))
		with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
		    fcntl.ioctl(s, SIOCETHTOOL, struct.pack(
			"16sP8x", sys.argv[1].encode(), value.buffer_info()[0]))
	END
}

# One packet a segment, with its checksum: no offload merges or cuts them.
offloads_off()
{
	ip -n "$client" link set wan gso_max_segs 1
	ip -n "$rs1" link set eth gso_max_segs 1
	ip -n "$rs2" link set eth gso_max_segs 1
	check "the sender computes checksums: client" checksums_off "$client" wan
	check "the sender computes checksums: rs1" checksums_off "$rs1" eth
	check "the sender computes checksums: rs2" checksums_off "$rs2" eth
}

# Leases go with the setting, and come with it, in mid-connection.
test_setting()
{
	local before after

	new_cip 4
	talk_begin setting
	check "before the setting changes" talk_fast setting
	service_set ftp fast 0
	service_stat_read before ftp fast_packets
	check "with fast=0 a connection goes on" talk setting 16
	service_stat_read after ftp fast_packets
	check_equal "and no packet takes the short way" "$before" "$after"
	service_set ftp fast 1
	check "with fast=1 the short way is taken again" talk_fast setting
	service_set ftp mark 22
	service_set ftp mark "$ftp_mark"
	check "with settings changed, too" talk_fast setting
	talk_end setting
}

test_without_the_module()
{
	new_cip 6
	talk_begin unloaded
	check "before the module goes" talk_fast unloaded
	service_remove ftp
	check "a connection goes on without the service" talk unloaded 16
	cluster_marker_module fast=1
	check "with the service again it takes the short way" \
		talk_fast unloaded
	check "the module can be unloaded in between" unload_module
	check "a connection goes on without the module" talk unloaded 16
	talk_end unloaded
}

test_end()
{
	local family

	load_module
	cluster_marker_module fast=1
	for family in 4 6; do
		new_cip "$family"
		talk_begin "last$family"
		check "IPv$family: before the director goes" \
			talk_fast "last$family"
	done
	check "the director goes with fresh leases" cluster_delete_director
	check "the module can be unloaded then" unload_module
}

load_module
cluster_up || exit
active_up
talk_up
count_watch
cluster_marker_module
test_off
service_set ftp fast 1
check_counts_agree "at first"
test_transfers "offloads on"
check_counts_agree "with offloads"
offloads_off
test_transfers "offloads off"
check_counts_agree "without offloads"
test_setting
test_without_the_module
test_end
finish
