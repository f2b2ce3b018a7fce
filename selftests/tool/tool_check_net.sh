#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "ftpmark check": its findings about addresses, routes, rules and sysctls.

# shellcheck disable=SC2119 # the words of load_module are optional
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
	module set ftp vip "$vip4"
	is_well "which IPv4 alone does not need"
	module set ftp vip "$vip4,$vip6"
	findings
	remedy "no forwarding, IPv6" forwarding6-off
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
	check_equal "its remedy" "ftpmark set ftp notrack 1" \
		"$(remedy_of conntrack-needless | cut -d , -f 1)"
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
	# shellcheck disable=SC2016 # expanded by the other shell
	on_router bash -c 'for file in /proc/sys/net/ipv4/conf/*/rp_filter; do
		echo "$1" >"$file"
	done' bash "$1"
}

# told PRIORITY RULE NAME CHECK WHICH: adds a routing rule for some marks; the tool
# must say which packets it concerns.
told()
{
	# shellcheck disable=SC2086 # words
	ip -n "$router" rule add $2 table 100 priority "$1"
	finds "$3" "note mark-rule"
	check "$4" grep -q \
		"routing rule $1 sends $5 of mark 21 to table 100" "$scratch/text"
	ip -n "$router" rule del priority "$1"
}

test_policies()
{
	ip -n "$router" rule add fwmark 22 table 100
	ip -n "$router" rule add fwmark 0x20/0x20 table 100
	is_well "routing rules for other marks"
	ip -n "$router" rule add fwmark 0x1/0x1 table 100 priority 77
	finds "a routing rule for a bit of the mark" "note mark-rule"
	check "and which" grep -q 'routing rule 77 .* table 100' "$scratch/text"
	on_router sysctl -qw net.ipv4.conf.back.rp_filter=1
	finds "with a strict check of the source" "note mark-rule;note rp-filter"
	check_equal "which only there need be looser" \
		"sysctl -w net.ipv4.conf.INTERFACE.rp_filter=2" \
		"$(remedy_of rp-filter | sed 's/ if .*//')"
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
	rp_filter 2
	on_router sysctl -qw net.ipv4.conf.all.rp_filter=1
	finds "and one that is loose on each interface" "note mark-rule"
	rp_filter 0
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

test_rules()
{
	local other ours ports program

	for program in iptables-legacy iptables-nft ip6tables-legacy ip6tables-nft; do
		if ! command -v "$program" >/dev/null; then
			skip "$program" "no $program"
			continue
		fi
		on_router "$program" -t mangle -A PREROUTING -p tcp --dport 80 \
			-j MARK --set-mark 22
		on_router "$program" -t nat -A POSTROUTING -p tcp --sport 2020 \
			-j MASQUERADE
		on_router "$program" -t nat -A POSTROUTING -p tcp ! --sport 20 \
			-j MASQUERADE
		on_router "$program" -t nat -A POSTROUTING -p tcp -m multiport \
			--sports 0,0:19,21:65535 -j MASQUERADE
		is_well "other rules of $program"
		other=172.16.5.0/24 ours=10.0.0.64/26
		[[ $program != ip6* ]] || other=2001:db8:5::/64 ours=2001:db8::/32
		on_router "$program" -t nat -A POSTROUTING -s "$other" -p tcp \
			--sport 20 -j MASQUERADE
		is_well "a NAT rule of $program for other sources"
		on_router "$program" -t nat -A POSTROUTING -s "$ours" -p tcp \
			--sport 20 -j MASQUERADE
		finds "a NAT rule of $program for some real servers" \
			"warning rule-nat"
		remedy "a NAT rule of $program for some real servers" rule-nat
		on_router "$program" -t mangle -A PREROUTING -p tcp --dport 21 \
			-m comment --comment "the old way" -j MARK --set-mark 21
		finds "a mark rule of $program" "warning rule-mark"
		remedy "a mark rule of $program" rule-mark
		on_router "$program" -t mangle -A PREROUTING -p tcp -m multiport \
			--dports 21,10000:20000 -j MARK --or-mark 0x15
		finds "a multiport rule of $program" "warning rule-mark"
		remedy "a multiport rule of $program" rule-mark
		on_router "$program" -t nat -A POSTROUTING -p tcp --sport 20 \
			-j MASQUERADE
		finds "a NAT rule of $program" "warning rule-nat"
		remedy "a NAT rule of $program" rule-nat
		on_router "$program" -t nat -A POSTROUTING -p tcp \
			--sport :1023 -j MASQUERADE
		finds "a NAT rule of $program for low ports" "warning rule-nat"
		remedy "a NAT rule of $program for low ports" rule-nat
	done
	on_router iptables-nft -t nat -A POSTROUTING -p tcp -m multiport \
		--sports 20,2020 -j SNAT --to-source "$vip4"
	finds "a SNAT rule for several ports" "warning rule-nat"
	module set ftp active off
	finds "is no rival of active off" "note active-off"
	module set ftp active ipvs
	findings
	remedy "a SNAT rule for several ports" rule-nat

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
	on_router nft add rule inet other marks ip daddr "$vip4" \
		'tcp dport { 21, 10000-20000 }' meta mark set 0x15
	finds "a mark rule of nft" "warning rule-mark"
	remedy "a mark rule of nft" rule-mark
	on_router nft add rule inet other nats tcp sport 20 masquerade
	finds "a NAT rule of nft" "warning rule-nat"
	remedy "a NAT rule of nft" rule-nat
	on_router nft add rule inet other nats 'tcp sport { 20, 2020 }' snat ip to "$vip4"
	finds "a NAT rule of nft with a set" "warning rule-nat"
	remedy "a NAT rule of nft with a set" rule-nat
	on_router nft add rule inet other nats tcp sport 15-25 masquerade
	finds "a NAT rule of nft with a range" "warning rule-nat"
	remedy "a NAT rule of nft with a range" rule-nat
	for ports in "< 21" "<= 20" "> 19" ">= 20" "> 10 tcp sport < 21" \
		0-1023; do
		on_router nft add rule inet other nats "tcp sport $ports masquerade"
		finds "a NAT rule of nft for ports $ports" "warning rule-nat"
		remedy "a NAT rule of nft for ports $ports" rule-nat
	done
	for ours in "ip saddr 10.0.0.11" "ip saddr 10.0.0.0/8" \
		"ip saddr { 172.16.6.1, 10.0.0.0/24 }" "ip saddr != 172.16.5.0/24" \
		"ip saddr 10.0.0.9-10.0.0.12" "ip6 saddr 2001:db8:2::/48"; do
		on_router nft add rule inet other nats "$ours" tcp sport 20 masquerade
		finds "a NAT rule of nft for $ours" "warning rule-nat"
		remedy "a NAT rule of nft for $ours" rule-nat
	done
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
	ipvs -e -f 21 -r 10.0.0.11 -g
	ipvs -e -f 21 -6 -r 2001:db8:2::11 -g
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
test_rules
test_fast
finish
