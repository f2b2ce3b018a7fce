#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# active = ipvs: active data connections become entries of IPVS, with the VIP as
# their source, and conntrack stays off.

# shellcheck disable=SC2119,SC2154 # words of load_module; of dial.sh
# shellcheck disable=SC2317 # functions that are arguments
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source=../lib/dial.sh
. "$selftests/lib/dial.sh"

ftp_active=ipvs
big_size=$((1 << 18))
# Only part of the servers' network is listed as real servers, and one client is.
listed="10.0.0.0/25 2001:db8:2::/112 ${cip4[cip_count]}/32 ${cip6[cip_count]}/128"
connections=0

conntrack_table()
{
	in_ns "$director" cat /proc/net/nf_conntrack
}

check_conntrack_off() # WHEN
{
	check_equal "conntrack has no entry $1" "" "$(conntrack_table)"
	check "conntrack is off $1" ! conntrack_is_on
}

# IPVS has no service in this namespace, and had none: on Linux 7.2 and newer it has no
# table of connections then either.
test_before_any_service()
{
	local family failed=0

	cluster_marker_module "real_servers=$listed"
	for family in 4 6; do
		new_cip "$family"
		check_stays "before IPVS has any service nothing leaves, IPv$family" \
			ftp $((++failed)) rs1 "$cip"
	done
	check_counts "before IPVS has any service" ftp 0 0 2
	service_remove ftp
}

test_transfers()
{
	check_active_sessions
	: $((connections += session_connections))
	check_counts "after transfers" ftp $connections 0 0
	check_conntrack_off "after active transfers"
}

# bytes_are_counted FAMILY in|out BYTES: whether IPVS has counted so many for its services. It
# sums them up every two seconds.
bytes_are_counted()
{
	in_ns "$director" ipvsadm -Ln --stats --exact |
		awk -v family="$1" -v direction="$2" -v bytes="$3" '
		$1 == "FWM" && ($3 == "IPv6") == (family == 6) {
			counted = direction == "in" ? $(NF - 1) : $NF
		}
		END { exit counted <= bytes }'
}

test_counted()
{
	local family
	local -A sent=([4]=$((3 * big_size)) [6]=$((2 * big_size)))

	for family in 4 6; do
		check "ipvsadm --stats counts active uploads, IPv$family" \
			busywait 60 bytes_are_counted "$family" in "${sent[$family]}"
		check "ipvsadm --stats counts active downloads, IPv$family" \
			busywait 60 bytes_are_counted "$family" out "${sent[$family]}"
	done
}

active_conns() # ADDRESS: of a real server
{
	in_ns "$director" ipvsadm -Ln | awk -v real="$1" '
		$2 == real ":0" || $2 == "[" real "]:0" { print $5 }'
}

active_conns_are() # ADDRESS NUMBER
{
	[ "$(active_conns "$1")" = "$2" ]
}

# Opens a control connection, and leaves the role of its real server in $role.
control_open() # FAMILY
{
	local vip=vip$1

	new_cip "$1"
	tcp client "dial control $cip 0 ${!vip} 21"
	tcp client "connected control"
	tcp client "line control"
	role=rs1
	[ "$(servers_of "$cip")" = "$(rip_of rs1 "$cip")" ] || role=rs2
}

# IPVS has given it another minute, as it does what controls other connections. Data
# has to flow, or it would forget that.
control_was_kept() # CIP ROLE
{
	local expires

	tcp "$2" "send $port 100 1"
	tcp client "receive data_end 100"
	expires=$(control_expires "$1")
	[ -n "$expires" ] && [ "$expires" -gt 10 ] && [ "$expires" -le 60 ]
}

# control_is_brief CIP: its last packet has given the control connection four seconds.
# Data keeps what is usual, since the machine may stand still for longer.
control_is_brief()
{
	local expires

	in_ns "$director" ipvsadm --set 4 4 4
	tcp client "say control NOOP"
	tcp client "line control"
	# The client acknowledges that a bit later.
	sleep 0.2
	in_ns "$director" ipvsadm --set 900 120 300
	expires=$(control_expires "$1")
	[ -n "$expires" ] && [ "$expires" -le 4 ]
}

