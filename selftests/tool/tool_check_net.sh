#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "ftpmark check": its findings about addresses, routes, rules and sysctls.

# shellcheck disable=SC2119,SC2317 # words of load_module; arguments of on_router
# shellcheck source-path=SCRIPTDIR source=../lib/router.sh
. "$(dirname "$0")/../lib/router.sh"

test_vip()
{
	ip -n "$router" address del "$vip4/32" dev lo
	finds "a VIP that is not here" "fault vip-not-local"
	ip -n "$router" route add local "$vip4" dev lo
	is_well "a VIP that is routed here"
	ip -n "$router" route del local "$vip4" dev lo
	ip -n "$router" rule add fwmark 21 table 100
	ip -n "$router" route add local "$vip4" dev lo table 100
	finds "a VIP that is routed here by its mark" "fault vip-not-local-bare;note mark-rule"
	module set ftp active off
	finds "which is enough without active data" "note active-off;note mark-rule"
	module set ftp active ipvs
	ip -n "$router" rule del fwmark 21 table 100
	ip -n "$router" address add "$vip4/32" dev lo
	ip -n "$router" address del "$vip6/128" dev lo
	finds "an IPv6 VIP that is not here" "fault vip-not-local"
	ip -n "$router" address add "$vip6/128" dev lo nodad
	is_well "both are here again"
}

test_sysctls()
{
	on_router sysctl -qw net.ipv4.ip_forward=0
	finds "no forwarding" "fault forwarding-off"
	remedy "no forwarding" forwarding-off
	on_router sysctl -qw net.ipv4.ip_forward=0 \
		net.ipv4.conf.front.forwarding=1 net.ipv4.conf.back.forwarding=1
	is_well "interfaces that forward, one by one"
	on_router sysctl -qw net.ipv4.conf.front.forwarding=0 \
		net.ipv4.conf.back.forwarding=0 net.ipv4.conf.lo.forwarding=1
	finds "none but lo" "fault forwarding-off"
	remedy "none but lo" forwarding-off
	on_router sysctl -qw net.ipv6.conf.all.forwarding=0
	finds "no forwarding, IPv6" "fault forwarding6-off"
	remedy_read forwarding6-off
	module set ftp vip "$vip4"
	is_well "which IPv4 alone does not need"
	module set ftp vip "$vip4,$vip6"
	remedy_run
	is_well "no forwarding, IPv6: well after \"$remedy\""
	on_router sysctl -qw net.ipv4.vs.conntrack=1
	finds "IPVS keeps tracking" "note vs-conntrack"
	module set ftp active snat
	is_well "which active snat may need"
	module set ftp active ipvs
	on_router sysctl -qw net.ipv4.vs.conntrack=0

	on_router sysctl -qw net.ipv4.vs.snat_reroute=1
	finds "IPVS looks up routes again" "note vs-reroute-needless"
	ip -n "$router" rule add from 10.77.0.0/16 table 100
	is_well "which rules by source need"
	ip -n "$router" rule del from 10.77.0.0/16 table 100
	on_router sysctl -qw net.ipv4.vs.snat_reroute=0

	on_router sysctl -qw net.ipv4.vs.sloppy_tcp=1
	is_well "IPVS is sloppy, which anyone may use"
	module set ftp passive-from clients
	finds "it is not for clients only then" "warning sloppy-tcp"
	remedy "sloppy" sloppy-tcp
	module set ftp passive-from anyone

	module set ftp passive 15000-20000,32000-33000
	finds "passive ports that are local" "note passive-local-ports"
	on_router sysctl -qw "net.ipv4.ip_local_port_range=40000 60999"
	is_well "they are not any more"
	on_router sysctl -qw "net.ipv4.ip_local_port_range=32768 60999"
	module set ftp passive 10000-20000
}

test_conntrack()
{
	on_router conntrack -I -p tcp -s 203.0.113.1 -d 203.0.113.2 --sport 1 \
		--dport 2 --state ESTABLISHED --timeout 600 >/dev/null 2>&1
	finds "needless tracking" "note conntrack-needless"
	remedy_read conntrack-needless
	check_equal "its remedy" "ftpmark set ftp notrack 1" "${remedy%%,*}"
	module set ftp notrack 1
	is_well "not with notrack"
	module set ftp notrack 0 active masquerade
	is_well "nor if masquerade needs it"
	module set ftp active ipvs
	on_router conntrack -F >/dev/null 2>&1
	is_well "nothing is tracked"
}

