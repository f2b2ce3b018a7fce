#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Which packets get the mark of a service, and which do not.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=../lib/wire.sh
. "$selftests/lib/wire.sh"

need nft python3
setup_ns client router other
load_module
wire_up "$client" "$router" wire0
wire_up "$client" "$other" wire1
wire_sender "$client"
wire_watcher nft "$router"
wire_watcher nft_other "$other"
files_start conf ip netns exec "$router"

# Sends the segments of a connection from SYN to RST.
life() # WORD...
{
	local flags

	segments=()
	for flags in S A "PA data=512" FA R; do
		segments+=("flags=$flags $*")
	done
}

none()
{
	check_marks "no service: no mark" "0=3" \
		"to=$vip" "to=$vip port=10000" "to=$vip6"
}

ipv4()
{
	local port

	for port in 21 10000 15000 20000; do
		life "to=$vip port=$port"
		check_marks "IPv4, port $port: every packet" "21=5" \
			"${segments[@]}"
	done
	check_marks "IPv4: SYN-ACKs, which answer the director" "0=4" \
		"to=$vip port="{21,10000}" flags=SA" \
		"to=$vip flags=SA options=4" "to=$vip flags=SAP data=9"
	check_marks "IPv4: second VIP" "21=2" "to=$vip2" "to=$vip2 port=10001"
	check_marks "IPv4: options" "21=3" "to=$vip options=4" \
		"to=$vip options=40" "to=$vip port=20000 options=40 data=100"
	check_marks "IPv4: TCP header outside the linear part" "21=2" \
		"to=$vip paged data=5000" "to=$vip port=10000 paged data=5000"
	check_marks "IPv4: other ports" "0=8" \
		"to=$vip port="{0,1,20,22,9999,20001,32021,65535}
	life "to=$vip port=22"
	check_marks "IPv4: any packet of another port" "0=5" "${segments[@]}"
	check_marks "IPv4: neighbours of a VIP" "0=4" \
		"to=198.51.100."{9,11,19,21}
	check_marks "IPv4: no TCP" "0=5" "to=$vip proto="{1,4,17,132,255}
	check_marks "IPv4: first fragment with all of the TCP header" "21=2" \
		"to=$vip fragment=0+" "to=$vip port=20000 data=4 fragment=0+"
	check_marks "IPv4: later fragments" "0=3" \
		"to=$vip fragment="{1,1+,8191}
	check_marks "IPv4: truncated TCP header" "0=5" \
		"to=$vip cut="{0,2,4,14,19}
	check_marks "IPv4: truncated TCP header of a fragment" "0=1" \
		"to=$vip cut=16 fragment=0+"
}

ipv6()
{
	local port ext

	for port in 21 10000 15000 20000; do
		life "to=$vip6 port=$port"
		check_marks "IPv6, port $port: every packet" "21=5" \
			"${segments[@]}"
	done
	check_marks "IPv6: SYN-ACKs, which answer the director" "0=3" \
		"to=$vip6 port="{21,10000}" flags=SA" \
		"to=$vip6 flags=SA ext=dst"
	for ext in hop dst hop,dst dst,dst fragment; do
		check_marks "IPv6: extension headers $ext" "0=1 21=2" \
			"to=$vip6 ext=$ext" \
			"to=$vip6 port=20000 ext=$ext" \
			"to=$vip6 port=20001 ext=$ext"
	done
	check_marks "IPv6: TCP header outside the linear part" "21=2" \
		"to=$vip6 paged data=5000" \
		"to=$vip6 port=10000 ext=dst paged data=5000"
	check_marks "IPv6: other ports" "0=6" \
		"to=$vip6 port="{20,22,9999,20001,1,65535}
	check_marks "IPv6: neighbours of a VIP" "0=4" \
		"to=2001:db8:1::"{f,11,1:10} "to=2001:db8:2::10"
	check_marks "IPv6: no TCP" "0=5" "to=$vip6 proto="{17,58,59,132,255}
	check_marks "IPv6: no TCP behind extension headers" "0=2" \
		"to=$vip6 ext=dst proto="{17,59}
	check_marks "IPv6: first fragment with all of the TCP header" "21=1" \
		"to=$vip6 ext=fragment fragment=0+ data=4"
	check_marks "IPv6: later fragments" "0=3" \
		"to=$vip6 ext=fragment fragment="{1,1+,8191}
	check_marks "IPv6: truncated TCP header" "0=4" \
		"to=$vip6 cut="{0,4,19} "to=$vip6 ext=dst cut=19"
}

