#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# active = snat: conntrack's NAT gives active data connections the VIP as their
# source.

# shellcheck disable=SC2119,SC2154 # words of load_module; of dial.sh
# shellcheck disable=SC2317 # called by check
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source=../lib/dial.sh
. "$selftests/lib/dial.sh"

ftp_active=snat
big_size=$((1 << 18))
connections=0

test_transfers()
{
	check_active_sessions
	: $((connections += session_connections))
	check_counts "after transfers" ftp $connections 0 0
}

# Two real servers dial one port of a client at the same time.
check_both_arrive() # FAMILY
{
	local vip=vip$1 second

	new_cip "$1"
	new_port
	tcp client "listen both $cip $port"
	dial rs1 "$cip"
	tcp client "accept one both"
	check_equal "IPv$1: the first comes from the VIP's port 20" \
		"${!vip} 20" "$answer"
	check "IPv$1: conntrack has it" ct_entries "$port"
	check "IPv$1: IPVS has not" ! ipvs_has "$cip" "$port"
	dial rs2 "$cip"
	tcp client "accept two both"
	second=$answer
	: $((connections += 2))

	check_equal "IPv$1: the second comes from the VIP" \
		"${!vip}" "${second% *}"
	check "IPv$1: the second comes from another port" \
		[ "${second#* }" -ne 20 ]
	check_exchange "IPv$1: the first carries data both ways" rs1 one
	check_exchange "IPv$1: the second carries data both ways" rs2 two
	check_counts "after two servers, IPv$1" ftp $connections 0 0
	hang_up rs1 one
	hang_up rs2 two
}

ipvs_has() # CIP PORT
{
	[ -n "$(ipvs_entries "$@")" ]
}

test_untouched()
{
	new_cip 4
	check_arrives "from another port: untouched" \
		"tcp $rip1_4 2020 1" rs1 "$cip" sport=2020
	check_arrives "a datagram from port 20: untouched" \
		"udp $rip1_4 20 1" rs1 "$cip" proto=17
	check_arrives "to a listed prefix: untouched" \
		"tcp $rip1_4 20 1" rs1 "${cip4[cip_count]}"
	new_cip 6
	check_arrives "from another port: untouched, IPv6" \
		"tcp $rip1_6 2020 1" rs1 "$cip" sport=2020
	check_counts "after what is none of it" ftp $connections 2 0
}

# check_family NAME FAMILY OTHER FAILED: the service has a VIP of FAMILY only.
check_family()
{
	local vip=vip$2

	service_set ftp vip "${!vip}"
	new_cip "$3"
	check_stays "$1: nothing leaves under IPv$3" ftp "$4" rs1 "$cip"
	check "$1: no entry of what was dropped" ! ct_entries_tcp "$port"
	new_cip "$2"
	check_arrives "$1: IPv$2 comes from the VIP" \
		"tcp ${!vip} 20 1" rs1 "$cip"
	: $((connections += 1))
	check_counts "$1" ftp $connections 2 "$4"
}

ct_entries_tcp() # PORT
{
	ct_entries "$1" | grep -w tcp
}

test_modes()
{
	service_set ftp vip "$vip4 $vip6"
	service_set ftp active masquerade
	new_cip 4
	check_arrives "active = masquerade: from the interface's address" \
		"tcp $front4 20 1" rs1 "$cip"
	service_set ftp active snat
	new_cip 4
	check_arrives "active = snat again: from the VIP" \
		"tcp $vip4 20 1" rs1 "$cip"
	: $((connections += 2))
	check_counts "after a change of mode" ftp $connections 2 2
	service_set ftp active off
	new_cip 4
	check_arrives "active = off: untouched" "tcp $rip1_4 20 1" rs1 "$cip"
	check "active = off: conntrack is off" ! conntrack_is_on
	check_counts "with active = off" ftp $connections 2 2
}

load_module
cluster_up || exit
active_up
cluster_marker_module "real_servers=$real_net4 $real_net6 ${cip4[cip_count]}/32"
test_transfers
check_both_arrive 4
check_both_arrive 6
test_untouched
check_family "with a VIP of IPv4 only" 4 6 1
check_family "with a VIP of IPv6 only" 6 4 2
test_modes
finish
