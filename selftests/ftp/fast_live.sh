#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fast: many connections send both ways all the time, and compare every byte, while the
# configuration is changed and loaded again, links and routes change, somebody listens
# to all packets, the module and the director go away.

# shellcheck disable=SC2119,SC2154 # words of load_module; of dial.sh
# shellcheck disable=SC2317 # called by check
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source=../lib/fast.sh
. "$selftests/lib/fast.sh"

# Nobody speaks FTP here.
cluster_servers_start()
{
	:
}

streams_of_client=4
changes=10
roles=(rs1 rs2 client)
agent_patience=$((600 * ${FTPMARK_PATIENCE:-1}))

streams() # ROLE REQUEST: leaves $answer
{
	agent_ask "streams_$1" "$2"
}

streams_are() # EXPECTED ROLE REQUEST
{
	streams "$2" "$3"
	echo "$answer"
	[ "$answer" = "$1" ]
}

streams_up()
{
	local role family number

	for role in "${roles[@]}"; do
		agent_start "streams_$role" ip netns exec "${!role}" \
			python3 -S "$selftests/ftp/fast_streams.py"
	done
	for number in 1 2; do
		for family in 4 6; do
			role=rip${number}_$family
			streams "rs$number" "listen ${!role} $talk_port"
		done
	done
	# Each client has a real server of its own choice.
	for number in 1 2; do
		for family in 4 6; do
			new_cip "$family"
			check "IPv$family: $streams_of_client connections of $cip" \
				streams_are ok client \
				"open $streams_of_client $cip $(vip_of "$cip") $talk_port"
		done
	done
}

fast_goes_on()
{
	local fast_packets

	fast_packets_read && busywait 60 fast_grown $((fast_packets + 8))
}

# check_go WHEN: every connection goes on, with packets on the short way.
check_go()
{
	check "$1: all connections go on" streams_are ok client go
	check "$1: on the short way" fast_goes_on
}

# check_whole WHEN [broken]: nothing may be wrong at either end. Connections may be
# broken only where that is said.
check_whole()
{
	local role total=0 count broken wrong

	for role in "${roles[@]}"; do
		streams "$role" state
		read -r count broken wrong <<<"$answer"
		check_equal "$1: no wrong byte at $role" 0 "$wrong"
		[ "${2:-}" = broken ] ||
			check_equal "$1: none broken at $role" 0 "$broken"
		: $((total += count))
	done
	check_equal "$1: the connections" $((8 * streams_of_client)) "$total"
}

# The configuration anew, in one transaction and in single steps.
reload()
{
	local net=/sys/kernel/nf_ftpmark/net i

	for ((i = 0; i < changes; i++)); do
		echo open >"$net/transaction"
		echo "other$i" >"$net/add"
		echo "192.0.3.$i" >"$net/services/other$i/vip"
		echo 1 >"$net/services/other$i/enabled"
		echo 1 >"$net/services/other$i/fast"
		echo 10000-30000 >"$net/services/ftp/passive_ports"
		echo commit >"$net/transaction"
		echo "$((i % 2)) " >"$net/services/ftp/notrack"
		echo "10000-20000 30000" >"$net/services/ftp/passive_ports"
		echo "other$i" >"$net/remove"
	done
}

test_reload()
{
	check "the configuration is loaded again $changes times" \
		in_ns "$director" reload
	check_go "after reloads"
	service_set ftp fast 0
	check "without fast: all connections go on" streams_are ok client go
	service_set ftp fast 1
	check_go "with fast again"
}

# A program that gets a copy of every packet.
listener_start()
{
	agent_start listener ip netns exec "$director" python3 -S -c '
import socket, sys
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as end:
    print("ready", flush=True)
    sys.stdin.readline()
    end.setblocking(False)
    print(len(end.recv(65536)) > 0, flush=True)
'
	IFS= read -r -t "$agent_patience" answer <&"${agent_out[listener]}"
}

test_listener()
{
	check "somebody listens" listener_start
	check_go "with a listener"
	agent_ask listener end
	check_equal "who has heard them" True "$answer"
}

test_links()
{
	local file

	for file in all front; do
		in_ns "$director" sysctl -qw \
			"net.ipv6.conf.$file.keep_addr_on_down=1"
	done
	ip -n "$director" link set front down
	check "a link is down: nothing goes on" quiet "link down"
	ip -n "$director" link set front up
	check_go "with the link up"
	ip -n "$director" link set back mtu 1300
	check_go "with a smaller MTU"
	ip -n "$director" link set back mtu 1500
	ip -n "$director" route add 10.0.0.0/25 dev back
	ip -n "$director" route add 2001:db8:2::/112 dev back
	check_go "with other routes"
	ip -n "$director" route del 10.0.0.0/25 dev back
	ip -n "$director" route del 2001:db8:2::/112 dev back
}

quiet() # WHAT: how long it took is noted
{
	streams client quiet
	note "$1: the last byte came after $answer s" >&3
	[[ $answer == [0-9]*.* ]]
}

test_rule()
{
	in_ns "$director" nft -f - <<-END
	table inet block {
		chain forward {
			type filter hook forward priority 0
			tcp sport $talk_port drop
		}
	}
	END
	check "a rule drops packets to the clients: nothing goes on" \
		quiet "rule added"
	in_ns "$director" nft "delete table inet block"
	check_go "without the rule"
}

servers_weight() # WEIGHT
{
	in_ns "$director" ipvsadm -R <<-END
	-e -f $ftp_mark -r $rip1_4 -m -w $1
	-e -f $ftp_mark -r $rip2_4 -m -w $1
	-e -f $ftp_mark -6 -r $rip1_6 -m -w $1
	-e -f $ftp_mark -6 -r $rip2_6 -m -w $1
	END
}

test_servers()
{
	servers_weight 0
	check_go "with servers of weight 0"
	servers_weight 1
	in_ns "$director" ipvsadm -R <<-END
	-d -f $ftp_mark -r $rip1_4
	-d -f $ftp_mark -r $rip2_4
	-d -f $ftp_mark -6 -r $rip1_6
	-d -f $ftp_mark -6 -r $rip2_6
	END
	check "without servers nothing goes on" quiet "servers removed"
	in_ns "$director" ipvsadm -R <<-END
	-a -f $ftp_mark -r $rip1_4 -m
	-a -f $ftp_mark -r $rip2_4 -m
	-a -f $ftp_mark -6 -r $rip1_6 -m
	-a -f $ftp_mark -6 -r $rip2_6 -m
	END
	check_go "with servers again"
}

test_module()
{
	service_remove ftp
	check "without the service: all connections go on" \
		streams_are ok client go
	cluster_marker_module fast=1
	check_go "with the service"
	check "the module goes" unload_module
	check "without the module: all connections go on" \
		streams_are ok client go
	load_module
	cluster_marker_module fast=1
	check_go "with the module"
}

test_end()
{
	check "the director goes" cluster_delete_director
	check "without it nothing goes on" quiet "director deleted"
	check "the module can be unloaded then" unload_module
}

load_module
cluster_up || exit
exec 3>&1
cluster_marker_module fast=1
small_buffers
streams_up
check_go "at first"
test_reload
test_listener
test_links
test_rule
test_servers
test_module
check_whole "in the end"
test_end
# IPVS forgets its connections ahead of the addresses, which then answer with resets.
check_whole "without the director" broken
finish
