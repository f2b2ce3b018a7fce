#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# IPVS forgets what is idle for ten seconds here. A control connection is idle while
# data flows, and must not be forgotten: by the director, by its backup, and by that
# when it has become the master. Passive and active, with NAT and without (direct
# routing and tunnels, not persistent). An idle client is forgotten as before.

# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck disable=SC2154 # lib/directors.sh's
# shellcheck disable=SC2317 # functions that are arguments
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/ftp_streams.sh
. "$(dirname "$0")/../lib/ftp_streams.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/directors.sh
. "$(dirname "$0")/../lib/directors.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"

need python3

ftp_active=ipvs
# More than the test takes. Without its "226" a client waits for so long.
ftp_time_limit=400
timeout=10
# What the other director has told of lives for a minute, in which the backup has to take
# over and to search.
adverts_missed=3

# Real servers that have the VIP, too, and answer clients themselves: rs1 by direct
# routing, rs2 through a tunnel.
direct4=192.0.2.12 direct6=2001:db8:10::12
tunnel4=192.0.2.13 tunnel6=2001:db8:10::13
direct_mark=$((ftp_mark + 1)) tunnel_mark=$((ftp_mark + 2))
has_tunnels=""

group_addresses()
{
	echo "$vip4" "$vip6" "$dip4" "$dip6"
}

keepalived_groups() # NUMBER
{
	keepalived_group ftp 21 $((200 - 50 * $1)) "$vip4" "$vip6" "$dip4" "$dip6"
	keepalived_service "$ftp_mark" inet "$rip1_4" "$rip2_4"
	keepalived_service "$ftp_mark" inet6 "$rip1_6" "$rip2_6"
}

past_server_up() # NAMESPACE VIP4 VIP6
{
	switch_attach "$1" front front
	ip -n "$1" -batch - <<-END || return
	link set front up
	address add $2/32 dev lo
	address add $3/128 dev lo nodad
	rule add from $2 table 3
	route add $cip_net4.0/24 dev front table 3
	route add $cip_net6:/64 dev front table 3
	END
	ip -6 -n "$1" rule add from "$3" table 3 || return
	cluster_server_run "$1" "$2" "$3" "-opasv_address=$2"
	busywait 60 in_ns "$1" four_listen
}

four_listen()
{
	local listeners

	listeners_count 21
	[ "$listeners" -eq 4 ]
}

# What comes out of a tunnel comes from clients, whose addresses are elsewhere.
tunnel_server_up()
{
	past_server_up "$rs2" "$tunnel4" "$tunnel6" &&
		ip -n "$rs2" link set tunl0 up &&
		ip -n "$rs2" link set ip6tnl0 up &&
		in_ns "$rs2" sysctl -qw net.ipv4.conf.all.rp_filter=0 \
			net.ipv4.conf.tunl0.rp_filter=0
}

past_service() # NAME MARK VIP4 VIP6 RIP4 RIP6 METHOD: on $director
{
	ip -n "$director" address add "$3/32" dev lo
	ip -n "$director" address add "$4/128" dev lo nodad
	in_ns "$director" ipvsadm -R <<-END || return
	-A -f $2 -s rr
	-a -f $2 -r $5 $7
	-A -f $2 -6 -s rr
	-a -f $2 -6 -r $6 $7
	END
	service_add "$1" "vip=$3 $4" "mark=$2" \
		"passive_ports=$passive_first-$passive_last" enabled=1
}

director_services() # NAMESPACE
{
	director=$1
	in_ns "$director" ipvsadm --set "$timeout" 5 5
	cluster_marker_module &&
		past_service direct "$direct_mark" "$direct4" "$direct6" \
			"$rip1_4" "$rip1_6" -g || return
	[ -z "$has_tunnels" ] ||
		past_service tunnel "$tunnel_mark" "$tunnel4" "$tunnel6" \
			"$rip2_4" "$rip2_6" -i
}

client_routes() # NUMBER: of the director
{
	local vip

	for vip in "$direct4" "$tunnel4"; do
		ip -n "$client" route replace "$vip" via "$cip_net4.25$1"
	done
	for vip in "$direct6" "$tunnel6"; do
		ip -n "$client" route replace "$vip" via "$cip_net6:f$1"
	done
}

long_up()
{
	modprobe ipip && modprobe ip6_tunnel && has_tunnels=1
	directors_up || return
	ip -n "$client" route add "$vip4" dev wan
	ip -n "$client" route add "$vip6" dev wan
	client_routes 1
	agent_start tcp_client ip netns exec "$client" \
		python3 -S "$selftests/lib/tcp_agent.py"
	past_server_up "$rs1" "$direct4" "$direct6" || return
	[ -z "$has_tunnels" ] || tunnel_server_up || return
	director_services "$d2" && director_services "$d1" &&
		keepalived_start "$d1" && busywait 60 has_addresses "$d1" &&
		keepalived_start "$d2"
}

# long_stream NAME MODE FAMILY get|put [PROGRAM]: the client's address is left in
# client_of[NAME]; it is a curl if PROGRAM is.
declare -A client_of=()
long_stream()
{
	if [ "${5-}" = curl ]; then
		stream_start "$1" "$4" "$2" "$3"
	else
		stream_held "$1" "$4" "$2" "$3"
	fi
	local -n addresses=cip$3
	client_of[$1]=${addresses[cip_used[$3]]}
}

