#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# No two enabled services share a VIP and port, whichever change would bring that
# about; and a namespace has a limit of services.

# shellcheck disable=SC2154 # setup_ns's names
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=../lib/wire.sh
. "$selftests/lib/wire.sh"

need nft python3
wire_start crowd

# conflict NAME PATH VALUE ADDRESS PORT: the write is refused, with one line in the
# log that names both services, and changes nothing.
conflict()
{
	local before line word lines=0 said=0 as='' bs=''

	files conf read "services/$2"
	before=$text
	files conf write "services/$2" "$3\n"
	while IFS= read -r line; do
		[ -z "$line" ] || : $((++lines))
		[[ ! $line =~ ^"${2/\//: }: ".*" would share $4 port $5"$ ]] ||
			: $((++said))
	done <<<"$log"
	check_equal "$1" "EEXIST 1 of 1" "$result $said of $lines"

	line=${log#*: *: }
	for word in ${line//[!A-Za-z0-9_]/ }; do
		case $word in
		a) as+=" a" ;;
		b) bs+=" b" ;;
		esac
	done
	as+=$bs
	check_equal "$1: both are named" "a b" "${as# }"
	check_file conf "services/$2" "$before" "$1: nothing changed"
}

both_as_before()
{
	check_marks "$1: marks as before" "0=1 1=3 2=3" \
		"to=$vip port="{21,10000,22} "to=$vip6" \
		"to=$vip2 port="{21,10000,20000}
}

services()
{
	service conf a vip="$vip $vip6" mark=1 enabled=1
	service conf b vip="$vip" mark=2

	conflict "enabling one with the same ports" b/enabled 1 "$vip" 21
	service conf b vip="$vip6"
	conflict "enabling one with the same IPv6 VIP" b/enabled 1 "$vip6" 21
	service conf b control_ports=2121
	conflict "enabling one with the same passive ports" \
		b/enabled 1 "$vip6" 10000
	service conf b passive_ports=20000-30000
	conflict "enabling one that shares a single port" \
		b/enabled 1 "$vip6" 20000
	service conf b control_ports=10500 passive_ports=
	conflict "control port among the other's passive ports" \
		b/enabled 1 "$vip6" 10500

	service conf b vip="$vip2" control_ports=21 passive_ports=10000-20000 \
		enabled=1
	both_as_before "refused to be enabled"
	conflict "an enabled one's VIPs" b/vip "$vip2 $vip" "$vip" 21
	conflict "an enabled one's only VIP" a/vip "$vip2" "$vip2" 21
	both_as_before "refused a VIP"

	service conf b control_ports=2121 passive_ports=30000
	service conf b vip="$vip $vip2"
	conflict "an enabled one's control ports" b/control_ports "2121 21" \
		"$vip" 21
	conflict "an enabled one's passive ports" a/passive_ports \
		"10000-20000 29999-30001" "$vip" 30000
	check_marks "ports refused: marks as before" "0=4 1=2 2=4" \
		"to=$vip port="{21,20000,2121,30000,29999} \
		"to=$vip2 port="{21,2121,30000} "to=$vip port="{30001,22}
}

# A change that conflicts is accepted once the other service has made room.
giving_way()
{
	service conf b enabled=0 vip="$vip" control_ports=21 passive_ports=
	conflict "as long as the other is enabled" b/enabled 1 "$vip" 21
	put conf services/a/enabled 0
	files conf write services/b/enabled 1
	check_equal "the other one disabled: taken" "ok " "$result $log"
	check_marks "the other's mark" "0=1 2=1" "to=$vip" "to=$vip6"
	conflict "now the first one is refused" a/enabled 1 "$vip" 21
	put conf remove b
	files conf write services/a/enabled 1
	check_equal "the other one removed: taken" "ok " "$result $log"
	check_marks "its mark again" "1=2" "to=$vip" "to=$vip6"
	put conf remove a
}

# shellcheck disable=SC2317 # called in a namespace
create() # COUNT
{
	local n

	cd /sys/kernel/nf_ftpmark/net || return
	for ((n = 1; n <= $1; n++)); do
		echo "s$n" >add || return
	done
}

count()
{
	ip netns exec "$crowd" find /sys/kernel/nf_ftpmark/net/services \
		-maxdepth 1 -name 's[0-9]*' | wc -l
}

most_services()
{
	files_start many ip netns exec "$crowd"
	export -f create
	check "4096 services" ip netns exec "$crowd" bash -c 'create 4096'
	files many write add 's4097\n'
	check_equal "one more is refused" \
		"ENOSPC add: s4097: there are 4096 services already" \
		"$result $log"
	check_equal "none is missing, none too many" 4096 "$(count)"
	files many write add 's4096\n'
	check_equal "a name in use is refused as such" \
		"EEXIST add: s4096 exists already" "$result $log"
	put many remove s1
	files many write add 's4097\n'
	check_equal "one removed: one may come" "ok " "$result $log"
	check_equal "again as many as may be" 4096 "$(count)"
	service many s4097 vip="$vip" enabled=1
	check_file many services/s4097/enabled 1 "the last one can be enabled"
	files conf write add 's4097\n'
	check_equal "another namespace has room" ok "$result"

	put many transaction open
	put many remove s2
	put many add s4098
	check_equal "in a transaction both have files" 4097 "$(count)"
	for name in s4099 s2; do
		files many write add "$name\n"
		check_equal "but no more may come: $name" \
			"ENOSPC add: $name: there are 4096 services already" \
			"$result $log"
	done
	put many transaction discard
	check_equal "discarded: as before" 4096 "$(count)"

	# So many services' files would fill the log of a failure.
	agent_stop many
	ip netns delete "$crowd"
	namespaces=("$client" "$router")
}

services
giving_way
most_services
finish
