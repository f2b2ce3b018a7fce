#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "ftpmark export" as rules of iptables and nft: the programs accept them, and have the
# rules that the service stands for.

# shellcheck disable=SC2119,SC2154 # optional words; set by setup_ns
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/export.sh
. "$selftests/lib/export.sh"

# rules_read SAVE: leaves the rules in the order of chains, without what depends on
# the version, in $marks, those that set a mark, and $others.
rules_read()
{
	local text line chain

	ip netns exec "$router" "$1" >"$scratch/rules"
	slurp text "$scratch/rules"
	text=${text// -m tcp / }
	marks='' others=''
	for chain in PREROUTING POSTROUTING ftp-; do
		while IFS= read -r line; do
			case $line in
			"-A $chain"*MARK*) marks+=${marks:+$'\n'}$line ;;
			"-A $chain"*) others+=${others:+$'\n'}$line ;;
			esac
		done <<<"$text"
	done
}

test_iptables_kind() # LEGACY|NFT
{
	local four=iptables-$1-restore six=ip6tables-$1-restore service

	for service in ftp wide six plain; do
		export_to iptables "$service"
		check "$four --test: $service" ip netns exec "$router" \
			"$four" --test "$scratch/iptables"
		check "$six --test: $service" ip netns exec "$router" \
			"$six" --test "$scratch/iptables"
	done
	export_to iptables ftp
	check "$four" ip netns exec "$router" "$four" "$scratch/iptables"
	check "$six" ip netns exec "$router" "$six" "$scratch/iptables"
	rules_read "iptables-$1-save"
	check_equal "$four: the marks" "\
-A PREROUTING -d 192.0.2.10/32 -p tcp --dport 21 -j MARK --set-xmark 0x15/0xffffffff
-A PREROUTING -d 192.0.2.10/32 -p tcp --dport 10000:20000 -j MARK --set-xmark 0x15/0xffffffff" \
		"$marks"
	check_equal "$four: active data" "\
-A POSTROUTING -s 10.0.0.11/32 -p tcp --sport 20 -j ftp-ftp
-A POSTROUTING -s 10.0.0.12/32 -p tcp --sport 20 -j ftp-ftp
-A POSTROUTING -s 10.0.1.0/24 -p tcp --sport 20 -j ftp-ftp
-A ftp-ftp -d 10.0.0.11/32 -j RETURN
-A ftp-ftp -d 10.0.0.12/32 -j RETURN
-A ftp-ftp -d 10.0.1.0/24 -j RETURN
-A ftp-ftp -j SNAT --to-source 192.0.2.10" \
		"$others"
	rules_read "ip6tables-$1-save"
	check_equal "$six: the rules" "\
-A PREROUTING -d 2001:db8::10/128 -p tcp --dport 21 -j MARK --set-xmark 0x15/0xffffffff
-A PREROUTING -d 2001:db8::10/128 -p tcp --dport 10000:20000 -j MARK --set-xmark 0x15/0xffffffff
-A POSTROUTING -s 2001:db8:2::11/128 -p tcp --sport 20 -j ftp-ftp
-A ftp-ftp -d 2001:db8:2::11/128 -j RETURN
-A ftp-ftp -j SNAT --to-source 2001:db8::10" \
		"$marks"$'\n'"$others"
	export_to iptables wide
	check_equal "iptables: other marks are kept" 8 \
		"$(grep -c -- '-m mark --mark 0x0 -j MARK --set-mark 0x7' \
			"$scratch/iptables")"
	check_equal "iptables: which VIP active data leaves under" \
		"# active data for clients of VIP 192.0.2.21 leaves under 192.0.2.20" \
		"$(grep 'active data' "$scratch/iptables")"
	check "iptables: that everybody may use the passive ports" \
		grep -q '^# passive ports are open to anyone' "$scratch/iptables"
	check_equal "iptables: both directions are untracked" 16 \
		"$(grep -c -- '-j CT --notrack' "$scratch/iptables")"
	ip netns exec "$router" "$four" </dev/null
}

# Services whose names have the same beginning, longer than a chain's name.
test_iptables_names() # LEGACY|NFT
{
	local name=abcdefghijklmnopqrstuvwxyz0123 service i=0

	for service in "${name:0:24}" "${name:0:25}" "${name}1" "${name}2"; do
		"$ftpmark" add "$service" vip "192.0.2.4$((++i))" \
			real "10.4.$i.0/24" active masquerade
		export_to iptables "$service"
		"$ftpmark" del "$service"
		check "iptables-$1-restore: $service" ip netns exec "$router" \
			"iptables-$1-restore" --noflush "$scratch/iptables"
	done
	rules_read "iptables-$1-save"
	check_equal "iptables-$1-restore: each has a chain of its own" "4 4" \
		"$(grep -c '^-A ftp-abc.* MASQUERADE' <<<"$others") $(
			grep -c '^:ftp-abc' "$scratch/rules")"
}

test_iptables()
{
	test_iptables_kind legacy
	test_iptables_names legacy
	# iptables-legacy and iptables-nft do not mix in one namespace.
	setup_ns router
	test_iptables_kind nft
	test_iptables_names nft
}

test_nft()
{
	local service

	setup_ns router
	for service in ftp wide six plain; do
		export_to nft "$service"
		check "nft -c: $service" ip netns exec "$router" \
			nft -c -f "$scratch/nft"
		check "nft: $service" ip netns exec "$router" \
			nft -f "$scratch/nft"
	done
	check "nft: the marks" grep -q \
		'ip daddr 192.0.2.10 tcp dport 10000-20000 meta mark set 0x00000015' \
		<(ip netns exec "$router" nft list table inet ftpmark_ftp |
			sed 's/{ \([^ ,}]*\) }/\1/g')
	check "nft: active data to the VIP" grep -q 'snat ip to 192.0.2.10' \
		<(ip netns exec "$router" nft list table inet ftpmark_ftp)
	for service in iptables nft; do
		export_to "$service" ftp
		check "$service: nothing to be said of one VIP of each family" \
			! grep 'active data\|anyone' "$scratch/$service"
	done
	export_to nft wide
	check_equal "nft: which VIP active data leaves under" \
		"# active data for clients of VIP 192.0.2.21 leaves under 192.0.2.20" \
		"$(grep 'active data' "$scratch/nft")"
	check "nft: that everybody may use the passive ports" \
		grep -q '^# passive ports are open to anyone' "$scratch/nft"
	check "nft: active data to the interface" grep -q 'masquerade' \
		<(ip netns exec "$router" nft list table inet ftpmark_six)
	check "nft: no active data" ! grep nat \
		<(ip netns exec "$router" nft list table inet ftpmark_plain)
}

need "$ftpmark" ip6tables-legacy-restore ip6tables-nft-restore nft
setup_ns router
load_module
services
test_iptables
test_nft
finish
