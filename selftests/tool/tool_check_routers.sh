#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "ftpmark check" against real transfers: rules of iptables and nftables.

# shellcheck disable=SC2016 # scripts for nft
# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck source-path=SCRIPTDIR source=../lib/routers.sh
. "$(dirname "$0")/../lib/routers.sh"

flush="nft flush ruleset"

# ruleset TABLE...: prints commands that make these tables.
ruleset()
{
	printf 'nft -f - <<<%q' "${*//\} \}/\}; \}}"
}

# loaded PROGRAM LINE...: prints a command that has a program of iptables load these
# lines: one process does it, and not one for each rule.
loaded()
{
	local text

	printf -v text '%s\n' "${@:2}"
	printf '%s-restore <<<%q' "$1" "$text"
}

# inet HOOK POLICY RULE...: prints commands that make a chain with these rules.
inet()
{
	local hook=$1 policy=$2 rules

	shift 2
	printf -v rules '%s\n' "$@"
	ruleset "table inet fw { chain $hook { type filter hook $hook priority filter; policy $policy; $rules } }"
}

test_nft()
{
	local let_in='tcp dport { 21, 10000-20000, 20 } accept'
	local let_out='ip saddr 10.0.0.0/24 accept; ip6 saddr 2001:db8:2::/64 accept'
	local icmp='icmpv6 type != 255 accept'

	router "nothing changed" alive "" : :
	router "INPUT drops" dead "fault rule-drops" "$(inet input drop "$icmp")" "$flush"
	router "INPUT drops, with holes" alive "" "$(inet input drop "$icmp" "$let_in")" "$flush"
	router "INPUT drops, with a hole for 21 only" dead "fault rule-drops" \
		"$(inet input drop "$icmp" 'ct state established,related accept' 'tcp dport 21 accept')" "$flush"
	router "INPUT drops what is invalid" dead "fault rule-drops" \
		"$(inet input accept 'ct state invalid drop')" "$flush"
	router "INPUT has no hole for port 20" dead "fault rule-drops" \
		"$(inet input drop "$icmp" 'tcp dport { 21, 10000-20000 } accept')" "$flush"
	router "INPUT lets established in, and new ones to the ports" dead "fault rule-drops" \
		"$(inet input drop "$icmp" 'ct state established,related accept' 'ct state new tcp dport { 21, 10000-20000 } accept')" "$flush"
	router "INPUT lets clients of one network in" alive "note rule-clients" \
		"$(inet input drop "$icmp" 'ip saddr 198.51.100.0/24 accept' 'ip6 saddr 2001:db8:1::/64 accept')" "$flush"
	router "INPUT lets one client in" dead "fault rule-drops" \
		"$(inet input drop "$icmp" 'ip saddr 198.51.100.253 tcp dport 22 accept')" "$flush" 4
	router "INPUT has a list of bad clients" alive "" \
		"$(ruleset 'table inet fw { set bad { type ipv4_addr; elements = { 203.0.113.1 } }; chain input { type filter hook input priority 0; ip saddr @bad drop; } }')" "$flush"
	router "INPUT accepts by interface" alive "" \
		"$(inet input drop "$icmp" 'iifname front accept')" "$flush"
	router "INPUT accepts from inside only" dead "fault rule-drops" \
		"$(inet input drop "$icmp" 'iifname back accept')" "$flush"
	router "INPUT jumps" dead "fault rule-drops" \
		"$(ruleset 'table inet fw { chain ftp { tcp dport 21 accept; }; chain input { type filter hook input priority 0; policy accept; jump ftp; meta nfproto ipv4 tcp dport 10000-20000 reject; } }')" "$flush" 4
	router "INPUT by a verdict map" dead "fault rule-drops" \
		"$(inet input accept 'tcp dport vmap { 21 : accept, 10000-20000 : drop }')" "$flush"
	router "FORWARD drops" dead "fault rule-drops" "$(inet forward drop "$icmp")" "$flush"
	router "FORWARD drops, with holes" alive "" "$(inet forward drop "$icmp" "$let_out")" "$flush"
	router "FORWARD drops what is invalid" dead "fault rule-drops" \
		"$(inet forward accept 'ct state invalid drop')" "$flush"
	router "FORWARD lets established through" dead "fault rule-drops" \
		"$(inet forward drop "$icmp" 'ct state established,related accept' 'ip saddr 10.0.0.0/24 ct state new accept')" "$flush"
	router "FORWARD without holes for active data" dead "fault rule-drops" \
		"$(inet forward drop "$icmp" 'tcp sport { 21, 10000-20000 } accept')" "$flush"
	router "OUTPUT drops" dead "fault rule-drops" "$(inet output drop "$icmp")" "$flush"
	router "OUTPUT drops, with holes" alive "" "$(inet output drop "$icmp" "$let_in")" "$flush"
	router "POSTROUTING drops" dead "fault rule-drops" \
		"$(inet postrouting accept 'tcp dport 10000-20000 drop')" "$flush"
	router "PREROUTING drops early" dead "fault rule-drops" \
		"$(ruleset 'table inet fw { chain raw { type filter hook prerouting priority raw; tcp flags syn tcp dport 10000-20000 drop; } }')" "$flush"
	router "another port is dropped everywhere" alive "" \
		"$(ruleset 'table inet fw { chain raw { type filter hook prerouting priority raw; tcp dport 25 drop; }
		chain input { type filter hook input priority 0; tcp dport 22 drop; udp dport 21 drop; } }')" "$flush"
	router "a limit" alive "note rule-may-drop" \
		"$(inet input accept 'tcp dport 21 limit rate over 1000/second drop')" "$flush"
	mended "INPUT and FORWARD drop" "$(ruleset 'table inet fw { chain input { type filter hook input priority 0; policy drop; icmpv6 type != 255 accept; }
		chain forward { type filter hook forward priority 0; policy drop; } }')" "$flush"
}

