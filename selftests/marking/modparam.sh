#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Module parameters: they create a service, and for each bad value loading fails
# and leaves nothing behind.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck disable=SC2016,SC2317 # for other shells; called by check
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=../lib/wire.sh
. "$selftests/lib/wire.sh"

need python3
[ /proc/self/ns/net -ef /proc/1/ns/net ] ||
	skip_all "not in the initial network namespace"
setup_ns client other
files_start host
wire_link "$client" 1 wire0
ip link set wire0 addrgenmode none up
wire_sender "$client"

parameters=(active control_ports fast mark passive_ports real_servers vip)
module=/sys/module/nf_ftpmark

# What a file says that has one line at most.
value() # PATH
{
	files host read "$1"
	[ "$result" = ok ] || text=$result
}

# check_loaded NAME SERVICE_SETTINGS PARAMETER=VALUE...: loads the module; the
# settings must read "FILE=VALUE;...", or there is no service if that is empty.
check_loaded()
{
	local name=$1 settings=$2 expected=() got=() setting services

	shift 2
	check "$name: loads" load_module "$@"
	files host stat /
	check_equal "$name: nothing to say" "" "$log"

	value services/ftp/enabled
	if [ -z "$settings" ]; then
		check_equal "$name: no service" ENOENT "$text"
	else
		check_equal "$name: service is enabled" 1 "$text"
		while read -r setting; do
			expected+=("$setting")
			value "services/ftp/${setting%%=*}"
			got+=("${setting%%=*}=$text")
		done <<<"${settings//;/$'\n'}"
		check_equal "$name: settings" "${expected[*]}" "${got[*]}"
	fi
	services_read "$other"
	check_equal "$name: no service elsewhere" "" "$services"

	expected=() got=()
	for setting in "$@"; do
		expected+=("$setting")
		value "$module/parameters/${setting%%=*}"
		got+=("${setting%%=*}=$text")
	done
	check_equal "$name: parameters as given" "${expected[*]}" "${got[*]}"
}

# check_refused REASON PARAMETER=VALUE...: loading fails for the first parameter.
check_refused()
{
	local name=${2:0:50} left=() at

	check "$name: does not load" ! load_module "${@:2}"
	files host stat /
	# shellcheck disable=SC2053 # a pattern it is
	if [[ $log == "parameter ${2%%=*}: "$1 && $log != *' | '* ]]; then
		ok "$name: one line says why"
	else
		not_ok "$name: one line says why"
		note "expected: $1"
		note "     got: $log"
	fi
	for at in $module /sys/kernel/nf_ftpmark; do
		[ ! -e "$at" ] || left+=("$at")
	done
	if grep -q '\[nf_ftpmark\]$' /proc/kallsyms; then
		left+=(symbols)
	fi
	check_equal "$name: leaves nothing" "" "${left[*]}"
	# A module that loaded nevertheless would spoil the checks that follow.
	[ ! -e $module ] || rmmod nf_ftpmark
}

good()
{
	check_loaded "no parameter" ""
	for parameter in "${parameters[@]}"; do
		files host stat "$module/parameters/$parameter"
		check_equal "parameter $parameter: read only" "444 0 0" "$text"
		files host write "$module/parameters/$parameter" '1\n'
		check_equal "parameter $parameter: cannot be written" \
			EACCES "$result"
	done
	check_equal "parameters" "${parameters[*]}" \
		"$(find $module/parameters -type f -printf '%f\n' | sort | xargs)"
	unload_module

	check_loaded "vip alone" "vip=198.51.100.10;control_ports=21;$(
		)passive_ports=10000-20000;mark=21;real_servers=;$(
		)active=ipvs;on_marked=overwrite;active_ports=20;notrack=0;passive_from=anyone;fast=0" \
		vip=198.51.100.10
	# The service of the parameters marks packets at once.
	send "dev=wire0 to=$vip count=3"
	send "dev=wire0 to=$vip port=10000 count=2"
	send "dev=wire0 to=$vip2"
	check "packets are marked" busywait 60 counted_two
	check_stats "only those to the VIP" host ftp control_packets=3 \
		passive_packets=2 bytes=200
	unload_module

	check_loaded "several vips" "vip=198.51.100.10 2001:db8:1::10" \
		vip=198.51.100.10,2001:db8:1::10
	unload_module
	check_loaded "control_ports" "control_ports=21 2121" \
		vip=198.51.100.10 control_ports=21,2121
	unload_module
	check_loaded "passive_ports" "passive_ports=30000-30999 40000" \
		vip=198.51.100.10 passive_ports=40000,30000-30999
	unload_module
	check_loaded "mark" "mark=4294967295" vip=198.51.100.10 mark=0xffffffff
	unload_module
	check_loaded "real_servers" "real_servers=10.0.0.0/24 2001:db8:a::/64" \
		vip=198.51.100.10 real_servers=10.0.0.0/24,2001:db8:a::/64
	unload_module
	check_loaded "active" "active=off" vip=198.51.100.10 active=off
	unload_module
	check_loaded "all" "vip=198.51.100.10;control_ports=2121;$(
		)passive_ports=30000;mark=7;real_servers=10.0.0.1;$(
		)active=masquerade" active=masquerade control_ports=2121 \
		mark=7 passive_ports=30000 real_servers=10.0.0.1 \
		vip=198.51.100.10
	put host services/ftp/mark 8
	check_file host services/ftp/mark 8 "the service is one as any other"
	put host remove ftp
	unload_module

	check_loaded "all but vip" "" active=off control_ports=2121 mark=7 \
		passive_ports=30000 real_servers=10.0.0.1
	unload_module
	check_loaded "empty vip" "" vip=
	unload_module
}

