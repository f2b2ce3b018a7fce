#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Changes under traffic: transfers go on, byte for byte, while settings and services
# change, the module is unloaded and loaded again, and a namespace goes away.

# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck disable=SC2317 # functions that are arguments
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/ftp_streams.sh
. "$(dirname "$0")/../lib/ftp_streams.sh"

vip2_4=192.0.2.11
changes=30

# Streams outlive several tests.
ftp_time_limit=600

# One shell makes hundreds of changes without starting a program for any.
change_everything()
{
	in_ns "$director" bash -e -s - "$changes" "$vip4 $vip6 $vip2_4" <<-'END'
	cd /sys/kernel/nf_ftpmark/net
	echo other >add
	echo 192.0.2.20 2001:db8:10::20 >services/other/vip
	echo 10.9.0.0/16 >services/other/real_servers
	for ((i = 0; i < $1; i++)); do
		echo 1 >services/other/enabled
		echo 22 >services/other/mark
		echo 10000-30000 >services/ftp/passive_ports
		echo "$2" >services/ftp/vip
		echo "new$i" >add
		echo "192.0.3.$i" >"services/new$i/vip"
		echo 1 >"services/new$i/enabled"
		echo 23 >services/other/mark
		echo "20001-30000 10000-20000 9000" >services/ftp/passive_ports
		[ $i -lt 5 ] || echo "new$((i - 5))" >remove
		echo 0 >services/other/enabled
	done
	END
}

test_changes()
{
	local streams=(get4 put4 active4 active6)

	gate=$scratch/gate.changes
	stream_start get4 get pasv 4
	stream_start put4 put epsv 4
	stream_start active4 get port 4
	stream_start active6 get eprt 6
	check "transfers begin" busywait 60 streams_flow "${streams[@]}"
	check "$changes rounds of changes" change_everything
	check_streams_go_on "after the changes" "${streams[@]}"
	new_cip 4
	check "the VIP added serves" vip_serves "$vip2_4" "$cip"
	check_streams_intact "after the changes" "${streams[@]}"
	check_equal "active_failed: none" 0 "$(service_stat ftp active_failed)"
	check_equal "active_unmatched: none" \
		0 "$(service_stat ftp active_unmatched)"
}

vip_serves() # VIP4 CIP
{
	local vip4=$1

	ftp curl epsv "$2" get whoami "$scratch/whoami" &&
		grep '^rs[12]$' "$scratch/whoami"
}

# The data that an interrupted transfer has left is a prefix of the file.
stream_is_prefix() # NAME
{
	local file

	file=$(stream_file "$1") &&
		cmp -n "$(stat -c %s "$file")" "$file" "$scratch/big"
}

kill_streams() # NAMESPACE NAME...
{
	local name

	ip netns pids "$1" | xargs -r kill
	for name in "${@:2}"; do
		wait "${stream_pid[$name]}"
	done
}

# IPVS has the passive connections in its own table and needs no more marks for
# them. Active ones lose their translation: they end, or stand still.
test_unload()
{
	gate=$scratch/gate.unload
	stream_start unload_get4 get pasv 4
	stream_start unload_put6 put epsv 6
	stream_start unload_active4 get port 4
	check "transfers begin before the module goes" busywait 60 streams_flow \
		unload_get4 unload_put6 unload_active4
	check "the module unloads under traffic" unload_module
	check_streams_go_on "without the module" \
		unload_get4 unload_put6
	check_streams_intact "without the module" \
		unload_get4 unload_put6
	new_cip 4
	check "nothing new is served without the module" \
		! session_run curl pasv "$cip"
	kill_streams "$client" unload_active4
	check "unload_active4 has no wrong byte" stream_is_prefix unload_active4
}

test_reload()
{
	check "the module loads again, with parameters" \
		load_module vip=192.0.2.99 real_servers=10.99.0.0/24
	check_equal "the parameters are in the initial namespace" "192.0.2.99" \
		"$(cat /sys/kernel/nf_ftpmark/net/services/ftp/vip)"
	check "and nowhere else" ! service_stat ftp bytes
	cluster_marker_module
	new_cip 4
	check "passive, after it came back" session_run curl pasv "$cip"
	new_cip 6
	check "active, after it came back" session_run curl eprt "$cip"
}

# The director of a second cluster goes away during transfers; transfers of the
# first cluster are not affected.
test_namespace()
{
	local first_director=$director

	gate=$scratch/gate.namespace
	stream_start first_get4 get pasv 4
	stream_start first_active6 get eprt 6

	cluster_up || exit
	streams_prepare
	cluster_marker_module
	stream_start second_get4 get pasv 4
	stream_start second_active4 get port 4
	check "transfers begin on two clusters" busywait 60 streams_flow \
		first_get4 first_active6 second_get4 second_active4
	check "a director goes under traffic" cluster_delete_director
	check_streams_go_on "beside the director gone" first_get4 first_active6
	check_streams_intact "beside the director gone" first_get4 first_active6
	kill_streams "$client" second_get4 second_active4
	check "second_get4 has no wrong byte" stream_is_prefix second_get4
	director=$first_director
	check_equal "active_failed: none, beside the director gone" \
		0 "$(service_stat ftp active_failed)"
}

tainted()
{
	# Bad page, oops, warning.
	echo $(($(cat /proc/sys/kernel/tainted) & (1 << 5 | 1 << 7 | 1 << 9)))
}

tainted_before=$(tainted)
load_module
cluster_up || exit
streams_prepare
ip -n "$director" address add "$vip2_4/32" dev lo
cluster_marker_module
test_changes
test_unload
test_reload
test_namespace
check_equal "the kernel did not complain" "$tainted_before" "$(tainted)"
finish
