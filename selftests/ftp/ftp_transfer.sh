#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# FTP through the director with the module: every kind of transfer works, and
# without the module's part none of them works by chance.

# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"

# Prints the hooks of conntrack and NAT in the director, where the kernel can list
# them.
conntrack_hooks()
{
	in_ns "$director" nft list hooks 2>/dev/null |
		grep -E 'conntrack|nf_nat|nf_confirm'
}

check_conntrack_off() # WHEN
{
	check "conntrack is off $1" ! conntrack_is_on
	check_equal "no conntrack hook is left $1" "" "$(conntrack_hooks)"
}

# connect NAMESPACE URL [ARG...]: connects to a port where nobody listens.
connect()
{
	in_ns "$1" curl --silent --max-time "$ftp_time_limit" "${@:3}" "$2"
}

test_unmarked()
{
	new_cip 4
	check "nothing is served while no service marks" \
		! session_run curl pasv "$cip"
}

test_passive_only()
{
	local servers

	new_cip 4
	check "active=off: passive works, IPv4" session_run curl pasv "$cip"
	new_cip 6
	check "active=off: passive works, IPv6" session_run curl epsv "$cip"
	check_conntrack_off "with passive transfers only"
	check_equal "passive transfers leave no conntrack entry" "" \
		"$(in_ns "$director" cat /proc/net/nf_conntrack)"

	new_cip 4
	check "active=off: active fails" ! session_run curl port "$cip"
	servers=$(servers_of "$cip")
	check_equal "active=off: real servers show their own address" \
		"${servers:-a server}" "$session_peers"
}

test_wrong_mark()
{
	service_set ftp mark 22
	watch_flush "$director" syns
	new_cip 4
	check "nothing is served with another mark" \
		! session_run curl pasv "$cip"
	check_equal "the mark is the one configured" \
		"IPv4 21 0x00000016 1" "$(marks_seen)"
	service_set ftp mark "$ftp_mark"
}

test_sessions()
{
	local session program mode family name
	local -A servers=()

	for session in "${ftp_sessions[@]}"; do
		read -r program mode family <<<"$session"
		name="$program, $mode, IPv$family"
		new_cip "$family"
		check "$name: get, put and list" \
			session_run "$program" "$mode" "$cip"
		check_equal "$name: peer of the data connections" \
			"$(expected_peer "$mode" "$family")" "$session_peers"
		servers[$family]+="$session_server "$(servers_of "$cip")$'\n'
	done
	check_equal "a client has one server and both servers have clients, IPv4" \
		"rs1 $rip1_4"$'\n'"rs2 $rip2_4" "$(sort -u <<<"${servers[4]%?}")"
	check_equal "a client has one server and both servers have clients, IPv6" \
		"rs1 $rip1_6"$'\n'"rs2 $rip2_6" "$(sort -u <<<"${servers[6]%?}")"
}

test_counters()
{
	local sessions connections stat passive

	# Each session has one control connection and four data connections.
	sessions=$(printf '%s\n' "${ftp_sessions[@]}")
	passive=$(grep -c 'p.sv' <<<"$sessions")
	connections=$((4 * $(grep -c 'port\|eprt' <<<"$sessions")))
	check_equal "active_connections: one for each" \
		"$connections" "$(service_stat ftp active_connections)"
	check "control_packets: several for each control connection" \
		[ "$(service_stat ftp control_packets)" -gt \
			$((8 * ${#ftp_sessions[@]})) ]
	check "passive_packets: several for each connection" \
		[ "$(service_stat ftp passive_packets)" -gt $((8 * passive)) ]
	check "bytes: the passive uploads and more" \
		[ "$(service_stat ftp bytes)" -gt $((passive * big_size)) ]
	for stat in active_failed active_unmatched already_marked out_of_range; do
		check_equal "$stat: none" 0 "$(service_stat ftp "$stat")"
	done
}

test_out_of_range()
{
	watch_flush "$director" syns
	check "a VIP's other ports are not served" \
		! connect "$client" "http://$vip4:$((passive_last + 1))"
	check "a VIP's other ports are not served, IPv6" \
		! connect "$client" "http://[$vip6]:$((passive_last + 1))"
	check_equal "a VIP's other ports are not marked" \
		"IPv4 $((passive_last + 1)) 0x00000000 1"$'\n'"IPv6 \
$((passive_last + 1)) 0x00000000 1" "$(marks_seen)"
	check_equal "out_of_range: both" 2 "$(service_stat ftp out_of_range)"
}

test_source_port()
{
	local before rip3_4=10.0.0.3 rip3_6=2001:db8:2::3

	# No connection has used port 20 of this address yet.
	ip -n "$rs1" address add "$rip3_4/24" dev eth
	ip -n "$rs1" address add "$rip3_6/64" dev eth nodad
	before=$(service_stat ftp active_connections)
	watch_flush "$client" data
	connect "$rs1" "http://${cip4[1]}:9" \
		--local-port 20 --interface "$rip3_4"
	connect "$rs1" "http://[${cip6[1]}]:9" \
		--local-port 20 --interface "$rip3_6"
	check_equal "from port 20 a connection is masqueraded" \
		"$front4 $front6" "$(data_peers)"
	check_equal "active_connections: both" \
		$((before + 2)) "$(service_stat ftp active_connections)"

	watch_flush "$client" data
	connect "$rs1" "http://${cip4[1]}:9" \
		--local-port 2020 --interface "$rip3_4"
	connect "$rs1" "http://[${cip6[1]}]:9" \
		--local-port 2020 --interface "$rip3_6"
	check_equal "from another port it is not" \
		"$rip3_4 $rip3_6" "$(data_peers)"
	check_equal "active_unmatched: both" \
		2 "$(service_stat ftp active_unmatched)"
	check_equal "active_connections: no more" \
		$((before + 2)) "$(service_stat ftp active_connections)"
}

test_disabled()
{
	service_set ftp enabled 0
	new_cip 4
	check "nothing is served once disabled" ! session_run curl pasv "$cip"
	check_conntrack_off "once disabled"
}

load_module
cluster_up || exit
test_unmarked
check_conntrack_off "without a service"
cluster_marker_module active=off
test_passive_only
service_remove ftp
check "a service is added" cluster_marker_module
check "conntrack is on for active transfers" conntrack_is_on
test_wrong_mark
test_sessions
test_counters
test_out_of_range
test_source_port
test_disabled
finish
