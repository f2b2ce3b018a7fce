#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every value that is refused: its errno and its line in the log; the setting and
# the packets' marks stay as they were.

# shellcheck disable=SC2119,SC2154 # wire_start's arguments, setup_ns's names
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=../lib/wire.sh
. "$selftests/lib/wire.sh"

need nft python3
wire_start

# attempt NAME ERRNO PATH VALUE LOG: makes one write; LOG is a pattern for the one
# line that it may log, or empty for none.
attempt()
{
	files conf write "$3" "$4"
	# shellcheck disable=SC2053 # a pattern it is
	if [ "$result" = "$2" ] && [[ $log == $5 && $log != *' | '* ]]; then
		ok "$1"
	else
		not_ok "$1"
		note "expected: $2, log: $5"
		note "     got: $result, log: $log"
	fi
}

# refused FILE ERRNO VALUE REASON: the logged line contains REASON.
refused()
{
	local path=services/$service/$1 shown=${3:0:40} before name

	files conf read "$path"
	before=$text
	name="$1: ${shown%%  *} refused"
	attempt "$name" "$2" "$path" "$3" "$service: $1: *$4*"
	files conf read "$path"
	[ "$text" = "$before" ] || {
		not_ok "$name: and changed nothing"
		note "it was: $before"
		note "it is:  $text"
	}
}

# The logged line quotes the words at fault.
refused_word() # FILE VALUE WORD [REASON]
{
	refused "$1" EINVAL "$2" "\"$3\"${4:- is not}"
}

repeat() # COUNT TEXT
{
	local text

	printf -v text '%*s' "$1" ''
	echo "${text// /$2}"
}

same_as_before() # WHEN
{
	check_marks "$1: marks as before" "0=2 21=6" \
		"to=$vip port="{21,20000,22,9999} \
		"to=$vip6 port="{21,10000} "to=$vip2 port="{21,10000}
	check_file conf services/ftp/enabled 1 "$1: enabled as before"
}

ports() # FILE
{
	local value

	for value in 0 65536 4294967317 99999999999999999999 -1 +21 021 0x15 \
			ftp 21x 21- -21 20--21 20-21-22 21:22 2.1 '21\x01' \
			0-21 10-65536 021-22 21-022; do
		refused_word "$1" "$value" "${value//\\x01/\\\\001}"
	done
	refused_word "$1" '21 22\n23,x 24' x
	refused_word "$1" 22-21 22-21 ' ends before it begins'
	refused "$1" E2BIG "$(repeat 65 '7 ')" "65 ranges, at most 64"
}

# Only passive_ports takes an empty list.
no_ports() # FILE
{
	refused "$1" EINVAL '\n' "at least one port"
	refused "$1" EINVAL ' ,\t\n' "at least one port"
}

numbers()
{
	local value

	for value in 0 0x0 0x 0x100000000 4294967296 -1 +21 021 0x-1 21x 15h \
			0x0x15 0b1 ftp '2\x001' 0x15g 99999999999999999999; do
		case $value in
		*\\x00*) refused mark EINVAL "$value" "NUL" ;;
		*) refused_word mark "$value" "$value" ;;
		esac
	done
	refused mark EINVAL '\n' "empty value"
	refused_word mark '21 22' 22 " is one word too many"
	refused_word mark 21/0xff 21/0xff
	for value in 2 -1 00 01 yes true on y; do
		refused_word enabled "$value" "$value"
		refused_word notrack "$value" "$value"
	done
	refused enabled EINVAL '\n' "empty value"
	refused_word enabled '1 0' 0 " is one word too many"
	refused notrack EINVAL '\n' "empty value"
}

words()
{
	local value

	for value in IPVS nat dnat OFF of offf masq 0; do
		refused_word active "$value" "$value"
	done
	refused active EINVAL '\n' "empty value"
	refused_word active 'off off' off " is one word too many"
	for value in KEEP kee keeps overwrit ignore 1; do
		refused_word on_marked "$value" "$value"
	done
	refused on_marked EINVAL ' ' "empty value"
	refused_word on_marked 'keep overwrite' overwrite " is one word too many"
	for value in CLIENTS client any all 0 1; do
		refused_word passive_from "$value" "$value"
	done
	refused passive_from EINVAL '\n' "empty value"
	for value in 2 -1 yes on; do
		refused_word fast "$value" "$value"
	done
	refused fast EINVAL '\n' "empty value"
}