# Active data is its real server's, and belongs to its control connection. The
# service is disabled meanwhile, so nothing but IPVS can keep that.
check_belongs() # FAMILY
{
	local role before rip

	control_open "$1"
	new_port
	rip=$(rip_of "$role" "$cip")
	before=$(active_conns "$rip")
	tcp client "listen data $cip $port"
	dial "$role" "$cip"
	tcp client "accept data_end data"
	: $((connections += 1))
	check_exchange "IPv$1: active data of a session" "$role" data_end
	check_equal "IPv$1: ActiveConn counts it" $((before + 1)) \
		"$(active_conns "$rip")"

	busywait 60 control_is_brief "$cip"
	service_set ftp enabled 0
	check "IPv$1: IPVS keeps the control connection while data lives" \
		busywait 30 control_was_kept "$cip" "$role"
	service_set ftp enabled 1
	tcp client "say control NOOP"
	tcp client "line control"
	check_equal "IPv$1: and the session goes on" 530 "${answer%% *}"
	hang_up "$role" data_end
	tcp client "reset control"
	check "IPv$1: ActiveConn counts neither when both have ended" \
		busywait 60 active_conns_are "$rip" $((before - 1))
	check_counts "after data of a session, IPv$1" ftp $connections 0 0
}

# Of a server that gets no new connections, with net.ipv4.vs.expire_nodest_conn.
test_quiesced()
{
	local role

	control_open 4
	in_ns "$director" sysctl -qw net.ipv4.vs.expire_nodest_conn=1
	in_ns "$director" ipvsadm -e -f "$ftp_mark" -m -w 0 \
		-r "$(rip_of "$role" "$cip")"
	new_port
	tcp client "listen data $cip $port"
	dial "$role" "$cip"
	tcp client "accept data_end data"
	: $((connections += 1))
	check_exchange "a server with weight 0 sends active data" "$role" \
		data_end
	hang_up "$role" data_end
	tcp client "reset control"
	in_ns "$director" ipvsadm -e -f "$ftp_mark" -m -w 1 \
		-r "$(rip_of "$role" "$cip")"
	in_ns "$director" sysctl -qw net.ipv4.vs.expire_nodest_conn=0
	check_counts "after a server with weight 0" ftp $connections 0 0
}

