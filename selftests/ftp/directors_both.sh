#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Two directors under keepalived that both work: each has a virtual IP of its own
# and is the backup of the other's. When one dies, all transfers go on through the
# other, those of both virtual IPs; when it comes back, nothing breaks.
#
# A real server has an address for each virtual IP, and a rule by source sends what
# comes from it through the gateway that moves with that virtual IP.

# shellcheck disable=SC2034 # cluster.sh's
# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck disable=SC2154 # lib/directors.sh's
# shellcheck disable=SC2317 # functions that are arguments
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/ftp_streams.sh
. "$(dirname "$0")/../lib/ftp_streams.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/directors.sh
. "$(dirname "$0")/../lib/directors.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/run_tool.sh
. "$(dirname "$0")/../lib/run_tool.sh"

ftp_active=ipvs
# Streams last until the other director has taken over.
ftp_time_limit=300

# Group 1, at home on d1, has the cluster's addresses; group 2 is at home on d2.
declare -A vip=([14]=$vip4 [16]=$vip6 [24]=192.0.2.11 [26]=2001:db8:10::11)
declare -A dip=([14]=$dip4 [16]=$dip6 [24]=10.0.1.254 [26]=2001:db8:3::fe)
declare -A rip=([14]=$rip1_4 [16]=$rip1_6 [24]=10.0.1.1 [26]=2001:db8:3::1)
declare -A rip_2=([14]=$rip2_4 [16]=$rip2_6 [24]=10.0.1.2 [26]=2001:db8:3::2)
declare -A real_net=([24]=10.0.1.0/24 [26]=2001:db8:3::/64)
# Hosts, so that they are in what is exported.
reals() # GROUP
{
	echo "${rip[${1}4]} ${rip_2[${1}4]} ${rip[${1}6]} ${rip_2[${1}6]}"
}
declare -A mark=([1]=$ftp_mark [2]=$((ftp_mark + 1)))

