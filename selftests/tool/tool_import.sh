#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "ftpmark import" of texts that people have: every spelling, the order of rules, and what
# is no such text.

# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/import.sh
. "$selftests/lib/import.sh"

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
	says "another file: why" "1: not the text of iptables-save
 it looks like lines of ftpmark.conf: ftpmark restore takes them"
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
	says "the first has no effect" \
"3: warning: ftp: no rule translates its active data"
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

# decided NAME STATUS SERVICES: the rules of stdin, whose order decides.
decided()
{
	write_rules "$scratch/rules"
	import "$scratch/rules"
	gives "$1" "$2" "$3"
}

# Rules that end the way of some packets, or of all, ahead of the marks.
test_decisions()
{
	decided "RETURN for a narrower match behind the mark" 0 \
"add ftp vip 192.0.2.10
add ftp2 vip 192.0.2.10 control-ports 2121 passive-ports 30000-30999 mark 22" <<-END
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 21
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j RETURN
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,2121,10000:20000,30000:30999 -j MARK --set-mark 22
	END
	decided "ACCEPT of some ports ahead of the mark" 0 \
		"add ftp vip 192.0.2.10 passive-ports 15001-20000" <<-END
	-A PREROUTING -p tcp --dport 10000:15000 -j ACCEPT
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 21
	END
	decided "RETURN of all ahead of the marks" 2 "" <<-END
	-A PREROUTING -d 192.0.2.10 -j RETURN
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 21
	END
	check "the mark that nothing reaches is named" grep -q \
		'^3: not taken: no packet of a service here meets it' "$scratch/err"
	decided "-I lines come first" 0 "add ftp vip 192.0.2.10 mark 22" <<-END
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 21
	-I PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j ACCEPT
	-I PREROUTING 1 -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 22
	END
	decided "goto and RETURN in chains" 0 "add ftp vip 192.0.2.10 mark 22" <<-END
	-A PREROUTING -d 192.0.2.10 -g a
	-A PREROUTING -j MARK --set-mark 9
	-A a -p tcp -m multiport --dports 21,10000:20000 -j b
	-A a -p tcp --dport 21 -j MARK --set-mark 22
	-A a -p tcp --dport 10000:20000 -j MARK --set-mark 22
	-A b -p tcp -j MARK --set-mark 21
	-A b -j RETURN
	-A b -j MARK --set-mark 23
	END
	decided "marks of connections" 0 "add ftp vip 192.0.2.10" <<-END
	-A PREROUTING -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff
	-A PREROUTING -m mark ! --mark 0 -j ACCEPT
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 21
	-A PREROUTING -j CONNMARK --save-mark
	END
	decided "a limit that makes no difference" 0 "add ftp vip 192.0.2.10" <<-END
	-A PREROUTING -m limit --limit 5/min -j LOG --log-prefix "in: "
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 21
	END
	decided "some clients only" 5 "add ftp vip 192.0.2.11 mark 22" <<-END
	-A PREROUTING -s 10.0.0.0/8 -d 192.0.2.10 -j RETURN
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 21
	-A PREROUTING -d 192.0.2.11 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 22
	END
	check "the VIP that is left out is named" grep -q \
		'^2: warning: 192.0.2.10 is left out: .* some clients only' \
		"$scratch/err"
	decided "a match that is not known" 5 "" <<-END
	-A PREROUTING -m recent --rcheck --name x -j ACCEPT
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 21
	END
	decided "other marks by other interfaces" 5 "" <<-END
	-A PREROUTING -i eth0 -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 21
	-A PREROUTING -i eth1 -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 22
	END
	decided "another translation within a network" 0 \
"add ftp vip 192.0.2.10 real-servers 10.0.0.0/24 active snat
add ftp2 vip 192.0.2.11 mark 22 real-servers 10.0.0.7 active snat" <<-END
	-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 21
	-A PREROUTING -d 192.0.2.11 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 22
	-A POSTROUTING -s 10.0.0.7 -p tcp --sport 20 -j SNAT --to-source 192.0.2.11
	-A POSTROUTING -s 10.0.0.0/24 -p tcp --sport 20 -j SNAT --to-source 192.0.2.10
	END
}