# The filters of programs that many routers have, as iptables-nft rules.
test_programs()
{
	router "Docker's FORWARD" dead "fault rule-drops" "$(loaded iptables-nft \
		'*filter' ':FORWARD DROP' ':DOCKER -' ':DOCKER-USER -' ':DOCKER-ISOLATION-STAGE-1 -' \
		'-A FORWARD -j DOCKER-USER' '-A FORWARD -j DOCKER-ISOLATION-STAGE-1' \
		'-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT' \
		'-A FORWARD -o docker0 -j DOCKER' '-A FORWARD -i docker0 ! -o docker0 -j ACCEPT' \
		'-A DOCKER-USER -j RETURN' COMMIT \
		'*nat' ':DOCKER -' '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER' \
		'-A DOCKER ! -i docker0 -p tcp --dport 8080 -j DNAT --to 172.17.0.2:80' COMMIT)" "$flush" 4
	router "ufw's INPUT, with the ports allowed" dead "fault rule-drops" "$(loaded iptables-nft \
		'*filter' ':INPUT DROP' ':ufw-before-input -' ':ufw-user-input -' ':ufw-logging-deny -' \
		'-A INPUT -j ufw-before-input' \
		'-A ufw-before-input -i lo -j ACCEPT' \
		'-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT' \
		'-A ufw-before-input -m conntrack --ctstate INVALID -j ufw-logging-deny' \
		'-A ufw-before-input -m conntrack --ctstate INVALID -j DROP' \
		'-A ufw-before-input -p icmp --icmp-type 8 -j ACCEPT' \
		'-A ufw-before-input -j ufw-user-input' \
		'-A ufw-logging-deny -m limit --limit 3/min --limit-burst 10 -j LOG' \
		'-A ufw-user-input -p tcp -m tcp --dport 21 -j ACCEPT' \
		'-A ufw-user-input -p tcp -m multiport --dports 10000:20000 -j ACCEPT' COMMIT)" "$flush" 4
	router "firewalld's INPUT, with the ports allowed" dead "fault rule-drops" \
		"$(inet input accept 'ct state { established, related } accept' 'ct status dnat accept' 'iifname lo accept' \
		'ct state invalid drop' 'meta l4proto ipv6-icmp accept' 'tcp dport { 20, 21, 10000-20000 } ct state { new, untracked } accept' 'reject with icmpx admin-prohibited')" "$flush"
	router "ip6tables-nft INPUT drops" dead "fault rule-drops" "$(loaded ip6tables-nft \
		'*filter' ':INPUT DROP' '-A INPUT -p ipv6-icmp -j ACCEPT' COMMIT)" "$flush" 6
	router "a rate limit of new connections to 21" alive "note rule-may-drop" "$(loaded iptables-nft \
		'*filter' '-A INPUT -p tcp --dport 21 --syn -m limit --limit 100/s --limit-burst 50 -j ACCEPT' \
		'-A INPUT -p tcp --dport 21 --syn -j DROP' COMMIT)" "$flush" 4
	mended "ufw's FORWARD" "$(loaded iptables-nft \
		'*filter' ':FORWARD DROP' ':ufw-before-forward -' '-A FORWARD -j ufw-before-forward' \
		'-A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT' COMMIT)" "$flush"
}

