#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "ftpmark import": rules of real iptables, in every spelling, become services; each
# rule that does not is named.

# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck disable=SC2154 # set by setup_ns
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

ftpmark=${FTPMARK:-ftpmark}

# import FILE [COMMAND...]: leaves output, errors and status in $scratch.
import()
{
	local file=$1 lines

	shift
	status=0
	"$@" "$ftpmark" import "$file" >"$scratch/out" 2>"$scratch/err" ||
		status=$?
	mapfile lines <"$scratch/err"
	printf %s "${lines[@]#"ftpmark: $file:"}" >"$scratch/err"
}

# gives NAME STATUS OUTPUT: the last import had these; two checks.
gives()
{
	local out

	slurp out "$scratch/out"
	check_equal "$1: status" "$2" "$status"
	check_equal "$1" "$3" "$out"
	[ "$status" = "$2" ] || note "$(cat "$scratch/err")"
}

# says NAME ERRORS: the last import printed these, apart from the rules.
says()
{
	local lines

	mapfile -t lines <"$scratch/err"
	lines=("${lines[@]%%: -A *}")
	check_equal "$1" "$2" "$(IFS=$'\n'; echo "${lines[*]}")"
}

# The rules of stdin as a file of one table each: mangle, then nat.
write_rules() # FILE
{
	local rule mangle='' nat=''

	while IFS= read -r rule; do
		case $rule in
		*POSTROUTING*) nat+=$rule$'\n' ;;
		*) mangle+=$rule$'\n' ;;
		esac
	done
	printf '*mangle\n%sCOMMIT\n*nat\n%sCOMMIT\n' "$mangle" "$nat" >"$1"
}

# Import needs neither the module nor privileges.
test_bare()
{
	write_rules "$scratch/rules" <<-END
	-A PREROUTING -d 192.0.2.10/32 -p tcp --dport 21 -j MARK --set-mark 21
	END
	chmod 755 "$scratch"
	chmod 644 "$scratch/rules"
	import "$scratch/rules" setpriv --reuid 65534 --regid 65534 --clear-groups
	gives "without module and privilege" 0 \
		"add ftp vip 192.0.2.10 passive-ports none"
	import - <"$scratch/rules"
	gives "from standard input, named" 0 \
		"add ftp vip 192.0.2.10 passive-ports none"
	status=0
	"$ftpmark" import <"$scratch/rules" >"$scratch/out" 2>"$scratch/err" ||
		status=$?
	gives "from standard input" 0 "add ftp vip 192.0.2.10 passive-ports none"
	says "standard input is named so" \
"ftpmark: standard input:2: warning: 192.0.2.10: no passive ports are marked
ftpmark: standard input:2: warning: ftp: no rule translates its active data"
}

test_usage()
{
	status=0
	import "$scratch/nothing"
	gives "no such file" 2 ""
	import --verbose
	gives "no such option" 2 ""
	status=0
	"$ftpmark" import a b >"$scratch/out" 2>&1 || status=$?
	check_equal "two files" "2 ftpmark: b: not expected" \
		"$status $(head -n 1 "$scratch/out")"
	: >"$scratch/rules"
	import "$scratch/rules"
	gives "an empty file" 2 ""
	says "an empty file: why" "1: not the text of iptables-save"
	echo "add ftp vip 192.0.2.10" >"$scratch/rules"
	import "$scratch/rules"
	gives "another file" 2 ""
	says "another file: why" "1: not the text of iptables-save"
	printf '*mangle\nCOMMIT\n' >"$scratch/rules"
	import "$scratch/rules"
	gives "no rules" 2 ""
	check "no rules: why" grep -q 'no rules of the recipe' "$scratch/err"
	printf '*mangle\n-A PREROUTING -d 192.0.2.10 -p tcp --dport 80 -j MARK --set-mark 80\n' \
		>"$scratch/rules"
	import "$scratch/rules"
	gives "no FTP" 2 ""
}