# Thousands of rules about something else become a line.
test_unrelated()
{
	{
		printf '*mangle\n:KUBE-MARK - [0:0]\n'
		echo "-A PREROUTING -d 192.0.2.10 -p tcp -m multiport --dports 21,10000:20000 -j MARK --set-mark 21"
		echo "-A PREROUTING -m comment --comment \"kube -j MARK\" -j KUBE-MARK"
		for ((i = 0; i < 3000; i++)); do
			echo "-A KUBE-MARK -d 10.96.$((i / 250)).$((i % 250 + 1)) -p tcp --dport 443 -j MARK --set-xmark 0x4000/0x4000"
		done
		printf 'COMMIT\n'
	} >"$scratch/rules"
	import "$scratch/rules"
	gives "thousands of rules of another program" 0 "add ftp vip 192.0.2.10"
	says "are one line" \
"3: warning: ftp: no rule translates its active data
5: warning: table mangle, chain KUBE-MARK: 3000 rules are not about FTP (-v names them)"
}

# What to feed instead.
test_hints()
{
	local text hint

	while IFS='|' read -r text hint; do
		printf '%b\n' "$text" >"$scratch/rules"
		import "$scratch/rules"
		check "hint for: $text" grep -q "it looks like $hint" "$scratch/err"
		check_equal "status for: $text" 2 "$status"
	done <<-'END'
	#!/bin/sh\niptables -t mangle -A PREROUTING -j MARK --set-mark 1|commands of a script
	#!/bin/bash\nIPT=/sbin/iptables\n$IPT -t mangle -A PREROUTING -j ACCEPT|commands of a script
	"${IP6TABLES}" -A INPUT -j DROP|commands of a script
	sudo ip6tables-legacy -w -t mangle -F|commands of a script
	#!/usr/sbin/nft -f\nflush ruleset|rules of nft
	table ip mangle {|rules of nft
	{"nftables": []}|rules of nft
	nft add rule ip mangle prerouting tcp dport 21 meta mark set 21|rules of nft
	-A -f 21 -s rr -p 300\n-a -f 21 -r 10.0.0.11:0 -m -w 1|IPVS's services
	ipvsadm -A -f 21 -s rr|IPVS's services
	IP Virtual Server version 1.2.1 (size=4096)|IPVS's services
	global_defs {\n}\nvirtual_server fwmark 21 {|IPVS's services
	Chain PREROUTING (policy ACCEPT)\ntarget prot opt source destination|what iptables -L lists
	-A PREROUTING -j MARK --set-mark 1|rules without their table
	END
	printf '%s\n' "# iptables is not run here" "echo iptables" >"$scratch/rules"
	import "$scratch/rules"
	says "no hint where there is none" "2: not the text of iptables-save"
	cat >"$scratch/rules" <<-'END'
	serial_no = 7
	primary = 198.51.100.1
	virtual web {
	     active = 1
	     address = 192.0.2.10 eth0:1
	     fwmark = 80
	     port = 80
	     server one {
	         address = 10.0.0.11
	     }
	}
	virtual ftp {
	     active = 1
	     address = 192.0.2.10 eth0:1
	     fwmark = 21
	     port = 21
	     persistent = 600
	     scheduler = wlc
	     server one {
	         address = 10.0.0.11
	         weight = 1
	     }
	     server two {
	         address = 10.0.0.12
	     }
	}
	END
	import "$scratch/rules"
	gives "lvs.cf" 0 "add ftp vip 192.0.2.10 real-servers 10.0.0.11,10.0.0.12"
	says "what lvs.cf does not say" "12: warning: lvs.cf has no passive ports: 10000-20000 is a guess, see the rules that set mark 21"
}

need "$ftpmark" setpriv
test_bare
test_usage
test_spellings
test_order
test_shared
test_decisions
test_unrelated
test_hints
finish
