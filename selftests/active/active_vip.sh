#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Where a service has several VIPs, or services share real servers, active data
# comes from the VIP that the client's control connection uses.

# shellcheck disable=SC2119,SC2154 # words of load_module; of dial.sh
# shellcheck disable=SC2317 # called by busywait
# shellcheck disable=SC2034 # vip4 and vip6, for functions of cluster.sh
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source=../lib/dial.sh
. "$selftests/lib/dial.sh"

first4=$vip4 first6=$vip6
second4=192.0.2.11 second6=2001:db8:10::11
real_servers="$real_net4 $real_net6"
big_size=$((1 << 18))

# control SERVICE CIP VIP [WORD...]: sends a packet of a control connection, which
# has a command, and returns when the director has seen it.
control_port=30000
control()
{
	local before

	service_stat_read before "$1" control_packets
	agent_ask raw_client "dev=wan from=$2 to=$3 port=21 \
sport=$((++control_port)) flags=PA data=6 ${*:4}"
	busywait 60 counted "$1" control_packets $((before + 1))
}

# check_from NAME CIP VIP: a data connection of a real server must come from VIP.
check_from()
{
	check_arrives "$1" "tcp $3 20 1" rs1 "$2"
}

# check_client NAME FAMILY SERVICE VIP FROM: data must come from FROM for a new
# client whose control connection uses VIP of SERVICE.
check_client()
{
	new_cip "$2"
	control "$3" "$cip" "$4"
	check_from "$1" "$cip" "$5"
}

# check_session NAME FAMILY WHICH: makes a session with the first or second VIP.
check_session()
{
	local vip4=$first4 vip6=$first6 vip=$3$2

	[ "$3" = first ] || vip4=$second4 vip6=$second6
	new_cip "$2"
	check "$1" session_run curl eprt "$cip"
	check_equal "$1: comes from that VIP's port 20" "${!vip} 20" \
		"$session_ports"
}

# check_vips WHEN FAMILY SERVICE_OF_FIRST SERVICE_OF_SECOND: makes six connections,
# three from each VIP.
check_vips()
{
	local first=first$2 second=second$2

	check_client "$1: a client of the first VIP" \
		"$2" "$3" "${!first}" "${!first}"
	check_client "$1: a client of the second VIP" \
		"$2" "$4" "${!second}" "${!second}"
	check_from "$1: the same once more" "$cip" "${!second}"
	new_cip "$2"
	check_from "$1: a client never seen" "$cip" "${!first}"
	new_cip "$2"
	control "$3" "$cip" "${!first}"
	control "$4" "$cip" "${!second}"
	check_from "$1: a client of both, last of the second" \
		"$cip" "${!second}"
	control "$3" "$cip" "${!first}"
	check_from "$1: then of the first again" "$cip" "${!first}"
}

test_one_service()
{
	local mode

	cluster_marker_module "vip=$first4 $second4 $first6 $second6"
	for mode in ipvs snat; do
		service_set ftp active "$mode"
		check_vips "two VIPs, $mode, IPv4" 4 ftp ftp
		check_vips "two VIPs, $mode, IPv6" 6 ftp ftp
	done
	check_session "two VIPs, IPv4: session" 4 second
	# Runs the checks above in both modes and families, and four sessions.
	check_counts "of a service with two VIPs" ftp $((24 + 4)) 0 0
	service_remove ftp
}

# The second mark has an IPVS service of its own.
second_fwmark_service()
{
	in_ns "$director" ipvsadm -R <<-END
	-A -f 22 -s rr -p 300
	-a -f 22 -r $rip1_4 -m
	-a -f 22 -r $rip2_4 -m
	-A -f 22 -6 -s rr -p 300
	-a -f 22 -6 -r $rip1_6 -m
	-a -f 22 -6 -r $rip2_6 -m
	END
}

two_services() # MODE_OF_A MODE_OF_B
{
	service_add a "vip=$first4 $first6" "real_servers=$real_servers" \
		mark=21 "active=$1" enabled=1
	service_add b "vip=$second4 $second6" "real_servers=$real_servers" \
		mark=22 "active=$2" enabled=1
}

