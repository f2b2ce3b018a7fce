#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fast: whatever changes while packets take the short way takes effect: rules, routes,
# servers, links, and what packets look like.

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

dropped()
{
	# shellcheck disable=SC2034 # one of both is wanted
	local packets bytes

	counter_read dropped block && [ "$packets" -gt 0 ]
}

test_rule() # FAMILY
{
	local said

	new_cip "$1"
	talk_begin rule
	check "IPv$1: a connection takes the short way" talk_fast rule
	in_ns "$director" nft -f - <<-END
	table inet block {
		counter dropped { }
		chain output {
			type filter hook output priority 0
			tcp dport $talk_port counter name dropped drop
		}
	}
	END
	check "IPv$1: a new rule stops it" say_until rule dropped
	in_ns "$director" nft "delete table inet block"
	check "IPv$1: without the rule all arrives" heard rule
	talk_end rule
}

route_of() # CIP
{
	case $1 in
	*:*) echo "$1/128" ;;
	*) echo "$1/32" ;;
	esac
}

# How many packets that have a lease have gone the usual way for this reason, and how
# many since it was over.
usual_way_read() # VARIABLE REASON
{
	local stat expired

	service_stat_read stat ftp "fast_$2"
	service_stat_read expired ftp fast_expired
	printf -v "$1" %d $((stat + expired))
}

usual_way_taken() # NUMBER: more of them than that, by route
{
	local taken

	usual_way_read taken route
	[ "$taken" -gt "$1" ]
}

# Whether a packet with a fresh lease meets a new route; it arrives without that.
route_is_taken() # CIP
{
	local before after usual

	talk_fast route || return
	ip -n "$director" route add blackhole "$(route_of "$1")"
	service_stat_read before ftp fast_route
	usual_way_read usual route
	tcp "$talk_server" "say route late"
	busywait 60 usual_way_taken "$usual"
	service_stat_read after ftp fast_route
	ip -n "$director" route del blackhole "$(route_of "$1")"
	tcp client "line route"
	[ "$answer" = late ] && [ "$after" -gt "$before" ]
}

# Packets to the client have another route at once, though their leases are fresh.
test_route() # FAMILY
{
	new_cip "$1"
	talk_begin route
	check "IPv$1: a connection takes the short way, there and back" \
		talk_fast route
	check "IPv$1: a new route is taken at once, and without it all arrives" \
		again route_is_taken "$cip"
	check "IPv$1: and the short way is taken again" talk_fast route
	talk_end route
}

# Whether nothing has been sent for longer than any lease. An end that sends line
# by line waits for answers, which may take a part of a second.
server_gone()
{
	local fast_packets

	fast_packets_read
	[ "$fast_packets" = "$server_last" ] || {
		server_last=$fast_packets server_still=$SECONDS
		return 1
	}
	[ "$SECONDS" -ge $((server_still + 3)) ]
}

# A real server that is taken out gets nothing from a lease's end on; when it is
# back, the connection goes on.
test_server() # FAMILY
{
	local rip flag=() said server_last="" server_still=0

	new_cip "$1"
	[ "$1" = 4 ] || flag=(-6)
	talk_begin server
	check "IPv$1: a connection to a server takes the short way" \
		talk_fast server
	rip=$(rip_of "$talk_server" "$cip")
	in_ns "$director" ipvsadm -d -f "$ftp_mark" "${flag[@]}" -r "$rip"
	check "IPv$1: no packet goes to a server that was taken out" \
		say_until server server_gone
	in_ns "$director" ipvsadm -a -f "$ftp_mark" "${flag[@]}" -r "$rip" -m
	check "IPv$1: when it is back, all arrives" heard server
	talk_end server
}