# The director is a real server, too: IPVS gives connections to itself.
test_director_serves()
{
	local mode family failed

	failed=$(service_stat ftp active_failed)
	cluster_server_start "$director" director "$dip4" "$dip6"
	busywait 60 in_ns "$director" both_listen || return
	in_ns "$director" ipvsadm -C
	in_ns "$director" ipvsadm -R <<-END
	-A -f $ftp_mark -s rr -p 300
	-a -f $ftp_mark -r $dip4 -m
	-A -f $ftp_mark -6 -s rr -p 300
	-a -f $ftp_mark -6 -r $dip6 -m
	END
	service_set ftp real_servers "$real_net4 $real_net6"
	for mode in port/4 eprt/4 eprt/6; do
		family=${mode#*/}
		mode=${mode%/*}
		new_cip "$family"
		check "the director serves: $mode, IPv$family" \
			session_run curl "$mode" "$cip"
		check_equal "its active data comes from the VIP: $mode, IPv$family" \
			"$(expected_peer "$mode" "$family") 20" "$session_ports"
		: $((connections += 4))
	done
	check_counts "after the director has served" ftp $connections 2 "$failed"
	in_ns "$director" ipvsadm -C
	cluster_fwmark_service
}

both_listen()
{
	local listeners

	listeners_count 21
	[ "$listeners" -eq 2 ]
}

# The check above can fail: with conntrack on it does.
test_conntrack_control()
{
	service_add other vip=192.0.2.99 real_servers=10.9.0.0/24 \
		active=masquerade enabled=1
	check "conntrack is on for a service that masquerades" conntrack_is_on
	service_remove other
	check "conntrack is off without it" ! conntrack_is_on
}

# check_both_arrive FAMILY: two real servers dial one port of a client at once.
check_both_arrive()
{
	local vip=vip$1 first second ports

	new_cip "$1"
	new_port
	tcp client "listen both $cip $port"
	dial rs1 "$cip"
	dial rs2 "$cip"
	tcp client "accept one both"
	first=$answer
	tcp client "accept two both"
	second=$answer
	: $((connections += 2))

	check_equal "IPv$1: both come from the VIP" "${!vip} ${!vip}" \
		"${first% *} ${second% *}"
	ports=$(printf '%s\n' "${first#* }" "${second#* }" | sort -n | xargs)
	check_equal "IPv$1: one from port 20" 20 "${ports% *}"
	check "IPv$1: the other from a dynamic port" \
		[ $((${ports#* } / 64)) -eq $((49152 / 64)) ]
	# The scheduler decides which real server is first.
	if ipvs_entries "$cip" "$port" | grep -F ":20 " | grep -qF "$(rip_of rs1 "$cip")"; then
		set -- "$1" rs1 rs2
	else
		set -- "$1" rs2 rs1
	fi
	[ "${first#* }" = 20 ] || set -- "$1" "$3" "$2"
	check_exchange "IPv$1: the first carries data both ways" "$2" one
	check_exchange "IPv$1: the second carries data both ways" "$3" two
	check_counts "after two servers, IPv$1" ftp $connections 0 0
	hang_up "$2" one
	hang_up "$3" two
}

# A firewall drops the first SYN, and the real server sends it again.
test_repeated_syn()
{
	local lost

	new_cip 4
	new_port
	tcp client "listen repeated $cip $port"
	in_ns "$client" nft "add table inet lossy; add chain inet lossy input \
		{ type filter hook input priority 10; }; add rule inet lossy \
		input tcp dport $port tcp flags & (syn | ack) == syn \
		numgen inc mod 1000000 0 drop"
	dial rs1 "$cip"
	tcp client "accept repeated_end repeated"
	: $((connections += 1))
	lost=$(arrived "$port")
	check "the SYN came more than once" [ "${lost##* }" -gt 1 ]
	check_equal "a repeated SYN comes from the VIP's port 20" \
		"tcp $vip4 20" "${lost% *}"
	check_equal "a repeated SYN is one entry" \
		"ESTABLISHED $vip4:20 $rip1_4:20" "$(ipvs_entries "$cip" "$port")"
	check_exchange "a connection with a repeated SYN carries data" \
		rs1 repeated_end
	check_counts "after a repeated SYN" ftp $connections 0 0
	in_ns "$client" nft delete table inet lossy
	hang_up rs1 repeated_end
}

# The client's TCP only answers if the checksums are right.
test_syn_with_data()
{
	new_cip 4
	new_port
	tcp client "listen data $cip $port"
	raw rs1 "$cip" data=100
	busywait 60 has_arrived "$port"
	: $((connections += 1))
	check_equal "a SYN with data comes from the VIP" \
		"tcp $vip4 20 1" "$(arrived "$port")"
	check "and the client and then the server have answered it" \
		busywait 60 ipvs_state_is "$cip" "$port" CLOSE
	check_counts "after a SYN with data" ftp $connections 0 0
}

# check_reset NAME CLIENT_VERB SERVER_VERB: one side resets the connection.
check_reset()
{
	new_cip 4
	new_port
	tcp client "listen old $cip $port"
	dial rs1 "$cip"
	tcp client "accept old_end old"
	: $((connections += 1))
	check_exchange "before the reset by the $1" rs1 old_end
	check "the entry is established" \
		busywait 60 ipvs_state_is "$cip" "$port" ESTABLISHED
	tcp client "$2 old_end"
	tcp rs1 "$3 $port"
	check "a reset by the $1 ends the entry" \
		busywait 60 ipvs_state_is "$cip" "$port" CLOSE

	: $((connections += 1))
	dial rs1 "$cip"
	tcp client "accept new_end old"
	check_equal "the same ports again after a reset by the $1" \
		"$vip4 20" "$answer"
	check_exchange "carry data again" rs1 new_end
	check_equal "in the entry that was there" \
		"ESTABLISHED $vip4:20 $rip1_4:20" "$(ipvs_entries "$cip" "$port")"
	check_counts "after a reset by the $1" ftp $connections 0 0
	hang_up rs1 new_end
}

# The rest of these networks is not listed as real servers, and one client is.
test_untouched()
{
	local other4=10.0.0.200 other6=2001:db8:2::1:5

	raw_start other "$other4" "$other6"
	new_cip 4
	check_arrives "from another port: untouched" \
		"tcp $rip1_4 2020 1" rs1 "$cip" sport=2020
	new_cip 6
	check_arrives "from another port: untouched, IPv6" \
		"tcp $rip1_6 2020 1" rs1 "$cip" sport=2020
	check_counts "after another port" ftp $connections 2 0
	check_arrives "to a listed prefix: untouched" \
		"tcp $rip1_4 20 1" rs1 "${cip4[cip_count]}"
	check_arrives "to a listed prefix: untouched, IPv6" \
		"tcp $rip1_6 20 1" rs1 "${cip6[cip_count]}"
	new_cip 4
	check_arrives "from an address not listed: untouched" \
		"tcp $other4 20 1" other "$cip"
	check_arrives "a datagram from port 20: untouched" \
		"udp $rip1_4 20 1" rs1 "$cip" proto=17
	new_cip 6
	check_arrives "from an address not listed: untouched, IPv6" \
		"tcp $other6 20 1" other "$cip"
	check_arrives "a datagram from port 20: untouched, IPv6" \
		"udp $rip1_6 20 1" rs1 "$cip" proto=17
	check_counts "after what is none of it" ftp $connections 2 0
}

# The same packets in rare forms.
test_forms()
{
	local form

	for form in options=4 paged; do
		new_cip 4
		check_arrives "$form: from the VIP" \
			"tcp $vip4 20 1" rs1 "$cip" "$form"
	done
	for form in ext=dst paged; do
		new_cip 6
		check_arrives "$form: from the VIP, IPv6" \
			"tcp $vip6 20 1" rs1 "$cip" "$form"
	done
	: $((connections += 4))
	check_counts "after rare forms of packets" ftp $connections 2 0
}

# Every packet of a real server, not only the first, can have IP options.
test_options()
{
	new_cip 4
	new_port
	tcp client "listen odd $cip $port"
	in_ns "$client" nft "add table inet odd; add chain inet odd input \
		{ type filter hook input priority 10; }; add rule inet odd \
		input tcp dport $port ip hdrlength > 5 tcp flags != syn counter"
	dial rs1 "$cip"
	tcp rs1 "options $port"
	tcp client "accept odd_end odd"
	: $((connections += 1))
	check_equal "a connection with IP options comes from the VIP" \
		"$vip4 20" "$answer"
	check_exchange "it carries data both ways" rs1 odd_end
	check "with IP options in them" grep -q "counter packets [1-9]" \
		<(in_ns "$client" nft list table inet odd)
	check_counts "after IP options" ftp $connections 2 0
	in_ns "$client" nft delete table inet odd
	hang_up rs1 odd_end
}

test_failures()
{
	service_set ftp vip "$vip6"
	new_cip 4
	check_stays "without a VIP of the family nothing leaves" \
		ftp 1 rs1 "$cip"
	service_set ftp vip "$vip4 $vip6"

	in_ns "$director" ipvsadm -C
	new_cip 4
	check_stays "without a service of IPVS nothing leaves" ftp 2 rs1 "$cip"
	new_cip 6
	check_stays "without a service of IPVS nothing leaves, IPv6" \
		ftp 3 rs1 "$cip"
	check_counts "after failures" ftp $connections 2 3
	cluster_fwmark_service
	check_arrives "with the service again: from the VIP, IPv6" \
		"tcp $vip6 20 1" rs1 "$cip"
	: $((connections += 1))
	check_counts "with the service again" ftp $connections 2 3
}

# Newer kernels limit the entries of IPVS, and say nothing when there is no more room.
test_limit()
{
	local name="with net.ipv4.vs.conn_max reached nothing leaves" limit

	if ! limit=$(in_ns "$director" sysctl -n net.ipv4.vs.conn_max); then
		skip "$name" "this kernel has no such limit"
		return
	fi
	# The tests before this one have left entries.
	in_ns "$director" sysctl -qw net.ipv4.vs.conn_max=1
	new_cip 4
	check_stays "$name" ftp 4 rs1 "$cip"
	in_ns "$director" sysctl -qw net.ipv4.vs.conn_max="$limit"
	new_cip 4
	check_arrives "with the limit raised again: from the VIP" \
		"tcp $vip4 20 1" rs1 "$cip"
	: $((connections += 1))
	check_counts "after the limit" ftp $connections 2 4
}

load_module
cluster_up_without_services || exit
active_up
test_before_any_service
cluster_fwmark_service
cluster_marker_module "real_servers=$listed"
test_transfers
test_counted
check_belongs 4
check_belongs 6
test_quiesced
test_conntrack_control
check_both_arrive 4
check_both_arrive 6
test_repeated_syn
test_syn_with_data
check_reset client reset close
check_reset "real server" close reset
test_untouched
test_forms
test_options
test_failures
test_limit
test_director_serves
finish