test_two_services()
{
	local mode

	second_fwmark_service
	for mode in ipvs snat; do
		two_services "$mode" "$mode"
		check_vips "two services, $mode, IPv4" 4 a b
		check_session "two services, $mode, IPv6: session with b" \
			6 second
		check_counts "of a, $mode" a 3 0 0
		check_counts "of b, $mode" b $((3 + 4)) 0 0
		service_remove a
		service_remove b
	done
}

# check_translator NAME ipvs|conntrack: which of them has the connection to $port.
check_translator()
{
	local has="" ipvs ct

	ipvs_read "$cip" "$port"
	[ -z "$ipvs" ] || has+="ipvs"
	ct_read "port=$port"
	[ -z "$ct" ] || has+="conntrack"
	check_equal "$1" "$2" "$has"
}

test_two_modes()
{
	local family first second

	# Entries would expire soon after the client's reset.
	in_ns "$client" nft -f - <<-END
	table inet silent {
		chain output {
			type filter hook output priority 0
			tcp sport 61000-65535 tcp flags & rst == rst drop
		}
	}
	END
	two_services ipvs snat
	for family in 4 6; do
		first=first$family second=second$family
		check_client "a is ipvs, b snat: a client of a, IPv$family" \
			"$family" a "${!first}" "${!first}"
		check_translator "it is translated by IPVS alone" ipvs
		check_client "a is ipvs, b snat: a client of b, IPv$family" \
			"$family" b "${!second}" "${!second}"
		check_translator "it is translated by conntrack alone" conntrack
	done
	check_session "a is ipvs, b snat: session with b" 4 second
	check_counts "of a beside another mode" a 2 0 0
	check_counts "of b beside another mode" b 6 0 0
	in_ns "$client" nft delete table inet silent
	service_remove a
	service_remove b
}

test_one_off()
{
	two_services ipvs off
	check_client "a is ipvs, b off: a client of a" \
		4 a "$first4" "$first4"
	check_client "a is ipvs, b off: a client of b, left alone" \
		4 b "$second4" "$rip1_4"
	check_counts "of a beside one that is off" a 1 0 0
	check_counts "of b that is off" b 0 0 0
	service_remove a
	service_remove b

	two_services masquerade off
	check_client "a masquerades, b is off: a client of a" \
		4 a "$first4" "$front4"
	check_client "a masquerades, b is off: a client of b, left alone" \
		4 b "$second4" "$rip1_4"
	check_counts "of b that is off beside masquerading" b 0 0 0
	service_remove a
	service_remove b
}

# If the client is not known, the longest prefix decides, even for "off"; between
# equal prefixes a mode other than "off" wins.
test_off_by_prefix()
{
	raw_start rs2 "$rip2_4" "$rip2_6"
	two_services off ipvs
	new_cip 4
	check_from "a is off, b ipvs, both with all servers" "$cip" "$second4"
	service_set a real_servers "$rip1_4 $real_net6"
	new_cip 4
	check_from "a is off and has the one server: left alone" "$cip" "$rip1_4"
	new_cip 4
	check_arrives "the other server is b's" "tcp $second4 20 1" rs2 "$cip"
	check_counts "of a that is off" a 0 0 0
	check_counts "of b beside one that is off" b 2 0 0
	service_remove a
	service_remove b
}

# The client's VIP decides only between services whose real servers match.
test_another_server()
{
	local family first second

	two_services ipvs ipvs
	service_set b real_servers "$rip2_4 $rip2_6"
	for family in 4 6; do
		first=first$family second=second$family
		check_client "b has another server: a client of b, IPv$family" \
			"$family" b "${!second}" "${!first}"
	done
	check_counts "of a, with all servers" a 2 0 0
	check_counts "of b, with another server" b 0 0 0
	service_remove a
	service_remove b
}

