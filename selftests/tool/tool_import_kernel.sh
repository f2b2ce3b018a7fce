#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "ftpmark import" of rules that a kernel has taken and given back: they become services,
# each rule that does not is named, and exported services come back as they were.

# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck disable=SC2154 # set by setup_ns, and of import.sh
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/import.sh
. "$selftests/lib/import.sh"

# Comments of iptables-save about rules that it does not show.
test_elsewhere()
{
	setup_ns router
	ip netns exec "$router" iptables-nft -t mangle -A PREROUTING \
		-d 192.0.2.10 -p tcp --dport 21 -j MARK --set-mark 21
	ip netns exec "$router" nft -f - <<-'END'
	table ip raw {
		chain PREROUTING {
			type filter hook prerouting priority raw
			tcp dport 21 meta mark set numgen inc mod 2
		}
	}
	END
	ip netns exec "$router" iptables-nft-save >"$scratch/rules" 2>&1
	import "$scratch/rules"
	gives "rules of nft: the others" 0 \
		"add ftp vip 192.0.2.10 passive-ports none"
	check "rules of nft are told of" \
		grep -q 'warning: there are rules elsewhere' "$scratch/err"
}

# Each rule is loaded into a kernel and read back from it.
real_rules() # PREFIX
{
	ip netns exec "$router" "iptables-$1-restore" --noflush <<-'END' &&
	*mangle
	:ftp - [0:0]
	-A PREROUTING -p tcp -d 192.0.2.10 --dport 21 -j MARK --set-mark 21
	-A PREROUTING -p tcp -d 192.0.2.10/32 --dport 10000:20000 -j MARK --set-mark 0x15
	-A PREROUTING -p tcp -d 192.0.2.20,192.0.2.21 -m multiport --dports 21,30000:30999 -m comment --comment "two of them" -j MARK --set-mark 22
	-A PREROUTING -i lo -d 192.0.2.30 -p tcp -j ftp
	-A ftp -p tcp --dport 20:21 -j MARK --set-mark 23
	-A ftp -p tcp --dport 1024: -j MARK --set-mark 23
	-A ftp -p tcp -j ACCEPT
	-A PREROUTING -d 198.51.100.0/24 -p tcp --dport 21 -j MARK --set-mark 26
	-A PREROUTING -d 198.51.100.9 -p tcp --dport 21 -m conntrack --ctstate NEW -j MARK --set-mark 24
	-A PREROUTING -d 198.51.100.9 -p tcp --dport 80 -j MARK --set-mark 80
	-A PREROUTING -d 198.51.100.9 -p tcp --dport 21 -j MARK --or-mark 1
	-A PREROUTING -d 10.9.9.9 -p tcp -m multiport --dports 21,10000:20000 -m mark --mark 0 -j MARK --set-mark 25
	-A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
	COMMIT
	*nat
	-A POSTROUTING -p tcp -s 10.0.0.0/24 --sport 20 -j SNAT --to-source 192.0.2.10
	-A POSTROUTING -p tcp -s 10.0.1.0/24 --sport 20 -j SNAT --to-source 192.0.2.99
	-A POSTROUTING -o lo -p tcp -s 10.0.2.0/24 --sport 20 -j MASQUERADE
	-A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE
	-A PREROUTING -d 192.0.2.10 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.80
	COMMIT
	*filter
	-A FORWARD -s 10.0.0.0/8 -j ACCEPT
	COMMIT
	END
	ip netns exec "$router" "ip6tables-$1-restore" --noflush <<-'END'
	*mangle
	-A PREROUTING -p tcp -d 2001:db8::10/128 --dport 21 -j MARK --set-mark 21
	-A PREROUTING -p tcp -d 2001:db8::10 --dport 10000:20000 -j MARK --set-mark 21
	COMMIT
	*nat
	-A POSTROUTING -p tcp -s 2001:db8:2::/64 --sport 20 -j SNAT --to-source 2001:db8::10
	COMMIT
	END
}

real_services="\
add ftp vip 192.0.2.10,2001:db8::10 real-servers 10.0.0.0/24,2001:db8:2::/64 active snat
add ftp2 vip 192.0.2.20,192.0.2.21 passive-ports 30000-30999 mark 22 real-servers 10.0.2.0/24 active masquerade
add ftp3 vip 192.0.2.30 passive-ports 1024-65535 mark 23 real-servers 10.0.2.0/24 active masquerade
add ftp4 vip 10.9.9.9 mark 25 on-marked keep real-servers 10.0.2.0/24 active masquerade"