# The same three rules in the spellings that people use.
test_spellings()
{
	local spelling out

	while read -r spelling; do
		"$ftpmark" import - >"$scratch/out" 2>"$scratch/err" \
			<<<"*mangle"$'\n'"${spelling//; /$'\n'}"$'\n'COMMIT
		slurp out "$scratch/out"
		check_equal "mark: $spelling" "add ftp vip 192.0.2.10" "$out"
	done <<-'END'
	-A PREROUTING -d 192.0.2.10/32 -p tcp --dport 21 -j MARK --set-mark 21; -A PREROUTING -d 192.0.2.10/32 -p tcp --dport 10000:20000 -j MARK --set-mark 21
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-xmark 0x15/0xffffffff
	-A PREROUTING -d 192.0.2.10/255.255.255.255 -p tcp -m multiport --dports 10000:20000,ftp -j MARK --set-mark 0x15
	[12:3456] -A PREROUTING -p 6 --dst 192.0.2.10/32 -m tcp -m multiport --destination-ports 21,10000:20000 --jump MARK --set-xmark 0x15
	--append PREROUTING --protocol=tcp --destination=192.0.2.10 -m multiport --dports=21,10000:20000 -j MARK --set-mark=21
	-A PREROUTING -c 12 3456 -d 192.0.2.10 -p tcp -m comment --comment "FTP \"old\" -j ACCEPT" -m multiport --dports 21,10000:20000 -j MARK --set-mark 21
	-A PREROUTING -4 -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:15000,15001:20000 -j MARK --set-mark 025
	-A PREROUTING -s 0.0.0.0/0 -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 21/0xffffffff
	-A PREROUTING -d 192.0.2.10 -p tcp -j FTP; -A FTP -p tcp --dport 21 -j MARK --set-mark 21; -A FTP -p tcp --dport 10000:20000 -j MARK --set-mark 21
	-A PREROUTING -j A; -A A -d 192.0.2.0/24 -p tcp -j B; -A B -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 21
	END
	while read -r spelling; do
		{
			printf '*mangle\n'
			echo "-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 21"
			printf '*nat\n%s\nCOMMIT\n' "${spelling//; /$'\n'}"
		} | "$ftpmark" import - >"$scratch/out" 2>"$scratch/err"
		slurp out "$scratch/out"
		[[ ! $out =~ ^(.*)\ [a-z]*$ ]] || out=${BASH_REMATCH[1]}
		check_equal "nat: $spelling" \
			"add ftp vip 192.0.2.10 real-servers 10.0.0.0/24 active" "$out"
	done <<-'END'
	-A POSTROUTING -s 10.0.0.0/24 -p tcp --sport 20 -j MASQUERADE
	-A POSTROUTING -s 10.0.0.0/255.255.255.0 -p tcp -m tcp --source-port ftp-data -j SNAT --to-source 192.0.2.10
	-A POSTROUTING --source 10.0.0.7/24 -p tcp -m multiport --sports 20 -j SNAT --to 192.0.2.10
	-A POSTROUTING -s 10.0.0.0/24 -o eth0 ! -d 10.0.0.0/24 -p tcp --sport 20 -j MASQUERADE
	-A POSTROUTING -s 10.0.0.0/24 -d ! 10.0.0.0/24 -p tcp --sport 20 -j MASQUERADE
	-A POSTROUTING -s 10.0.0.0/24 -d 10.0.0.0/24 -j ACCEPT; -A POSTROUTING -s 10.0.0.0/24 -p tcp --sport 20 -j MASQUERADE
	-A POSTROUTING -p tcp --sport 20 -j X; -A X -d 10.0.0.0/24 -j RETURN; -A X -s 10.0.0.0/24 -j MASQUERADE
	END
}