# A remembered address may no longer be a VIP.
test_removed_vip()
{
	two_services ipvs ipvs
	new_cip 4
	control b "$cip" "$second4"
	service_set b vip "$second6"
	check_from "b's VIP is removed: its client" "$cip" "$first4"
	check_counts "of a beside a removed VIP" a 1 0 0
	check_counts "of b without its VIP" b 0 0 0
	service_remove a
	service_remove b
}

# check_ports WHEN NEAREST: b has another data port than a. Connections from other
# ports are counted by the service NEAREST.
check_ports()
{
	local family first second rip connections=0
	local -A unmatched=([a]=0 [b]=0)

	for family in 4 6; do
		first=first$family second=second$family rip=rip1_$family
		check_client "$1: from a's port to a client of b, IPv$family" \
			"$family" b "${!second}" "${!first}"
		new_cip "$family"
		check_arrives "$1: from b's port, IPv$family" \
			"tcp ${!second} 2020 1" rs1 "$cip" sport=2020
		check_arrives "$1: from neither's port, IPv$family" \
			"tcp ${!rip} 2021 1" rs1 "$cip" sport=2021
		: $((connections += 1))
		: $((unmatched[$2] += 1))
		check_counts "of a, $1, IPv$family" a "$connections" \
			"${unmatched[a]}" 0
		check_counts "of b, $1, IPv$family" b "$connections" \
			"${unmatched[b]}" 0
	done
}

test_other_ports()
{
	two_services ipvs ipvs
	service_set b active_ports 2020
	check_ports "other ports" a
	service_remove a
	service_remove b

	# The service with the longer prefix is looked at first.
	two_services ipvs ipvs
	service_set b active_ports 2020
	service_set b real_servers "$rip1_4 $rip1_6"
	check_ports "other ports of a server alone" b
	service_remove a
	service_remove b
}

# session_begin NAME CIP VIP: a real control connection, which stays.
session_begin()
{
	tcp client "dial $1 $2 0 $3 21"
	tcp client "connected $1"
	tcp client "line $1"
}

# session_command NAME: of no consequence, but it is the last that is seen.
session_command()
{
	tcp client "say $1 NOOP"
	tcp client "line $1"
}

# A client of two VIPs, whose services IPVS sends to one real server each.
test_two_sessions()
{
	local family first second

	in_ns "$director" ipvsadm -R <<-END
	-A -f 23 -s rr -p 300
	-a -f 23 -r $rip1_4 -m
	-A -f 23 -6 -s rr -p 300
	-a -f 23 -6 -r $rip1_6 -m
	-A -f 24 -s rr -p 300
	-a -f 24 -r $rip2_4 -m
	-A -f 24 -6 -s rr -p 300
	-a -f 24 -6 -r $rip2_6 -m
	END
	two_services ipvs snat
	service_set a mark 23
	service_set b mark 24
	for family in 4 6; do
		first=first$family second=second$family
		new_cip "$family"
		session_begin "a$family" "$cip" "${!first}"
		session_begin "b$family" "$cip" "${!second}"
		session_command "a$family"
		session_command "b$family"
		check_from "data of a's server, with a command to b behind, IPv$family" \
			"$cip" "${!first}"
		session_command "a$family"
		check_arrives "data of b's server, with a command to a behind, IPv$family" \
			"tcp ${!second} 20 1" rs2 "$cip"
	done
	check_counts "of a, a client of two VIPs" a 2 0 0
	check_counts "of b, a client of two VIPs" b 2 0 0
	service_remove a
	service_remove b
}

# An acknowledgement to the other VIP is no use of it.
test_acknowledgement()
{
	two_services ipvs ipvs
	new_cip 4
	control a "$cip" "$first4"
	control b "$cip" "$second4" flags=A data=0
	check_from "an acknowledgement to b is behind" "$cip" "$first4"
	control b "$cip" "$second4" flags=S data=0
	check_from "b has got a SYN only" "$cip" "$first4"
	control b "$cip" "$second4"
	check_from "b has got a command, too" "$cip" "$second4"
	new_cip 6
	control a "$cip" "$first6"
	control b "$cip" "$second6" flags=A data=0 ext=dst
	check_from "an acknowledgement to b is behind, IPv6" "$cip" "$first6"
	control b "$cip" "$second6" ext=dst
	check_from "a command to b is behind, IPv6" "$cip" "$second6"
	service_remove a
	service_remove b
}