# legacy NAME TRUTH FINDING TABLE LINE...: a router for IPv4 with these lines.
legacy()
{
	router "legacy: $1" "$2" "$3" "$(loaded iptables-legacy "*$4" "${@:5}" COMMIT)" \
		"$(loaded iptables-legacy "*$4" "${empty[@]}" COMMIT)" 4
}

# This comes last: of what is behind it, the tool would ask iptables-legacy, too.
test_legacy()
{
	local empty=(':INPUT ACCEPT' ':FORWARD ACCEPT')
	local ipt="iptables-legacy" ipt6="ip6tables-legacy"

	if ! command -v iptables-legacy >/dev/null; then
		skip "iptables-legacy" "no iptables-legacy"
		return
	fi
	legacy "INPUT drops" dead "fault rule-drops" filter ':INPUT DROP'
	router "legacy: INPUT drops, with holes" alive "" "$(loaded $ipt '*filter' ':INPUT DROP' \
		"-A INPUT -p tcp -d $vip4 -m multiport --dports 20,21,10000:20000 -j ACCEPT" COMMIT)" \
		"$(loaded $ipt '*filter' "${empty[@]}" COMMIT)"
	legacy "FORWARD drops what is invalid" dead "fault rule-drops" \
		filter '-A FORWARD -m state --state INVALID -j DROP'
	legacy "mangle's INPUT changes the mark" dead "fault mark-changed" \
		mangle '-A INPUT -p tcp --dport 21 -j MARK --set-mark 9'
	empty=()
	legacy "raw's PREROUTING drops all but 21" dead "fault rule-drops" \
		raw '-A PREROUTING -i front -p tcp ! --dport 21 -j DROP'
	mended "legacy: INPUT and FORWARD drop, IPv6, too" "
		$(loaded $ipt '*filter' ':INPUT DROP' ':FORWARD DROP' COMMIT)
		$ipt6 -P FORWARD DROP" :
}

marks() # PRIORITY RULE...: prints commands that make a chain of prerouting
{
	local rules

	printf -v rules '%s\n' "${@:2}"
	ruleset "table inet fw { chain marks { type filter hook prerouting priority $1; $rules } }"
}

