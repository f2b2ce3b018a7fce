#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The files of a service: their defaults, canonical forms and limits; and what is
# read can be written back.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=../lib/counters.sh
. "$selftests/lib/counters.sh"

need python3
setup_ns router
load_module
files_start conf ip netns exec "$router"

files=(
	active
	active_ports
	control_ports
	enabled
	fast
	mark
	notrack
	on_marked
	passive_from
	passive_ports
	real_servers
	stats
	vip
)

list() # PATH below the module's directory
{
	ip netns exec "$router" find "/sys/kernel/nf_ftpmark/$1" -mindepth 1 \
		-maxdepth 1 -printf '%f\n' | sort | xargs
}

# written FILE VALUE CANONICAL
written()
{
	local path=services/ftp/$1

	files conf write "$path" "$2"
	[ "$result" = ok ] || {
		not_ok "$1: \"$2\" is taken"
		note "$result $log"
		return
	}
	check_file conf "$path" "$3" "$1: \"$2\""
	if [ -n "$log" ]; then
		not_ok "$1: \"$2\" is not worth a line in the log"
		note "$log"
	fi
}

directories()
{
	check_equal "directories of the module" "net" "$(list '')"
	check_equal "a namespace's files" \
		"add netns remove services transaction" "$(list net)"
	check_equal "a new namespace has no service" "" "$(list net/services)"
	put conf add ftp
	check_equal "a service added" "ftp" "$(list net/services)"
	check_equal "its files" "${files[*]}" \
		"$(list net/services/ftp)"
	check_equal "its counters" "${counters[*]}" \
		"$(list net/services/ftp/stats)"
}

defaults() # SERVICE
{
	local counter

	check_file conf "services/$1/active" ipvs "default of active"
	check_file conf "services/$1/active_ports" 20 "default of active_ports"
	check_file conf "services/$1/control_ports" 21 \
		"default of control_ports"
	check_file conf "services/$1/enabled" 0 "default of enabled"
	check_file conf "services/$1/fast" 0 "default of fast"
	check_file conf "services/$1/mark" 21 "default of mark"
	check_file conf "services/$1/notrack" 0 "default of notrack"
	check_file conf "services/$1/on_marked" overwrite \
		"default of on_marked"
	check_file conf "services/$1/passive_from" anyone \
		"default of passive_from"
	check_file conf "services/$1/passive_ports" 10000-20000 \
		"default of passive_ports"
	check_file conf "services/$1/real_servers" "" "default of real_servers"
	check_file conf "services/$1/vip" "" "default of vip"
	for counter in "${counters[@]}"; do
		check_file conf "services/$1/stats/$counter" 0 \
			"$counter begins at 0"
	done
}

# All three files of ports take the same forms.
ports() # FILE
{
	written "$1" '1' 1
	written "$1" '65535\n' 65535
	written "$1" '21 22 23' 21-23
	written "$1" '23,21,22' 21-23
	written "$1" '40,30-39,20-28,29' 20-40
	written "$1" '30-50 35-40' 30-50
	written "$1" '30-40 35-50 45-46' 30-50
	written "$1" '100 100 100-100' 100
	written "$1" '1-65535 80' 1-65535
	written "$1" '65535 65534' 65534-65535
	written "$1" '10-20 22-30' '10-20 22-30'
	written "$1" '\t21, 2121\n990 \n,,\t' '21 990 2121'
	written "$1" '1\n3\n5\n' '1 3 5'
}

numbers()
{
	written mark 1 1
	written mark '0x15\n' 21
	written mark 0XfF 255
	written mark 0xffffffff 4294967295
	written mark 4294967295 4294967295
	written mark 0x00000001 1
	written mark ' 21 \n' 21
	written enabled '0\n' 0
	written enabled ' 0' 0
}

words()
{
	written active off off
	written active 'masquerade\n' masquerade
	written active snat snat
	written active ' ipvs ' ipvs
	written notrack 1 1
	written notrack '0\n' 0
	written on_marked keep keep
	written on_marked ' overwrite \n' overwrite
	written passive_from clients clients
	written passive_from ' anyone \n' anyone
	written fast 1 1
	written fast ' 0\n' 0
}