# The same ports again, while the entry of the last connection is still there.
test_other_vip_again()
{
	local family first second

	two_services ipvs ipvs
	for family in 4 6; do
		first=first$family second=second$family
		new_cip "$family"
		new_port
		control a "$cip" "${!first}"
		tcp client "listen again $cip $port"
		dial rs1 "$cip"
		tcp client "accept one again"
		check_equal "a connection to a client of a, IPv$family" \
			"${!first} 20" "$answer"
		hang_up rs1 one
		check "its entry ends, IPv$family" \
			busywait 60 ipvs_state_is "$cip" "$port" CLOSE

		control b "$cip" "${!second}"
		dial rs1 "$cip"
		tcp client "accept two again"
		check_equal "with the same ports, as a client of b, IPv$family" \
			"${!second} 20" "$answer"
		check_exchange "it carries data, IPv$family" rs1 two
		check "the first one's entry has gone, IPv$family" \
			busywait 60 ipvs_state_is "$cip" "$port" ESTABLISHED
		ipvs_read "$cip" "$port"
		check_equal "there is one, IPv$family" 1 \
			"$(wc -l <<<"$ipvs")"
		hang_up rs1 two
	done
	check_counts "of a, with the same ports" a 2 0 0
	check_counts "of b, with the same ports" b 2 0 0
	service_remove a
	service_remove b
}

# A slow router drops some packets that arrive too fast.
flood_until_counted()
{
	local round

	for ((round = 0; round < 100; round++)); do
		agent_ask flood "$second4 21 5000"
		! counted ftp control_packets $((before + 100000)) || return 0
	done
	return 1
}

# Forged commands from very many addresses.
test_flood()
{
	local before memory grown known name_only

	cluster_marker_module "vip=$first4 $second4"
	in_ns "$director" nft -f - <<-END
	table inet flood {
		chain prerouting {
			type filter hook prerouting priority -148
			ip saddr 11.0.0.0/8 drop
		}
	}
	END
	agent_start flood ip netns exec "$client" python3 -S \
		"$selftests/lib/flood.py" wan \
		"$(in_ns "$director" cat /sys/class/net/front/address)" 11 40000 6
	# Wait until the agent is ready.
	agent_ask flood "$second4 21 1"

	new_cip 4
	known=$cip
	control ftp "$known" "$second4"
	control ftp "$known" "$second4"
	new_cip 4
	name_only=$cip
	control ftp "$name_only" "$second4"
	before=$(service_stat ftp control_packets)
	memory=$(kernel_memory)
	check "100000 control packets of a flood are seen" flood_until_counted
	grown=$(($(kernel_memory) - memory))
	# Entries of 40 bytes for each client would take this much.
	check "the kernel has not grown by 4 MiB but by $grown KiB" \
		[ "$grown" -lt $((4096 + $(kernel_memory_kept))) ]

	check_from "an established client's VIP is still known" \
		"$known" "$second4"
	new_port
	raw rs1 "$name_only"
	busywait 60 has_arrived "$port"
	check "one that only began has one of the VIPs" \
		grep -Ex "tcp ($first4|$second4) 20 1" <(arrived "$port")
	new_cip 4
	control ftp "$cip" "$second4"
	check_from "a client that comes now is remembered" "$cip" "$second4"
	new_cip 4
	check_from "a client never seen" "$cip" "$first4"
	check_counts "after the flood" ftp 4 0 0
}

ftp_active=ipvs
load_module
cluster_up || exit
active_up
raw_start client "${cip4[1]}" "${cip6[1]}" client
{
	echo "address add $second4/32 dev lo"
	echo "address add $second6/128 dev lo nodad"
} | ip -n "$director" -batch -
test_one_service
test_two_services
test_two_modes
test_one_off
test_off_by_prefix
test_another_server
test_removed_vip
test_other_ports
test_two_sessions
test_acknowledgement
test_other_vip_again
test_flood
finish