test_marks()
{
	local text='see -j MARK --set-xmark 0x15/0xffffffff'

	router "another mark, behind the module" dead "fault mark-changed" \
		"$(marks -140 'tcp dport 21 meta mark set 7')" "$flush"
	router "another mark, for passive data" dead "fault mark-changed" \
		"$(marks -140 'tcp dport 10000-20000 meta mark set mark or 0x100')" "$flush"
	router "another mark, for other ports" alive "" \
		"$(marks -140 'tcp dport { 22, 80 } meta mark set 7')" "$flush"
	router "another mark, ahead of the module" alive "" \
		"$(marks -160 'tcp dport 21 meta mark set 7')" "$flush"
	router "the same with on-marked keep" dead "fault mark-changed" \
		"service_anew on-marked keep; $(marks -160 'tcp dport 21 meta mark set 7')" \
		"$flush; service_anew"
	router "a map of marks" dead "fault mark-changed" \
		"$(marks -140 'meta mark set tcp dport map { 21 : 5, 22 : 6 }')" "$flush"
	router "keepalived's map of marks" dead "fault mark-changed" \
		"$(ruleset "table ip keepalived { map marks { type ipv4_addr . inet_service : mark; elements = { $vip4 . 21 : 1001 } };
		chain prerouting { type filter hook prerouting priority -145; meta mark set ip daddr . tcp dport map @marks; } }")" "$flush" 4
	router "the connection's mark is restored" dead "fault mark-changed" \
		"$(marks -140 'meta mark set ct mark')" "$flush"
	router "the connection's mark is restored, if there is one" alive "" \
		"$(marks -140 'ct mark != 0 meta mark set ct mark')" "$flush"
	router "marks in a way that is not understood" alive "note mark-doubt" \
		"$(marks -140 "meta mark set meta mark << 1" "meta mark set meta mark >> 1")" "$flush"
	router "the recipe's own rule, too" alive "warning rule-mark" \
		"$(marks mangle 'tcp dport { 21, 10000-20000 } meta mark set 21')" "$flush"
	router "a rule of NAT takes passive data away" dead "fault rule-dnat" \
		"$(ruleset "table ip nat { chain pre { type nat hook prerouting priority dstnat; tcp dport 10000-20000 dnat to 10.0.0.77; } }")" "$flush" 4
	router "a comment with the words of a rule" alive "" \
		"iptables-nft -A INPUT -m comment --comment '$text' -j ACCEPT" "$flush"
	[[ $said != *-D* ]] || not_ok "no remedy deletes what lets FTP in"
	router "a rule for UDP in OUTPUT" alive "" \
		"iptables-nft -t mangle -A OUTPUT -p udp -j MARK --set-mark 21" "$flush"
	check "neither is found" [ -n "${found##*rule-*}" ]
	router "active snat" alive "" "service_anew active snat" service_anew
	router "active snat, its data untracked" dead "fault active-untracked" \
		"service_anew active snat; $(ruleset "table inet fw { chain raw { type filter hook prerouting priority raw; tcp sport 20 notrack; } }")" \
		"$flush; service_anew"
	router "active snat, FORWARD lets answers through" alive "" \
		"service_anew active snat; $(inet forward drop 'icmpv6 type != 255 accept' 'ip saddr 10.0.0.0/24 accept' \
		'ip6 saddr 2001:db8:2::/64 accept' 'ct state established accept')" "$flush; service_anew"
	router "active snat, FORWARD drops answers" dead "fault rule-drops" \
		"service_anew active snat; $(inet forward drop 'icmpv6 type != 255 accept' 'ip saddr 10.0.0.0/24 accept' \
		'ip6 saddr 2001:db8:2::/64 accept')" "$flush; service_anew"
	router "notrack, and only tracked connections are let in" dead "fault rule-drops" \
		"service_anew notrack 1; $(inet input drop 'icmpv6 type != 255 accept' 'ct state new,established accept' 'tcp dport 20 accept')" \
		"$flush; service_anew"
	router "notrack, and what is untracked is let in" alive "" \
		"service_anew notrack 1; $(inet input drop 'icmpv6 type != 255 accept' 'ct state untracked accept' 'tcp dport 20 accept')" \
		"$flush; service_anew"
	router "vs.conntrack, stateful rules" alive "" \
		"sysctl -qw net.ipv4.vs.conntrack=1; $(inet forward drop 'icmpv6 type != 255 accept' 'ct state established accept' 'tcp sport 20 accept')" \
		"$flush; sysctl -qw net.ipv4.vs.conntrack=0"
	router "stateful rules without it" dead "fault rule-drops" \
		"$(inet forward drop 'icmpv6 type != 255 accept' 'ct state established accept' 'tcp sport 20 accept')" "$flush"
}

load_module
routers_up || exit "$ksft_fail"
test_nft
test_programs
test_marks
test_legacy
routers_summary
finish