# Both files of addresses take the same hosts.
addresses() # FILE
{
	written "$1" '192.0.2.10\n' 192.0.2.10
	written "$1" '192.0.2.11,192.0.2.10' '192.0.2.11 192.0.2.10'
	written "$1" '\t192.0.2.1\n\n192.0.2.2 , 192.0.2.3,' \
		'192.0.2.1 192.0.2.2 192.0.2.3'
	written "$1" '192.0.2.1 192.0.2.2 192.0.2.1' '192.0.2.1 192.0.2.2'
	written "$1" '1.0.0.0 223.255.255.255 240.0.0.1' \
		'1.0.0.0 223.255.255.255 240.0.0.1'
	written "$1" '2001:0DB8:0:0:0:0:0:10' 2001:db8::10
	written "$1" '2001:db8::10 2001:db8:0::10' 2001:db8::10
	written "$1" '2001:db8:0:0:1:0:0:1' 2001:db8::1:0:0:1
	written "$1" '2001:db8:0:1:1:1:1:1' 2001:db8:0:1:1:1:1:1
	written "$1" '1:2:3:4:5:6:7::' 1:2:3:4:5:6:7:0
	written "$1" '64:ff9b::192.0.2.1' 64:ff9b::c000:201
	written "$1" 'fec0::1 fe7f::1' 'fec0::1 fe7f::1'
	written "$1" '2001:db8::1 192.0.2.1' '2001:db8::1 192.0.2.1'
	written "$1" '\n' ''
	written "$1" ' ,\t' ''
}

prefixes()
{
	written real_servers '10.0.0.0/24' 10.0.0.0/24
	written real_servers 'fe80::1 fe80::/10' 'fe80::1 fe80::/10'
	written real_servers '10.0.0.1/32,10.0.0.1' 10.0.0.1
	written real_servers '128.0.0.0/1 10.0.0.2/31' '128.0.0.0/1 10.0.0.2/31'
	written real_servers '10.0.0.0/8 10.0.0.0/9 10.0.0.0/8' \
		'10.0.0.0/8 10.0.0.0/9'
	written real_servers '2001:DB8:a::/64' 2001:db8:a::/64
	written real_servers '2001:db8::1/128 2001:db8::1' 2001:db8::1
	written real_servers '8000::/1 2001:db8::8000:0/97' \
		'8000::/1 2001:db8::8000:0/97'
	written real_servers '10.0.0.0/24 2001:db8::/32 10.1.0.1' \
		'10.0.0.0/24 2001:db8::/32 10.1.0.1'
}

sequence() # FORMAT COUNT
{
	local i out=()

	for ((i = 1; i <= $2; i++)); do
		# shellcheck disable=SC2059 # a format it is
		out+=("$(printf "$1" $((i * 2)))")
	done
	echo "${out[*]}"
}

limits()
{
	local text

	text=$(sequence 192.0.2.%d 16)
	written vip "$text" "$text"
	text=$(sequence 2001:db8:ffff:ffff:ffff:ffff:ffff:ff%02x 64)
	written real_servers "$text" "$text"
	text=$(sequence 6%04d 64)
	written passive_ports "$text" "$text"
	written control_ports "$text" "$text"
	written active_ports "$text" "$text"
}

names()
{
	local name

	for name in a 9 A.b_c-9 0000 "$(printf 'n%.0s' {1..31})"; do
		files conf write add "$name\n"
		check_equal "name $name: added" "ok " "$result $log"
		files conf read "services/$name/mark"
		check_equal "name $name: has files" "ok 21" "$result $text"
		files conf write remove " $name "
		check_equal "name $name: removed" "ok " "$result $log"
		files conf read "services/$name/mark"
		check_equal "name $name: has no files" "ENOENT " "$result $text"
	done
}

# Values read from one service and written to another read the same there.
round_trip() # WHAT
{
	local file value copied=() expected=()

	put conf add copy
	for file in vip real_servers control_ports passive_ports mark \
			on_marked active active_ports passive_from fast enabled; do
		files conf read "services/ftp/$file"
		value=$text
		expected+=("$file=$value")
		files conf write "services/ftp/$file" "$value\n"
		[ "$result" = ok ] || value="$result $log"
		files conf read "services/ftp/$file"
		[ "$text" = "$value" ] || copied+=("changed by its own value:")
		put conf "services/copy/$file" "$value"
		files conf read "services/copy/$file"
		copied+=("$file=$text")
	done
	check_equal "what is read can be written: $1" \
		"${expected[*]}" "${copied[*]}"
	put conf remove copy
}

directories
defaults ftp
ports control_ports
ports passive_ports
ports active_ports
written passive_ports '\n' ''
written passive_ports ' , \n' ''
numbers
words
addresses vip
addresses real_servers
prefixes
names
limits
round_trip "long lists"
service conf ftp vip= real_servers= passive_ports= mark=0xffffffff active=off \
	on_marked=keep control_ports=2121 active_ports=2120 passive_from=clients \
	fast=1
round_trip "empty lists"

# A service that is removed and added again has the defaults.
put conf remove ftp
put conf add ftp
defaults ftp
service conf ftp vip=192.0.2.10 enabled=1
check_file conf services/ftp/enabled 1 "enabled"
written enabled 1 1
written enabled '0\n' 0
finish