# The answers to active data that real servers send clients directly.
active_answers()
{
	service conf ftp passive_ports="20 10000-20000"
	check_marks "SYN-ACKs to an active port" "21=2" \
		"to=$vip port=20 flags=SA" "to=$vip6 port=20 flags=SA"
	service conf ftp active_ports="15000-15010"
	check_marks "SYN-ACKs to other active ports" "0=3 21=2" \
		"to=$vip port="{20,14999,15011}" flags=SA" \
		"to=$vip port="{15000,15010}" flags=SA"
	service conf ftp passive_ports=10000-20000 active_ports=20
}

ports()
{
	service conf ftp control_ports="21 2121 990-991" \
		passive_ports="10000-10009 30000-30009 40000 65535"
	check_marks "several control ports" "21=4" \
		"to=$vip port="{21,2121,990,991}
	check_marks "several passive ranges" "21=7" \
		"to=$vip port="{10000,10009,30000,30005,30009,40000,65535}
	check_marks "several passive ranges of IPv6" "21=3" \
		"to=$vip6 port="{30009,40000,65535}
	check_marks "between the ranges" "0=11" "to=$vip port="{\
20,22,989,992,2120,2122,10010,29999,30010,39999,40001}
	service conf ftp passive_ports=
	check_marks "no passive ports" "0=2 21=1" "to=$vip" \
		"to=$vip port="{10000,30000}
	service conf ftp control_ports=21 passive_ports=10000-20000
}

marks()
{
	local mark

	for mark in 1 0x80000000 0xffffffff; do
		service conf ftp mark="$mark"
		check_marks "mark $mark" "$((mark))=3" \
			"to=$vip" "to=$vip2 port=10000" "to=$vip6"
	done
	service conf ftp mark=21
}

services()
{
	service conf ftp vip="$vip $vip6"
	service conf second vip="$vip2" mark=22 enabled=1
	service conf third vip="$vip" control_ports=2121 \
		passive_ports=20001-20010 mark=23 enabled=1
	check_marks "services of different VIPs" "21=3 22=2" \
		"to=$vip" "to=$vip port=10000" "to=$vip6" \
		"to=$vip2" "to=$vip2 port=10000"
	check_marks "services that share a VIP" "0=2 21=2 23=2" \
		"to=$vip port="{21,20000,2121,20001,2122,20011}
	check_marks "a shared VIP shares nothing with others" "0=2" \
		"to=$vip2 port=2121" "to=$vip6 port=2121"
	put conf services/second/enabled 0
	check_marks "disabled: no mark" "0=2 21=1" \
		"to=$vip2" "to=$vip2 port=10000" "to=$vip"
	put conf services/second/enabled 1
	check_marks "enabled again" "21=1 22=2" \
		"to=$vip2" "to=$vip2 port=10000" "to=$vip"
	put conf remove second
	check_marks "removed: no mark" "0=2 21=1" \
		"to=$vip2" "to=$vip2 port=10000" "to=$vip"
	put conf remove third
	check_marks "removed from a shared VIP" "0=2 21=1" \
		"to=$vip port="{2121,20001,21}
	put conf services/ftp/vip "$vip2"
	check_marks "moved to another VIP" "0=2 21=1" \
		"to=$vip" "to=$vip6" "to=$vip2"
}

# The same packets pass unmarked in a namespace without a service.
elsewhere()
{
	put conf services/ftp/vip "$vip $vip6"
	device=wire1 watcher=nft_other check_marks "another namespace: no mark" \
		"0=3" "to=$vip" "to=$vip port=10000" "to=$vip6"
	check_marks "and still a mark here" "21=3" \
		"to=$vip" "to=$vip port=10000" "to=$vip6"
}

none
service conf ftp vip="$vip $vip2 $vip6" enabled=1
ipv4
ipv6
active_answers
ports
marks
services
elsewhere
put conf services/ftp/enabled 0
finish