addresses() # FILE
{
	local value

	for value in 192.0.2 192.0.2.10.1 192.0.2.256 192.0.2.010 0192.0.2.1 \
			192.0.2.-1 192.0.2.+1 192.0.2. .192.0.2 192..2.1 \
			3221225994 0xc0000201 192.0.2.0x1 ftp.example.org \
			192.0.2.1-192.0.2.3 192.0.2.1:21 '192.0.2.1\x7f' \
			:: : ::: 1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 1::2::3 \
			1:2:3:4:5:6:7:8:: 1::2:3:4:5:6:7:8 :1:2:3:4:5:6:7 \
			1:2:3:4:5:6:7: 2001:db8::g 2001:db8::10000 \
			2001:db8::00001 64:ff9b::192.0.2 64:ff9b::192.0.2.010 \
			64:ff9b::192.0.2.1:1 fe80::1%eth0 '[2001:db8::1]'; do
		case $value in
		::) refused_word "$1" "$value" "$value" " is the unspecified" ;;
		*\\x7f) refused_word "$1" "$value" "192.0.2.1\\\\177" ;;
		'['*) refused_word "$1" "$value" "\\$value" ;;
		*) refused_word "$1" "$value" "$value" ;;
		esac
	done
	refused_word "$1" 0.0.0.0 0.0.0.0 " is an unspecified address"
	for value in 127.0.0.1 127.255.255.254; do
		refused_word "$1" $value $value " is a loopback address"
	done
	for value in 224.0.0.1 239.255.255.255; do
		refused_word "$1" $value $value " is a multicast address"
	done
	refused_word "$1" 255.255.255.255 255.255.255.255 " is the broadcast"
	refused_word "$1" ::1 ::1 " is the loopback address"
	refused_word "$1" ff02::1 ff02::1 " is a multicast address"
	refused_word "$1" ::ffff:192.0.2.1 ::ffff:192.0.2.1 \
		" is an IPv4 address in IPv6 form"
	refused_word "$1" '192.0.2.1 2001:db8::1,x 192.0.2.2' x
}

lists()
{
	local value

	refused vip E2BIG "$(repeat 17 '192.0.2.1 ')" "17 addresses, at most 16"
	refused real_servers E2BIG "$(repeat 65 '10.0.0.0/24\n')" \
		"65 addresses, at most 64"
	for value in 192.0.2.0/24 192.0.2.1/32 2001:db8::/64 2001:db8::1/128; do
		refused_word vip $value $value " is a prefix, not a host"
	done
	for value in fe80::1 febf:ffff::1; do
		refused_word vip $value $value " is a link-local address"
	done
	for value in 10.0.0.0/33 10.0.0.0/-1 10.0.0.0/+8 10.0.0.0/08 \
			10.0.0.0/0x8 10.0.0.0/ 10.0.0.0/24/24 /24 \
			10.0.0.0/255.255.255.0 10.0.0/24 10/8 \
			2001:db8::/129 2001:db8::/ 2001:db8::/064; do
		refused_word real_servers $value $value
	done
	for value in 10.0.0.1/24 10.0.0.0/6 10.0.0.1/31 2001:db8::1/64 \
			2001:db8::1/127; do
		refused_word real_servers $value $value \
			" has bits set behind its length"
	done
	for value in 0.0.0.0/0 10.0.0.0/0 ::/0 2001:db8::/0; do
		refused_word real_servers $value $value " holds every address"
	done
	for value in 127.0.0.0/8 224.0.0.0/4 ff00::/8 ::/8; do
		refused_word real_servers $value $value " is "
	done
}

# This is the same for each file, since it happens before parsing.
whole_value()
{
	local file page

	page=$(repeat 4095 ' ')
	for file in active active_ports control_ports enabled fast mark on_marked \
			passive_from passive_ports real_servers vip; do
		refused $file E2BIG "1$page" "value too long"
		refused $file EINVAL '1\x00\n' "NUL in the value"
		refused $file EINVAL '\x00' "NUL in the value"
		# A write of no bytes is no store: nothing changes, and nothing is logged.
		attempt "$file: writing no byte does nothing" \
			ok "services/$service/$file" '' ''
	done
	attempt "a value of a page less one byte is read" \
		ok "services/$service/mark" "21${page:2}" ''
	for file in add remove; do
		attempt "$file: a page refused" \
			E2BIG $file "x$page" "$file: value too long"
		attempt "$file: NUL refused" \
			EINVAL $file 'x\x00y' "$file: NUL in the value"
		attempt "$file: writing no byte does nothing" ok $file '' ''
	done
}

names()
{
	local name

	for name in .a _a -a a/b a:b 'a\xc3\xa9' 'a\x01' '*' .. . \
			"$(repeat 32 n)" "$(repeat 200 n)"; do
		attempt "add: name ${name:0:40} refused" EINVAL add "$name\n" \
			'add: "*" is not a name*'
		attempt "remove: name ${name:0:40} refused" EINVAL remove \
			"$name\n" 'remove: "*" is not a name*'
	done
	for name in add remove; do
		attempt "$name: no name refused" EINVAL $name '\n' \
			"$name: empty value"
		attempt "$name: two names refused" EINVAL $name 'a b\n' \
			"$name: \"b\" is one word too many"
	done
	attempt "add: a name in use refused" EEXIST add 'ftp\n' \
		"add: ftp exists already"
	attempt "remove: an unknown name refused" ENOENT remove 'nobody\n' \
		"remove: no service nobody"
	attempt "remove: names are not patterns" ENOENT remove 'FTP\n' \
		"remove: no service FTP"
}

service=ftp
service conf ftp vip="$vip $vip6 $vip2" passive_ports=10000-20000 mark=21 \
	enabled=1
refused vip EINVAL '\n' "an enabled service needs a virtual IP"
refused vip EINVAL ' , ' "an enabled service needs a virtual IP"
names
numbers
words
same_as_before "words and numbers refused"
ports control_ports
ports passive_ports
ports active_ports
no_ports control_ports
no_ports active_ports
same_as_before "ports refused"
addresses vip
addresses real_servers
lists
same_as_before "addresses refused"
whole_value
same_as_before "odd values refused"

# This service never had a VIP.
put conf add bare
service=bare
refused enabled EINVAL 1 "an enabled service needs a virtual IP"
finish