# The same ports again, and another server: no packet may go the old way.
test_reuse() # FAMILY
{
	local rip flag=() first vip

	new_cip "$1"
	[ "$1" = 4 ] || flag=(-6)
	vip=$(vip_of "$cip")
	in_ns "$director" sysctl -qw net.ipv4.vs.expire_nodest_conn=1
	talk_begin reuse
	first=$talk_server
	check "IPv$1: the first connection takes the short way" talk_fast reuse
	rip=$(rip_of "$talk_server" "$cip")
	in_ns "$director" ipvsadm -d -f "$ftp_mark" "${flag[@]}" -r "$rip"
	talk_end reuse
	tcp client "dial again $cip $port $vip $talk_port"
	tcp client "connected again"
	case $first in
	rs1) talk_server=rs2 ;;
	*) talk_server=rs1 ;;
	esac
	talk_accept again
	check "IPv$1: the second one, to another server, is whole" \
		talk_fast again
	in_ns "$director" ipvsadm -a -f "$ftp_mark" "${flag[@]}" -r "$rip" -m
	in_ns "$director" sysctl -qw net.ipv4.vs.expire_nodest_conn=0
	talk_end again
}

# Whether packets with a fresh lease that are longer than the MTU go the usual way. The
# client learns the MTU even if the lease was over, so each try has a smaller one, which
# also ends all leases. They stay above IPv6's least, 1280.
too_long_is_seen()
{
	local before after

	ip -n "$director" link set back mtu $((mtu -= 8))
	talk link 2 || return
	service_stat_read before ftp fast_too_long
	bulk link || { lost=1; return 1; }
	service_stat_read after ftp fast_too_long
	[ "$after" -gt "$before" ]
}

# Packets that are longer than the MTU are for the usual way, which answers them.
test_link() # FAMILY
{
	local mtu=1400 lost=""

	new_cip "$1"
	talk_begin link
	check "IPv$1: through a link a connection takes the short way" \
		talk_fast link
	ip -n "$director" link set back mtu 1400
	check "IPv$1: and through a link with a smaller MTU, too" talk_fast link
	check "IPv$1: what is longer takes the usual way" again too_long_is_seen
	check "IPv$1: and arrives" [ -z "$lost" ]
	ip -n "$director" link set back mtu 1500
	talk_end link
}

hops() # FAMILY COMMAND
{
	local set="ip ttl set"

	[ "$1" = 4 ] || set="ip6 hoplimit set"
	case $2 in
	add)
		in_ns "$client" nft -f - <<-END
		table inet hops {
			chain output {
				type filter hook output priority 0
				tcp dport $talk_port $set 33
			}
		}
		END
		;;
	*) in_ns "$client" nft "delete table inet hops" ;;
	esac
}

# Whether packets that are not as the one was that showed the way go the usual way.
unfit_is_seen() # FAMILY
{
	local before after

	hops "$1" delete 2>/dev/null
	# All leases end, those of an earlier try, too.
	service_set ftp mark 22
	service_set ftp mark "$ftp_mark"
	talk_fast unfit || return
	service_stat_read before ftp fast_unfit
	hops "$1" add
	talk unfit 4 || return
	service_stat_read after ftp fast_unfit
	[ "$after" -gt "$before" ]
}

# Whether all packets of a few lines take the short way, there and back.
all_are_fast() # NAME
{
	local fast_packets packets before after

	fast_packets_read
	packets=$fast_packets
	usual_way_read before unfit
	talk "$1" 4 || return
	usual_way_read after unfit
	fast_packets_read
	[ $((fast_packets - packets)) -ge 8 ] && [ "$after" -eq "$before" ]
}

test_unfit() # FAMILY
{
	new_cip "$1"
	talk_begin unfit
	check "IPv$1: with one TTL a connection takes the short way" \
		talk_fast unfit
	check "IPv$1: with another TTL it goes on, on the usual way" \
		again unfit_is_seen "$1"
	check "IPv$1: until its lease is over" busywait 60 all_are_fast unfit
	hops "$1" delete
	talk_end unfit
}

load_module
cluster_up || exit
active_up
talk_up
cluster_marker_module fast=1
for family in 4 6; do
	test_rule "$family"
	test_route "$family"
	test_server "$family"
	test_reuse "$family"
	test_link "$family"
	test_unfit "$family"
done
finish
