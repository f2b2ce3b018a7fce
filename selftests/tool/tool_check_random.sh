#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "ftpmark check" against real transfers: random rules of nftables. Their parts are
# such that what becomes of all packets is certain.

# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck source-path=SCRIPTDIR source=../lib/routers.sh
. "$(dirname "$0")/../lib/routers.sh"

# Its many waits for packets that were dropped take too long there.
[ -z "${FTPMARK_DETECTORS:-}" ] || skip_all "the tool is tested on stock kernels"

matches=(
	"" "" "tcp dport 21" "tcp dport 10000-20000" "tcp dport 20" "tcp sport 20"
	"tcp dport { 20, 21, 10000-20000 }" "tcp sport { 21, 10000-20000 }"
	"ip saddr $real_net4" "ip daddr $real_net4" "ip daddr $vip4"
	"ip6 saddr $real_net6" "ip6 daddr $vip6" "meta nfproto ipv4"
	"ct state new" "ct state established" "ct state invalid" "ct state untracked"
	"meta mark 21" "meta mark != 0" "ct mark 0" "iifname front" "iifname back"
	"oifname front" "oifname back" "tcp flags syn" "tcp sport 1024-65535"
	"tcp dport != 22" "tcp dport 22"
)
verdicts=(
	accept accept accept accept drop return "meta mark set 7" "meta mark set 21"
	"meta mark set ct mark" "ct mark set meta mark" counter "jump u1" "jump u2" "goto u2"
)

rules() # MOST COUNT: as many rules as that, with one of the first verdicts
{
	local i

	for ((i = RANDOM % $2; i >= 0; i--)); do
		echo "${matches[RANDOM % ${#matches[@]}]} ${matches[RANDOM %
			${#matches[@]}]} ${verdicts[RANDOM % $1]}"
	done
}

# Without ICMPv6 the router knows no neighbours; that is another fault.
random_ruleset()
{
	local hook policies=(accept accept accept drop) priorities=(-140 0 0 0)

	echo "table inet fw {"
	echo "chain u1 {"
	rules 7 3
	echo "}"
	echo "chain u2 {"
	rules 12 3
	echo "}"
	for hook in prerouting input forward output postrouting; do
		[ $((RANDOM % 2)) -eq 0 ] || continue
		echo "chain $hook {"
		echo "type filter hook $hook priority ${priorities[RANDOM % 4]}"
		echo "policy ${policies[RANDOM % 4]}"
		echo "meta l4proto != tcp accept"
		rules ${#verdicts[@]} 5
		echo "}"
	done
	echo "}"
}

# Leaves the verdicts of the session and the check to the counts of router().
random_router() # NUMBER
{
	local alive failed status is

	RANDOM=$1
	random_ruleset >"$scratch/ruleset"
	# Some contradict themselves, which nft refuses.
	on_director nft -f "$scratch/ruleset" 2>/dev/null || return
	: $((++routers))
	check_run
	sessions_run 4,6 "$brief"
	[ "$status" -ne 0 ] || [ -n "$alive" ] || sessions_run 4,6 "$long"
	is=${alive:+alive}
	case ${is:-dead}:$status in
	dead:0) : $((++green_on_dead)) ;;
	alive:1) : $((++red_on_live)) ;;
	*)
		: $((++agreed[status]))
		on_director nft flush ruleset
		return
		;;
	esac
	note "router $1: ${failed:-well}" "$said" "$(cat "$scratch/ruleset")"
	on_director nft flush ruleset
}

load_module
routers_up || exit "$ksft_fail"
agreed=(0 0)
for ((number = 1; number <= $(soak 60 2000); number++)); do
	random_router "$number"
done
routers_summary
check "some of them were alive" [ "${agreed[0]}" -gt 5 ]
check "some of them were dead" [ "${agreed[1]}" -gt 5 ]
note "alive ${agreed[0]}, dead ${agreed[1]}"
finish