# The mark that wins where two rules mark the same packets.
test_order()
{
	write_rules "$scratch/rules" <<-END
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 21
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 22
	END
	import "$scratch/rules"
	gives "the last mark counts" 0 "add ftp vip 192.0.2.10 mark 22"
	says "the first is named" \
"2: not taken: without effect: other rules mark all of these packets
3: warning: ftp: no rule translates its active data
3: warning: some of its packets have mark 21 by line 2 too: the last counts"
	write_rules "$scratch/rules" <<-END
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 21
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,30000:30999 -m mark --mark 0 -j MARK --set-mark 22
	END
	import "$scratch/rules"
	gives "the first mark counts if the second keeps it" 0 \
		"add ftp vip 192.0.2.10"
	check "the second is named" grep -q '^3: not taken: not for FTP' \
		"$scratch/err"
	write_rules "$scratch/rules" <<-END
	-A PREROUTING -d 192.0.2.10 -p tcp --dport 1:65535 -j MARK --set-mark 21
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 2121,40000:50000 -j MARK --set-mark 22
	END
	import "$scratch/rules"
	gives "ports of another mark are left out of a range" 0 \
"add ftp vip 192.0.2.10 passive-ports 1-20,22-2120,2122-39999,50001-65535
add ftp2 vip 192.0.2.10 control-ports 2121 passive-ports 40000-50000 mark 22"
}

# A rule that fits two services, of which the first cannot take it.
test_shared()
{
	write_rules "$scratch/rules" <<-END
	-A PREROUTING -d 192.0.2.10,192.0.2.11 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 21
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 990,30000:30999 -j MARK --set-mark 22
	-A POSTROUTING -s 10.0.0.0/24 -p tcp --sport 20 -j SNAT --to-source 192.0.2.11
	-A POSTROUTING -s 10.1.0.0/24 -p tcp --sport 989 -j SNAT --to-source 192.0.2.10
	END
	import "$scratch/rules"
	gives "a rule that one of two services takes" 0 \
"add ftp vip 192.0.2.10,192.0.2.11 real-servers 10.0.0.0/24 active snat
add ftp2 vip 192.0.2.10 control-ports 990 passive-ports 30000-30999 mark 22 real-servers 10.1.0.0/24 active snat active-ports 989"
	check "the other is told of" grep -q \
		'^7: warning: not listed in every service: other source ports' \
		"$scratch/err"
}

# Comments of iptables-save about rules that it does not show.
test_elsewhere()
{
	setup_ns router
	ip netns exec "$router" bash -e <<-'END'
	iptables-nft -t mangle -A PREROUTING -d 192.0.2.10 -p tcp --dport 21 -j MARK --set-mark 21
	nft add table ip raw
	nft add chain ip raw PREROUTING '{ type filter hook prerouting priority raw; }'
	nft add rule ip raw PREROUTING tcp dport 21 meta mark set numgen inc mod 2
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
	-A PREROUTING -d 198.51.100.0/24 -p tcp --dport 21 -j MARK --set-mark 24
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
real_notes="not taken: --tcp-flags: not part of the recipe
not taken: --to-destination: not part of the recipe
not taken: 0x1/0x1: sets a part of the mark, nf_ftpmark the whole
not taken: conntrack: nf_ftpmark matches addresses and ports only
not taken: ends the chain before the rules behind it, which nf_ftpmark can't
not taken: for a subnet: name each VIP in it with a rule of its own
not taken: for all that they send, not active FTP alone (no --sport 20)
not taken: its address is the VIP of no service here
not taken: not for FTP: the mark is not given to port 21 (or 990, 2121) of the VIP
warning: --dport 20: active data comes from that port, none goes to it at the VIP
warning: -i lo: nf_ftpmark marks whichever interface packets come in by
warning: -i lo: nf_ftpmark marks whichever interface packets come in by
warning: -o lo: nf_ftpmark translates whichever interface packets leave by
warning: 10.9.9.9 is a private address: is it the VIP that clients connect to?
warning: 192.0.2.21 has mark 22 as 192.0.2.20 has: for IPVS the two are one service
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
		import "$scratch/rules"
		gives "iptables-$1-save $option" 0 "$real_services"
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
	check_equal "$1: rules that are taken" 13 "$taken"
	check_equal "$1: rules that are named" 9 "$named"
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
	ip6tables-nft-save nft setpriv
test_bare
test_usage
test_spellings
test_order
test_shared
test_elsewhere
load_module
for kind in legacy nft; do
	test_real "$kind"
	test_round_trip "$kind"
done
finish