counted_two()
{
	files host read services/ftp/stats/passive_packets
	[ "$text" = 2 ]
}

bad()
{
	local vip=vip=198.51.100.10 many

	printf -v many '192.0.2.%d,' {1..17}
	check_refused '"x" is not an IPv4 or IPv6 address' vip=x
	check_refused '"192.0.2.0/24" is a prefix, not a host*' \
		vip=192.0.2.1,192.0.2.0/24
	check_refused '"127.0.0.1" is a loopback address' vip=127.0.0.1
	check_refused '17 addresses, at most 16' "vip=$many"
	check_refused '"0" is not a port or range*' control_ports=0 $vip
	check_refused 'at least one port is needed' control_ports= $vip
	check_refused '"20000-10000" ends before it begins' \
		passive_ports=20000-10000 $vip
	check_refused '"0" is not a mark*' mark=0 $vip
	check_refused 'empty value' mark= $vip
	check_refused '"10.0.0.1/24" has bits set*' real_servers=10.0.0.1/24 $vip
	check_refused '"on" is not one of*' active=on $vip
	# Bad values are refused even without "vip", when no service would take them.
	check_refused '"x" is not a port or range*' control_ports=x
	check_refused '"70000" is not a port or range*' passive_ports=70000
	check_refused '"021" is not a mark*' mark=021
	check_refused '"x" is not an IPv4 or IPv6 address or prefix' \
		real_servers=10.0.0.1,x
	check_refused '"maybe" is not one of*' active=maybe
}

# Takes the name of the parameters' service as soon as there is a file for that.
quick='
import os
print(flush=True)
while True:
    try:
        end = os.open("/sys/kernel/nf_ftpmark/net/add", os.O_WRONLY)
        os.write(end, b"ftp\n")
    except FileNotFoundError:
        continue
    except OSError:
        pass
    break
'

# Somebody else creates a service of that name while the module loads. The more
# namespaces there are, the longer that takes; and it may take several tries. On
# one processor none wins.
taken()
{
	local try loaded first name="a service of that name exists"

	setup_ns crowd{1..20}
	for try in {1..5}; do
		files host stat /
		exec {first}< <(python3 -S -c "$quick")
		read -r <&"$first"
		loaded=0
		load_module vip=198.51.100.10 || loaded=$?
		kill $! 2>/dev/null
		wait $! 2>/dev/null
		exec {first}<&-
		[ "$loaded" -eq 0 ] || break
		unload_module
	done
	if [ "$loaded" -eq 0 ]; then
		# What the log says of the refused service is of no interest.
		files host stat /
		skip "$name: one line says so" "lost $try races"
		skip "$name: leaves nothing" "lost $try races"
		return
	fi
	files host stat /
	check_equal "$name: one line says so" \
		"service of the parameters: ftp exists already" "$log"
	check "$name: leaves nothing" ! ls -d $module
}

# The kernel, not the module, decides about these two.
others()
{
	check "a parameter that is not there: loads" \
		load_module nosuch=1 vip=198.51.100.10
	files host stat /
	check_equal "a parameter that is not there: one line" \
		"unknown parameter 'nosuch' ignored" "$log"
	value services/ftp/vip
	check_equal "a parameter that is not there: the others count" \
		198.51.100.10 "$text"
	unload_module
	check "a parameter without a value: does not load" ! load_module vip
	check "a parameter without a value: leaves nothing" ! ls -d $module
}

good
bad
taken
others
finish