# Prints the messages without line numbers and rules, sorted.
real_notes="not taken: for a subnet: name each VIP in it with a rule of its own
not taken: for all that they send, not active FTP alone (no --sport 20)
not taken: its address is the VIP of no service here
not taken: no packet of a service here meets it
not taken: no packet of a service here meets it
not taken: not about the FTP of a service here
not taken: not about the FTP of a service here
not taken: not about the FTP of a service here
warning: --dport 20: active data comes from that port, none goes to it at the VIP
warning: -i lo: nf_ftpmark marks whichever interface packets come in by
warning: 10.9.9.9 is a private address: is it the VIP that clients connect to?
warning: 192.0.2.21 has mark 22 as 192.0.2.20 has: for IPVS the two are one service
warning: 198.51.100.9 is left out: its marks can't be told: it is for some states of a connection only
warning: table filter is not looked at (1 rules)
warning: the rule does not say whose real servers these are: listed in 3 services"

test_real() # LEGACY|NFT
{
	local option

	setup_ns router
	real_rules "$1" || note "a rule was refused"
	for option in "" -c; do
		{
			ip netns exec "$router" "iptables-$1-save" $option
			ip netns exec "$router" "ip6tables-$1-save" $option
		} >"$scratch/rules" 2>"$scratch/save.err"
		import -v "$scratch/rules"
		gives "iptables-$1-save $option" 5 "$real_services"
	done
	check_equal "iptables-$1-save: what is said" "$real_notes" "$(
		sed -e 's/^[0-9]*: //' -e 's/: \[0:0\] -A .*//' \
			-e 's/ (line [0-9]*)//' "$scratch/err" | sort)"
	accounted "iptables-$1-save"
	status=0
	"$ftpmark" restore --dry-run "$scratch/out" >"$scratch/dry" || status=$?
	check_equal "$1: restore --dry-run takes it" "4 $real_services" \
		"$status $(cat "$scratch/dry")"
	check "$1: restore takes it" "$ftpmark" restore "$scratch/out"
	check_equal "$1: and it is what there is then" "$real_services" \
		"$("$ftpmark" save | grep -v '^#')"
	"$ftpmark" flush
}

# Each rule of the two tables is part of a service or is named.
accounted() # NAME
{
	local named taken

	named=$(grep -c 'not taken' "$scratch/err")
	taken=$(awk '/^\*/ { table = $1 }
		/^(\[|-A)/ && table ~ /mangle|nat/ { print NR }' "$scratch/rules" |
		grep -cvxFf <(sed -n 's/^\([0-9]*\): not taken.*/\1/p' "$scratch/err"))
	check_equal "$1: rules that are taken" 14 "$taken"
	check_equal "$1: rules that are named" 8 "$named"
}

# An exported service is imported as the same service.
test_round_trip() # LEGACY|NFT
{
	local line

	while read -r line; do
		setup_ns router
		# shellcheck disable=SC2086 # words
		"$ftpmark" $line
		"$ftpmark" export ftp iptables >"$scratch/exported"
		"$ftpmark" del ftp
		ip netns exec "$router" "iptables-$1-restore" --noflush \
			<"$scratch/exported"
		ip netns exec "$router" "ip6tables-$1-restore" --noflush \
			<"$scratch/exported"
		{
			ip netns exec "$router" "iptables-$1-save"
			ip netns exec "$router" "ip6tables-$1-save"
		} >"$scratch/rules" 2>/dev/null
		import "$scratch/rules"
		gives "$1: there and back: $line" 0 "$line"
		check "$1: no rule is left out" ! grep 'not taken' "$scratch/err"
		import "$scratch/exported"
		gives "$1: from export itself: $line" 0 "$line"
	done <<-END
	add ftp vip 192.0.2.10 real-servers 10.0.0.0/24 active masquerade
	add ftp vip 192.0.2.10,2001:db8::10 real-servers 10.0.0.11,10.0.0.12,2001:db8:2::/64 active snat
	add ftp vip 192.0.2.10,192.0.2.11 control-ports 21,990 passive-ports 30000-30099,40000-49999 mark 4294967295 on-marked keep real-servers 10.1.0.0/16 active snat active-ports 20,989
	add ftp vip 2001:db8::10 passive-ports none mark 6 real-servers 2001:db8:2::/64 active masquerade
	END
	# Rules cannot express these two.
	setup_ns router
	"$ftpmark" add ftp vip 192.0.2.10 real 10.0.0.0/24 active ipvs
	"$ftpmark" export ftp iptables | ip netns exec "$router" \
		"iptables-$1-restore" --noflush
	"$ftpmark" set ftp active off
	ip netns exec "$router" "iptables-$1-save" >"$scratch/rules"
	import "$scratch/rules"
	gives "$1: ipvs becomes snat" 0 \
		"add ftp vip 192.0.2.10 real-servers 10.0.0.0/24 active snat"
	"$ftpmark" flush
}

need "$ftpmark" iptables-legacy-save ip6tables-legacy-save iptables-nft-save \
	ip6tables-nft-save nft
test_elsewhere
load_module
for kind in legacy nft; do
	test_real "$kind"
	test_round_trip "$kind"
done
finish