test_helpers()
{
	modprobe ip_vs_ftp
	finds "IPVS's helper" "warning helper-ip-vs-ftp"
	rmmod ip_vs_ftp
	# It may have brought this one with it.
	rmmod nf_nat_ftp 2>/dev/null
	is_well "without it"
	modprobe nf_nat_ftp
	finds "NAT's helper" "warning helper-nf-nat-ftp"
	rmmod nf_nat_ftp
	is_well "without it, too"
}

# Sets rp_filter of each interface, of "all" and of "default".
rp_filter() # NUMBER
{
	local file

	for file in /proc/sys/net/ipv4/conf/*/rp_filter; do
		echo "$1" >"$file"
	done
}

# told PRIORITY RULE NAME CHECK WHICH: adds a routing rule for some marks; the tool
# must say which packets it concerns.
told()
{
	# shellcheck disable=SC2086 # words
	ip -n "$router" rule add $2 table 100 priority "$1"
	finds "$3" "note mark-rule"
	says "$4" "routing rule $1 sends $5 of mark 21 to table 100"
	ip -n "$router" rule del priority "$1"
}

test_policies()
{
	ip -n "$router" rule add fwmark 22 table 100
	ip -n "$router" rule add fwmark 0x20/0x20 table 100
	is_well "routing rules for other marks"
	ip -n "$router" rule add fwmark 0x1/0x1 table 100 priority 77
	finds "a routing rule for a bit of the mark" "note mark-rule"
	says "and which" "routing rule 77 * table 100"
	on_router sysctl -qw net.ipv4.conf.back.rp_filter=1
	finds "with a strict check of the source" "note mark-rule;note rp-filter"
	remedy_read rp-filter
	check_equal "which only there need be looser" \
		"sysctl -w net.ipv4.conf.INTERFACE.rp_filter=2" \
		"${remedy%% if *}"
	on_router sysctl -qw net.ipv4.conf.back.rp_filter=2
	finds "and a loose one" "note mark-rule"
	on_router sysctl -qw net.ipv4.conf.front.src_valid_mark=1
	finds "with marks of sources" "warning src-valid-mark;note mark-rule"
	on_router sysctl -qw net.ipv4.conf.front.src_valid_mark=0 \
		net.ipv4.conf.all.src_valid_mark=1
	finds "and of all interfaces" "warning src-valid-mark;note mark-rule"
	on_router sysctl -qw net.ipv4.conf.all.src_valid_mark=0
	on_router sysctl -qw net.ipv4.conf.lo.rp_filter=1
	finds "and a strict one of lo" "note mark-rule"
	on_router rp_filter 2
	on_router sysctl -qw net.ipv4.conf.all.rp_filter=1
	finds "and one that is loose on each interface" "note mark-rule"
	on_router rp_filter 0
	on_router sysctl -qw net.ipv4.conf.all.rp_filter=1
	finds "and one that is strict by all alone" "note mark-rule;note rp-filter"
	on_router sysctl -qw net.ipv4.conf.all.rp_filter=0
	ip -n "$router" rule del priority 77
	is_well "without the routing rule"
	ip -n "$router" rule add not fwmark 22 table 100 priority 77
	is_well "a routing rule for all marks but another"
	told 78 "not fwmark 21" "a routing rule for all marks but this" \
		"which is told as it is" "all packets but those"
	ip -n "$router" rule del priority 77
	told 79 "not fwmark 0/1" "a routing rule for marks with a bit" \
		"which this is one of" "packets"
	told 79 "fwmark 0/1" "a routing rule for marks without it" \
		"which is told as one for others" "all packets but those"
	ip -n "$router" rule add fwmark 0/2 table 100 priority 79
	is_well "a routing rule for this and no mark alike"
	ip -n "$router" rule del priority 79
	ip -n "$router" -6 rule add fwmark 21 table 100
	finds "an IPv6 routing rule for the mark" "note mark-rule"
	ip -n "$router" -6 rule del fwmark 21 table 100
}

# rules_read [PROGRAM]: leaves all rules in $rules, without a process; those of
# iptables-legacy are asked of that program.
rules_read()
{
	local line saved

	if [[ ${1-} != *-legacy ]]; then
		on_router nft_run -v rules list ruleset
		return
	fi
	capture saved on_router "$1-save"
	rules=
	# Other lines have the time, or counters.
	while IFS= read -r line; do
		[[ $line != -A* ]] || rules+=$line$'\n'
	done <<<"$saved"
}

# undone NAME ID [PROGRAM]: runs the remedy that the tool prints. The rules must be
# $rules_well again, with which the tool has found nothing wrong.
undone()
{
	local rules

	remedy_read "$2"
	remedy_run
	rules_read "${3-}"
	check_equal "$1: the rules that are well, after \"$remedy\"" "$rules_well" "$rules"
}

# by_program NAME PROGRAM FINDING TABLE WORD...: a rule that the tool finds, and
# removes.
by_program()
{
	on_router "$2" -t "$4" -A "${@:5}"
	finds "$1" "warning $3"
	undone "$1" "$3" "$2"
}

test_program() # PROGRAM
{
	local program=$1 other=172.16.5.0/24 ours=10.0.0.64/26 rules rules_well

	[[ $program != ip6* ]] || other=2001:db8:5::/64 ours=2001:db8::/32
	on_router "$program-restore" --noflush <<-END
		*mangle
		-A PREROUTING -p tcp --dport 80 -j MARK --set-mark 22
		COMMIT
		*nat
		-A POSTROUTING -p tcp --sport 2020 -j MASQUERADE
		-A POSTROUTING -p tcp ! --sport 20 -j MASQUERADE
		-A POSTROUTING -p tcp -m multiport --sports 0,0:19,21:65535 -j MASQUERADE
		-A POSTROUTING -s $other -p tcp --sport 20 -j MASQUERADE
		COMMIT
	END
	is_well "other rules of $program, and a NAT rule for other sources"
	rules_read "$program"
	rules_well=$rules
	check "$program: these are the rules" [ -n "$rules" ]
	by_program "a NAT rule of $program for some real servers" "$program" rule-nat \
		nat POSTROUTING -s "$ours" -p tcp --sport 20 -j MASQUERADE
	by_program "a mark rule of $program" "$program" rule-mark \
		mangle PREROUTING -p tcp --dport 21 -m comment \
		--comment "the old way" -j MARK --set-mark 21
	by_program "a multiport rule of $program" "$program" rule-mark \
		mangle PREROUTING -p tcp -m multiport --dports 21,10000:20000 \
		-j MARK --or-mark 0x15
	by_program "a NAT rule of $program" "$program" rule-nat \
		nat POSTROUTING -p tcp --sport 20 -j MASQUERADE
	by_program "a NAT rule of $program for low ports" "$program" rule-nat \
		nat POSTROUTING -p tcp --sport :1023 -j MASQUERADE
	is_well "well after what $program has done"
}

# No program is started for tables that are not there any more.
test_programs()
{
	local program

	for program in iptables-legacy iptables-nft ip6tables-legacy ip6tables-nft; do
		if ! command -v "$program" >/dev/null; then
			skip "$program" "no $program"
			continue
		fi
		test_program "$program"
		if [[ $program = *-legacy ]]; then
			on_router "$program-restore" <<-END
				*mangle
				COMMIT
				*nat
				COMMIT
			END
			# They may be built in.
			rmmod "${program%s-legacy}_nat" "${program%s-legacy}_mangle" 2>/dev/null
		else
			on_router nft flush ruleset
		fi
	done
}

test_snat()
{
	local rules rules_well

	rules_read
	rules_well=$rules
	on_router iptables-nft -t nat -A POSTROUTING -p tcp -m multiport \
		--sports 20,2020 -j SNAT --to-source "$vip4"
	finds "a SNAT rule for several ports" "warning rule-nat"
	remedy_read rule-nat
	module set ftp active off
	finds "is no rival of active off" "note active-off"
	module set ftp active ipvs
	remedy_run
	is_well "a SNAT rule for several ports: well after \"$remedy\""
	on_router nft flush ruleset
}

# by_nft NAME FINDING CHAIN RULE: a rule that the tool finds, and removes.
by_nft()
{
	on_router nft "add rule inet other $3 $4"
	finds "$1" "warning $2"
	undone "$1" "$2"
}

test_nft()
{
	local ours ports rules rules_well

	on_router nft -f - <<-END
		table inet other {
			chain marks {
				type filter hook prerouting priority mangle
				tcp dport 80 meta mark set 22
				tcp dport 22 meta mark 21 counter
				tcp sport 20 counter
			}
			chain nats {
				type nat hook postrouting priority srcnat
				tcp sport 2020 masquerade
				tcp sport != 20 masquerade
				tcp sport < 20 masquerade
				tcp sport <= 19 masquerade
				tcp sport > 20 masquerade
				tcp sport >= 21 masquerade
				tcp sport < 0 masquerade
				tcp sport > 65535 masquerade
				tcp sport > 10 tcp sport < 20 masquerade
				ip saddr 172.16.5.0/24 tcp sport 20 masquerade
				ip saddr { 172.16.6.1, 172.16.7.0/24 } tcp sport 20 masquerade
				ip saddr 172.16.5.1-172.16.5.9 tcp sport 20 masquerade
				ip6 saddr 2001:db8:5::1 tcp sport 20 masquerade
				udp dport 53 masquerade
			}
		}
	END
	is_well "other rules of nft"
	rules_read
	rules_well=$rules
	check "nft: these are the rules" [ -z "${rules##*ip6 saddr 2001:db8:5::1*}" ]
	by_nft "a mark rule of nft" rule-mark \
		marks "ip daddr $vip4 tcp dport { 21, 10000-20000 } meta mark set 0x15"
	by_nft "a NAT rule of nft" rule-nat nats "tcp sport 20 masquerade"
	by_nft "a NAT rule of nft with a set" rule-nat \
		nats "tcp sport { 20, 2020 } snat ip to $vip4"
	by_nft "a NAT rule of nft with a range" rule-nat \
		nats "tcp sport 15-25 masquerade"
	for ports in "< 21" "<= 20" "> 19" ">= 20" "> 10 tcp sport < 21" \
		0-1023; do
		by_nft "a NAT rule of nft for ports $ports" rule-nat \
			nats "tcp sport $ports masquerade"
	done
	for ours in "ip saddr 10.0.0.11" "ip saddr 10.0.0.0/8" \
		"ip saddr { 172.16.6.1, 10.0.0.0/24 }" "ip saddr != 172.16.5.0/24" \
		"ip saddr 10.0.0.9-10.0.0.12" "ip6 saddr 2001:db8:2::/48"; do
		by_nft "a NAT rule of nft for $ours" rule-nat \
			nats "$ours tcp sport 20 masquerade"
	done
	is_well "well after what nft has done"
	on_router nft flush ruleset
}

# What takes the short way away, and what the short way takes from rules.
test_fast()
{
	module set ftp fast 1
	is_well "the short way"
	on_router nft -f - <<-END
	table inet each {
		chain input {
			type filter hook input priority 0
			tcp dport 10000-20000 tcp flags & (syn | ack) == syn limit rate 10/second counter
			udp dport 10000-20000 limit rate 10/second counter
			tcp dport 443 log
		}
	}
	END
	is_well "rules about other packets"
	on_router nft add rule inet each input tcp dport 10000-20000 \
		limit rate 10/second counter
	finds "a limit that data meets" "note fast-rule"
	remedy "a limit that data meets" fast-rule
	module set ftp fast 1
	on_router nft delete table inet each
	on_router iptables -t mangle -A FORWARD -p tcp --sport 10000:20000 \
		-m quota --quota 1000
	finds "a quota that data meets" "note fast-rule"
	on_router iptables -t mangle -F
	on_router sysctl -qw net.ipv4.vs.conntrack=1
	finds "conntrack tracks" "note vs-conntrack;note fast-conntrack"
	remedy "conntrack tracks" fast-conntrack
	module set ftp active off
	servers_by -g
	finds "no server is behind NAT" "note fast-needless"
	remedy "no server is behind NAT" fast-needless
	ipvs_setup
	module set ftp active ipvs
	is_well "servers are behind NAT again"
}

test_vip
test_sysctls
test_conntrack
test_helpers
test_policies
test_programs
test_snat
test_nft
test_fast
finish