long_stream_to() # VIP4 VIP6 NAME MODE FAMILY get|put
{
	local vip4=$1 vip6=$2

	long_stream "${@:3}"
}

control_is_known() # CIP
{
	local expires

	control_expires_read "$1"
	[ -n "$expires" ]
}

controls_are_known() # NAME...
{
	local name

	for name; do
		control_is_known "${client_of[$name]}" || return
	done
}

# Whether the director itself keeps them: its own timeout is in them, and not the
# minute that IPVS gives to what another director tells of.
controls_are_kept() # NAME...
{
	local expires name

	for name; do
		control_expires_read "${client_of[$name]}"
		[ -n "$expires" ] && [ "$expires" -le "$timeout" ] || return
	done
}

# data_lives SECONDS NUMBER: the director has so many data connections, each for
# that long without a packet.
data_lives()
{
	in_ns "$director" data_lives_here "$@"
}

data_lives_here()
{
	local port state seconds count=0

	while read -r _ _ _ _ port _ _ state seconds _; do
		[ "$state" != ESTABLISHED ] || [ "$port" = 0015 ] ||
			[ "$seconds" -lt "$1" ] || : $((++count))
	done </proc/net/ip_vs_conn
	[ "$count" -ge "$2" ]
}

# check_idle_is_forgotten WHEN [CIP]: a control connection without data; waits until
# the director has forgotten it.
check_idle_is_forgotten()
{
	[ $# -eq 2 ] || new_cip 4
	local address=${2:-$cip}

	agent_ask tcp_client "dial idle $address 0 $vip4 21"
	agent_ask tcp_client "connected idle"
	agent_ask tcp_client "line idle"
	check "a client comes $1" control_is_known "$address"
	check "without data, its control connection is forgotten $1" \
		busywait 60 not_known "$address"
	agent_ask tcp_client "reset idle"
}

not_known() # CIP
{
	! control_is_known "$1"
}

check_controls() # WHEN NAME...
{
	local name

	for name in "${@:2}"; do
		check "the control connection of $name is known $1" \
			control_is_known "${client_of[$name]}"
	done
}

# Every stream that was cut off would let its client wait.
check_sessions_end() # NAME...
{
	local name

	for name; do
		check "the client of $name hears that it is complete" \
			stream_hears "$name"
	done
}

# curl says nothing if all is well.
stream_hears() # NAME
{
	if [ -z "${stream_pid[$1]-}" ]; then
		stream_is complete hears "$1"
	else
		cat "$scratch/$1.log"
		[ ! -s "$scratch/$1.log" ]
	fi
}

# Those that end on the director, and those that its backup takes over. In an emulated
# machine it takes a backup some seconds to search for a client's connections, and what
# the other director has told of lives for a minute: so these are few.
test_long_sessions()
{
	local ending=(early4 put4 active6 direct6)
	local staying=(get4 active4 get6 direct4)

	gate=$scratch/early
	long_stream early4 pasv 4 get curl
	long_stream put4 epsv 4 put
	long_stream active6 eprt 6 put
	long_stream_to "$direct4" "$direct6" direct6 epsv 6 put
	if [ -n "$has_tunnels" ]; then
		ending+=(tunnel4 tunnel6)
		long_stream_to "$tunnel4" "$tunnel6" tunnel4 pasv 4 put
		long_stream_to "$tunnel4" "$tunnel6" tunnel6 epsv 6 get
	fi
	gate=$scratch/late
	long_stream get4 pasv 4 get curl
	gate=$scratch/gate
	long_stream active4 port 4 get
	long_stream get6 epsv 6 get
	long_stream_to "$direct4" "$direct6" direct4 epsv 4 get
	check "transfers begin" busywait 60 streams_flow "${ending[@]}" "${staying[@]}"

	check_idle_is_forgotten "on the director"
	check_controls "on the director" "${ending[@]}" "${staying[@]}"
	gate=$scratch/early
	check_streams_intact "on the director" "${ending[@]}"
	check_sessions_end "${ending[@]}"

	director=$d2
	check "the backup knows all control connections" \
		busywait 60 controls_are_known "${staying[@]}"
	# It takes the backup some seconds to take over.
	in_ns "$d1" ipvsadm --set 60 5 5
	check "and has all data for longer than it takes to take over" \
		busywait 60 data_lives 30 "${#staying[@]}"
	check_streams_go_on "before the failure" "${staying[@]}"

	director_die "$d1"
	client_routes 2
	check "the backup takes over" busywait 60 has_addresses "$d2"
	check "it keeps all control connections itself" \
		busywait 60 controls_are_kept "${staying[@]}"
	# Data that has ended keeps nothing: the idle client is the one that had it.
	gate=$scratch/late
	check_streams_intact "on the backup" get4
	check_sessions_end get4
	check_idle_is_forgotten "on the backup" "${client_of[get4]}"
	staying=("${staying[@]:1}")
	check_controls "on the backup" "${staying[@]}"
	gate=$scratch/gate
	check_streams_intact "after all" "${staying[@]}"
	check_sessions_end "${staying[@]}"
}

load_module
long_up || exit
test_long_sessions
finish