group_addresses() # [GROUP...]
{
	local group

	[ $# -gt 0 ] || set -- 1 2
	for group; do
		echo "${vip[${group}4]}" "${vip[${group}6]}" \
			"${dip[${group}4]}" "${dip[${group}6]}"
	done
}

# What the tool writes for them, with the words in capitals replaced, and more time
# for the checks of real servers.
keepalived_groups() # NUMBER
{
	local group name=ftp which

	for group in 1 2; do
		which=other
		[ "$group" -ne "$1" ] || which=home
		"$ftpmark" -n "$d1" export "$name" keepalived --director "$which" |
			sed "s/CLIENT_SIDE/front/; s/SERVER_SIDE/back/
				s|GATEWAY4|${dip[${group}4]}/24|
				s|GATEWAY6|${dip[${group}6]}/64|
				s|/etc/keepalived/away.$name|$scratch/away.d$1.$group|
				/connect_port/a connect_timeout 10"
		name=ftp2
	done
}

# The second address of a real server, and its own way back.
server_second_address() # NAMESPACE RIP4 RIP6
{
	{
		echo "address add $2/24 dev eth"
		echo "address add $3/64 dev eth nodad"
		echo "route add default via ${dip[24]} table 2"
		echo "-6 route add default via ${dip[26]} table 2"
		echo "rule add from ${real_net[24]} table 2"
		echo "-6 rule add from ${real_net[26]} table 2"
	} >"$scratch/second"
	# A batch has one family.
	grep -v '^-6' "$scratch/second" | ip -n "$1" -batch - &&
		sed -n 's/^-6 //p' "$scratch/second" | ip -6 -n "$1" -batch - &&
		cluster_server_run "$1" "$2" "$3" "-opasv_address=${vip[24]}"
}

director_second_group() # NAMESPACE
{
	director=$1
	cluster_marker_module "real_servers=$(reals 1)" &&
		service_add ftp2 "vip=${vip[24]} ${vip[26]}" \
			"real_servers=$(reals 2)" \
			"passive_ports=$passive_first-$passive_last" \
			"mark=${mark[2]}" "active=$ftp_active" enabled=1
}

second_servers_listen()
{
	local listeners rs

	for rs in "$rs1" "$rs2"; do
		in_ns "$rs" listeners_count 21
		[ "$listeners" -eq 4 ] || return
	done
}

# By these keepalived's checks reach the real servers of a group that is not here.
directors_second_addresses()
{
	local number name

	for number in 1 2; do
		name=d$number
		ip -n "${!name}" address add "10.0.1.25$number/24" dev back
		ip -n "${!name}" address add "2001:db8:3::f$number/64" dev back nodad
	done
}

both_up()
{
	local address

	directors_up || return
	directors_second_addresses
	for address in "${vip[@]}"; do
		ip -n "$client" route add "$address" dev wan
	done
	server_second_address "$rs1" "${rip[24]}" "${rip[26]}" &&
		server_second_address "$rs2" "${rip_2[24]}" "${rip_2[26]}" &&
		busywait 60 second_servers_listen &&
		director_second_group "$d2" && director_second_group "$d1" &&
		keepalived_start "$d1" && busywait 60 has_addresses "$d1" &&
		keepalived_start "$d2"
}

# group_moves GROUP FROM TO: as an operator moves a virtual IP, since nopreempt
# leaves it where it is.
group_moves()
{
	echo -254 >"$scratch/away.${2%-*}.$1"
	busywait 60 has_addresses "$3" "$1" || return
	echo 0 >"$scratch/away.${2%-*}.$1"
}

# of_group GROUP COMMAND...: with the group's virtual IPs as those of the cluster.
of_group()
{
	local vip4=${vip[${1}4]} vip6=${vip[${1}6]}

	"${@:2}"
}

# One of each kind to each virtual IP; left in $streams. Some are those of curl if CURL
# is not empty.
streams_start() # PREFIX [CURL]
{
	local group start=stream_held

	[ -z "${2-}" ] || start=stream_start
	streams=()
	for group in 1 2; do
		of_group "$group" "$start" "$1$group-get4" get pasv 4
		of_group "$group" stream_held "$1$group-put6" put epsv 6
		of_group "$group" stream_held "$1$group-active4" get port 4
		of_group "$group" stream_held "$1$group-active6" put eprt 6
		streams+=("$1$group-get4" "$1$group-put6" "$1$group-active4"
			"$1$group-active6")
	done
	busywait 60 streams_flow "${streams[@]}"
}

check_new_sessions() # WHEN COMMAND [ARG...]
{
	local group session mode family

	for group in 1 2; do
		for session in "pasv 4" "port 4" "epsv 6" "eprt 6"; do
			read -r mode family <<<"$session"
			new_cip "$family"
			check "new session $1: VIP $group, $mode, IPv$family" \
				of_group $group "${@:2}" "$mode" "$cip"
			check_equal "peer of its data connections: $1, VIP $group, \
$mode, IPv$family" "${vip[$group$family]}" "$session_peers"
		done
	done
}

# Packets of each service's control connections, by director.
work_of() # DIRECTOR
{
	local director=$1 ftp ftp2

	service_stat_read ftp ftp control_packets
	service_stat_read ftp2 ftp2 control_packets
	echo "$((ftp > 0)) $((ftp2 > 0))"
}

# What check finds on a director; the second is as the kernel has that sysctl.
stands_by=("note standby" "note vs-reroute-needless")

failures_of() # DIRECTOR
{
	local director=$1

	echo "$(service_stat ftp active_failed) $(service_stat ftp2 active_failed)"
}

test_both_work()
{
	gate=$scratch/gate.both
	check "transfers begin through both" streams_start both curl
	check_equal "the first director works for its VIP" "1 0" "$(work_of "$d1")"
	check_equal "the second for its own" "0 1" "$(work_of "$d2")"
	check "the second knows the first's connections" \
		busywait 60 replicated "$d1" "$d2"
	check "and the first the second's" busywait 60 replicated "$d2" "$d1"
	check_green "check is green on the first, which stands by for one" "$d1" \
		"${stands_by[@]}"
	check_green "and on the second" "$d2" "${stands_by[@]}"
}

test_one_dies()
{
	director_die "$d1"
	check "the second takes over" busywait 60 has_addresses "$d2"
	check_streams_go_on "before the gate opens" "${streams[@]}"
	check_streams_intact "after the failure" "${streams[@]}"
	check_new_sessions "after the failure" session_run curl
	check_equal "active_failed: none" "0 0" "$(failures_of "$d2")"
}

# What a director does not know when it comes back stays where it is: idle control
# connections say nothing that the sync daemon could send.
test_it_returns()
{
	gate=$scratch/gate.return
	check "transfers begin through the second" streams_start return
	check "the first comes back" director_return "$d1"
	check "and leaves the virtual IPs where they are" ! has_addresses "$d1" 1
	check_green "check is green on the one that has no virtual IP" "$d1" \
		"${stands_by[@]}"
	check_streams_go_on "before the gate opens" "${streams[@]}"
	check_streams_intact "after the return" "${streams[@]}"
}

test_it_moves_home()
{
	local -A before

	gate=$scratch/gate.home
	entries_read before "$d2"
	check "transfers begin, and both directors run" streams_start home
	check "the first knows their connections" \
		busywait 60 replicated "$d2" "$d1" before
	check "its virtual IP moves home in mid-transfer" group_moves 1 "$d2" "$d1"
	check_streams_go_on "before the gate opens" "${streams[@]}"
	check_streams_intact "after the move" "${streams[@]}"
	check_new_sessions "after the move" session_held
	check_equal "active_failed: none" "0 0 0 0" \
		"$(failures_of "$d1") $(failures_of "$d2")"
}

need "$ftpmark"
load_module
both_up || exit
check "the second director has its own virtual IP" group_moves 2 "$d1" "$d2"
check "the first has kept its own" has_addresses "$d1" 1
test_both_work
test_one_dies
test_it_returns
test_it_moves_home
finish
