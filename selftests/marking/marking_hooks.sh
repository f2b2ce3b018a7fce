#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Where the module's hooks are in a packet's path, and that they are registered only
# while an enabled service needs them.

# shellcheck disable=SC2119,SC2154 # wire_start's arguments, setup_ns's names
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=../lib/wire.sh
. "$selftests/lib/wire.sh"

tracing=/sys/kernel/tracing

need nft python3
[ -e "$tracing/kprobe_events" ] || mount -t tracefs tracefs "$tracing" ||
	skip_all "no tracefs"
[ -e "$tracing/kprobe_events" ] || skip_all "no kprobes"
wire_start

probes=(ftpmark_mark_ipv4 ftpmark_mark_ipv6 ftpmark_mark_rest)

# Kprobes count how often each function was entered. That works on every kernel,
# while only newer ones can list hooks.
probes_on()
{
	local probe

	for probe in "${probes[@]}"; do
		echo "p:nf_ftpmark_test/$probe nf_ftpmark:$probe" || return
	done >>$tracing/kprobe_events
	echo 1 >$tracing/events/nf_ftpmark_test/enable
}

probes_off()
{
	echo 0 >$tracing/events/nf_ftpmark_test/enable
	for probe in "${probes[@]}"; do
		echo "-:nf_ftpmark_test/$probe"
	done >>$tracing/kprobe_events
}

# check_calls NAME "IPV4 IPV6 REST": calls since the last time.
declare -A calls_before=()
check_calls()
{
	local probe hits now got=()

	for probe in "${probes[@]}"; do
		now=0
		while read -r name hits _; do
			[ "$name" != "$probe" ] || now=$hits
		done <$tracing/kprobe_profile
		got+=($((now - ${calls_before[$probe]:-0})))
		calls_before[$probe]=$now
	done
	check_equal "$1" "$2" "${got[*]}"
}

# Packets cause the calls, whatever their mark. They have no SYN, which would take
# the slow path.
packets()
{
	send_all "to=$vip flags=A count=3" "to=198.51.100.99 flags=A count=2" \
		"to=$vip6 flags=A count=4"
}

# check_listed NAME "FAMILY..." WORD: families in whose hooks WORD is.
check_listed()
{
	local line family='' families=()

	if [ ! -d /sys/module/nfnetlink_hook ] &&
	   ! modprobe -q nfnetlink_hook; then
		skip "$1" "this kernel cannot list hooks"
		return
	fi
	while read -r line; do
		case $line in
		family*) family=${line#family }; family=${family%% *} ;;
		*"$3"*)
			[[ "${families[*]}" =~ (^|\ )"$family"$ ]] ||
				families+=("$family")
			;;
		esac
	done < <(ip netns exec "$router" nft list hooks 2>&1)
	check_equal "$1" "$2" "${families[*]}"
}

no_hook() # WHEN
{
	packets
	check_calls "$1: no hook is called" "0 0 0"
	check_listed "$1: no hook of the module" "" "[nf_ftpmark]"
	check_listed "$1: no conntrack" "" "[nf_conntrack]"
}

probes_on || skip_all "no kprobes"
no_hook "no service"
service conf ftp
no_hook "service without a VIP"
service conf ftp vip="$vip"
no_hook "disabled service"

service conf ftp enabled=1
packets
check_calls "IPv4 VIP: one hook, every IPv4 packet" "5 0 0"
check_listed "IPv4 VIP: hook of one family" "ip" "[nf_ftpmark]"
check_listed "no real servers: no conntrack" "" "[nf_conntrack]"

service conf ftp vip="$vip $vip6"
packets
check_calls "VIPs of both families: two hooks" "5 4 0"
check_listed "VIPs of both families: hooks of both" "ip ip6" "[nf_ftpmark]"

service conf ftp vip="$vip6"
packets
check_calls "IPv6 VIP: one hook" "0 4 0"
check_listed "IPv6 VIP: hook of one family" "ip6" "[nf_ftpmark]"

service conf ftp real_servers=10.0.0.0/24 active=off
check_listed "active off: no conntrack" "" "[nf_conntrack]"
service conf ftp active=masquerade
check_listed "masquerade: conntrack of the real servers' family" \
	"ip" "[nf_conntrack]"
service conf ftp real_servers=2001:db8:a::/64
check_listed "masquerade: conntrack of the other family" \
	"ip6" "[nf_conntrack]"
service conf ftp real_servers=
check_listed "no real servers any more: no conntrack" "" "[nf_conntrack]"

service conf second vip="$vip" enabled=1
packets
check_calls "a service for each family" "5 4 0"
put conf services/ftp/enabled 0
packets
check_calls "the IPv6 one disabled" "5 0 0"
put conf remove second
no_hook "disabled and removed services"

service conf ftp vip="$vip $vip6" enabled=1
check_marks "header outside the linear part" "21=2" \
	"to=$vip paged data=5000" "to=$vip6 paged data=5000"
check_calls "it takes the way for those" "1 1 2"
check_marks "first packets of a connection" "21=2" "to=$vip" "to=$vip6"
check_calls "they take that way, too" "1 1 2"

marks_forget before
check_marks "marks behind the mangle table" "21=2" "to=$vip flags=A" \
	"to=$vip6 flags=A"
marks_read before
check_equal "no mark in the mangle table" "0=2" "$marks"
check_calls "both came through the hooks" "1 1 0"

put conf remove ftp
no_hook "the last service removed"
probes_off
finish
