#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# save and restore against the real module: restore writes only what differs,
# services may swap their values, and a refusal changes nothing.

# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/run_tool.sh
. "$selftests/lib/run_tool.sh"

conf=$scratch/ftpmark.conf
other=

saved()
{
	"$ftpmark" save | grep -v '^#'
}

# Runs a command and prints what it writes but for the transaction, as
# "SERVICE FILE VALUE".
writes() # COMMAND...
{
	strace -qq -y -s 200 -e trace=write "$@" 2>&1 >/dev/null |
		sed -n 's|^write([0-9]*<.*/net/\(.*\)>, "\(.*\)\\n", .*|\1 \2|p' |
		sed '/^transaction /d; s|^services/||'
}

test_save()
{
	run save
	expect "save of nothing" 0 "# Saved by ftpmark $version; read by: ftpmark restore"
	"$ftpmark" add ftp vip 192.0.2.10,2001:db8::10 real 10.0.0.0/24
	"$ftpmark" add off enabled 0 control 21,2100-2199 passive none mark 0x10 \
		on-marked keep active masquerade active-ports 20,2020 notrack 1 \
		passive-from clients fast 1
	run save
	expect "save" 0 "# Saved by ftpmark $version; read by: ftpmark restore
add ftp vip 192.0.2.10,2001:db8::10 real-servers 10.0.0.0/24 active ipvs
add off control-ports 21,2100-2199 passive-ports none mark 16 on-marked keep active masquerade active-ports 20,2020 notrack 1 passive-from clients fast 1 enabled 0"
	echo "add odd vip 192.0.2.10 control 21,2000-2999 passive 2100-2200,1-1999" \
		>"$scratch/odd"
	run restore --check "$scratch/odd"
	expect "a passive range among the control ports" 0 "" \
"ftpmark: $scratch/odd:1: warning: odd: passive-ports: 2100-2200: these stay control-ports"
	run save
	cp "$scratch/out" "$conf"
	state_read
	before=$state
	run restore --dry-run "$conf"
	expect "what was saved is no difference" 0
	check_equal "restoring it writes nothing" "" \
		"$(writes "$ftpmark" restore "$conf")"
	"$ftpmark" flush
	run restore "$conf"
	expect "restore into nothing" 0
	state_read
	check_equal "all is there again" "$before" "$state"
}

test_declarative()
{
	local inode

	cat >"$conf" <<-'END'
		# the same in other words
		add ftp  vip 192.0.2.10,2001:DB8:0::0010	real 10.0.0.0/24 mark 0x15 passive 15001-20000,10000-15000 # and here
		  add new vip 192.0.2.11 mark 0xffffffff

		add third vip 192.0.2.10 control 2121 passive none enabled 1
	END
	run restore --dry-run "$conf"
	expect "the difference" 4 "del off
add new vip 192.0.2.11 mark 4294967295
add third vip 192.0.2.10 control-ports 2121 passive-ports none"
	state_read
	check_equal "--dry-run changes nothing" "$before" "$state"
	inode=$(stat -c %i "$sysfs/services/ftp")
	check_equal "only what differs is touched" 0 \
		"$(writes "$ftpmark" restore "$conf" | grep -c '^ftp')"
	check_equal "a service that stays is the same one" "$inode" \
		"$(stat -c %i "$sysfs/services/ftp")"
	run save
	check_equal "services are those of the file" "add ftp add new add third" \
		"$(saved | cut -d ' ' -f 1,2 | xargs)"
	run restore "$conf"
	expect "once more" 0
	run restore --dry-run "$conf"
	expect "no difference is left" 0

	sed -i 's/mark 0xffffffff/mark 7/' "$conf"
	run restore --dry-run "$conf"
	expect "one setting differs" 4 "set new mark 7"
	check_equal "one setting is written" "new/mark 7" \
		"$(writes "$ftpmark" restore "$conf")"
	run restore - <"$conf"
	expect "restore from standard input" 0
	run -n "$other" restore --dry-run "$conf"
	check_equal "another namespace has none of it" "4 3" \
		"$status $(grep -c ^add <<<"$out")"
}

# Changes with valid ends, where a single write on the way could be refused.
test_swaps()
{
	local from to name note whole

	while IFS='|' read -r note name from to; do
		echo "${from//;/$'\n'}" >"$conf.from"
		echo "${to//;/$'\n'}" >"$conf.to"
		run restore "$conf.from"
		expect "$name: before" 0
		run restore --dry-run "$conf.to"
		whole=0
		[[ $'\n'$out != *$'\n'"# The set lines only as a whole"* ]] || whole=1
		check_equal "$name: as a whole only" "$note" "$whole"
		run restore "$conf.to"
		expect "$name: there" 0
		run restore --dry-run "$conf.to"
		expect "$name: no difference" 0
		run restore "$conf.from"
		expect "$name: and back" 0
		run restore --dry-run "$conf.from"
		expect "$name: no difference" 0
	done <<-'END'
		1|a VIP moves|add a vip 192.0.2.1,192.0.2.2;add b vip 192.0.2.3|add a vip 192.0.2.1;add b vip 192.0.2.2,192.0.2.3
		1|two VIPs swap|add a vip 192.0.2.1;add b vip 2001:db8::1|add a vip 2001:db8::1;add b vip 192.0.2.1
		1|three go round|add a vip 192.0.2.1;add b vip 192.0.2.2;add c vip 192.0.2.3|add a vip 192.0.2.3;add b vip 192.0.2.1;add c vip 192.0.2.2
		1|ports swap|add a vip 192.0.2.1 control 21 passive 100-199;add b vip 192.0.2.1 control 2121 passive 200-299|add a vip 192.0.2.1 control 2121 passive 200-299;add b vip 192.0.2.1 control 21 passive 100-199
		0|a new one takes over|add a vip 192.0.2.1|add b vip 192.0.2.1
		0|both change past a third|add a vip 192.0.2.1 passive none;add c vip 192.0.2.2 passive none|add a vip 192.0.2.2 control 2121 passive none;add c vip 192.0.2.2 passive none
		1|one is disabled|add a vip 192.0.2.1;add b vip 192.0.2.1 enabled 0|add a vip 192.0.2.1 enabled 0;add b vip 192.0.2.1
	END

	printf '%s\n' "add a vip 192.0.2.1,192.0.2.2" "add b vip 192.0.2.3" >"$conf.from"
	printf '%s\n' "add a vip 192.0.2.1" "add b vip 192.0.2.3,192.0.2.2" >"$conf.to"
	"$ftpmark" restore "$conf.from"
	check_equal "only what differs is written" \
		"a/vip 192.0.2.1;b/vip 192.0.2.3,192.0.2.2" \
		"$(writes "$ftpmark" restore "$conf.to" | paste -sd ';')"
	"$ftpmark" flush
}

refused() # LINE MESSAGE: in the second line of a file
{
	printf '# faulty\n%b\n' "$1" >"$conf"
	run restore "$conf"
	expect "refused: $1" 2 "" "ftpmark: $conf:2: $2"
	run restore --dry-run "$conf"
	expect "--dry-run refuses it, too: $1" 2 "" "ftpmark: $conf:2: $2"
	run restore --check "$conf"
	expect "--check, too: $1" 2 "" "ftpmark: $conf:2: $2"
}

test_faulty()
{
	"$ftpmark" add ftp vip 192.0.2.10
	state_read
	before=$state
	refused 'del ftp' 'del: a line begins with "add" or "#"'
	refused 'add' 'NAME: missing'
	refused 'add a/b' 'a/b: not a service name (1-31 of A-Z a-z 0-9 _ . -, first a letter or digit)'
	refused 'add b' 'b: has no vip (or say: enabled 0)'
	refused 'add b vipp 192.0.2.1' 'vipp: no such setting'
	refused 'add b vip' 'vip: value missing'
	refused 'add b vip 192.0.2.1 vip 192.0.2.2' 'vip: given twice'
	refused 'add b vip 192.0.2.1,192.0.2.256' '192.0.2.256: not an IPv4 or IPv6 address'
	refused 'add b vip 192.0.2.0/24' '192.0.2.0/24: a prefix, not a host address'
	refused 'add b vip 127.0.0.1' '127.0.0.1: a loopback address'
	refused 'add b vip 192.0.2.1 real 10.0.0.1/24' '10.0.0.1/24: has bits set behind its length'
	refused 'add b vip 192.0.2.1 passive 20-10' '20-10: ends before it begins'
	refused 'add b vip 192.0.2.1 control none' 'control-ports: must not be empty'
	refused 'add b vip 192.0.2.1 mark 021' '021: not a number from 1 to 0xffffffff'
	refused 'add b vip 192.0.2.1 active maybe' 'maybe: not one of the words it takes'
	refused 'add b vip 192.0.2.1 \001' '\x01: a control character'
	refused 'add b vip\r 192.0.2.1' '\x0d: a control character'
	refused 'add b vip 192.0.2.1\r' \
		"\\r: the line ends in CR LF: take the CRs out (sed -i 's/\\r\$//' FILE)"
	printf '%s\n' "add b vip 192.0.2.1" "add b vip 192.0.2.2" >"$conf"
	run restore "$conf"
	expect "a service twice" 2 "" \
		"ftpmark: $conf:2: b: stands in line 1 already"
	state_read
	check_equal "nothing of this has changed anything" "$before" "$state"

	printf '%s\n' "add b vip 192.0.2.1" "" "add a vip 192.0.2.1" >"$conf"
	run restore "$conf"
	expect "two that share a port" 2 "" \
		"ftpmark: $conf:3: a: has a vip and port of b in line 1"
	run restore --check "$conf"
	expect "--check finds them, too" 2 "" \
		"ftpmark: $conf:3: a: has a vip and port of b in line 1"
	run restore --check --dry-run "$conf"
	expect_error "--check and --dry-run" 2 "--check: not with --dry-run"
	run restore "$scratch/nothing"
	expect "no such file" 2 "" \
		"ftpmark: $scratch/nothing: No such file or directory"
	run restore --bogus
	check_equal "no such option" "2 ftpmark: --bogus: no such option" \
		"$status ${err%%$'\n'*}"
	state_read
	check_equal "still nothing has changed" "$before" "$state"
}

# The Nth write fails, as memory may be short: the tool gives up, and nothing changes.
test_refusal()
{
	local count n failed="" left="" said="" state before open text

	printf '%s\n' "add a vip 192.0.2.1" "add b vip 192.0.2.2 mark 5" \
		"add gone vip 192.0.2.3" >"$conf.from"
	printf '%s\n' "add a vip 192.0.2.2" "add b vip 192.0.2.1 mark 6" \
		"add new vip 192.0.2.3 passive none" >"$conf"
	"$ftpmark" restore "$conf.from"
	state_read
	before=$state
	count=$(strace -qq -e trace=write "$ftpmark" restore "$conf" 2>&1 |
		grep -c '^write')
	"$ftpmark" restore "$conf.from"
	check "a change of several writes" [ "$count" -ge 8 ]
	for ((n = 1; n <= count; n++)); do
		status=0
		strace -qq -o /dev/null -e trace=write \
			-e inject="write:error=ENOMEM:when=$n" \
			"$ftpmark" restore "$conf" 2>"$scratch/err" || status=$?
		[ "$status" -eq 1 ] || failed+=" $n:$status"
		# A commit that does not arrive leaves it to the next one.
		[ "$n" -lt "$count" ] || echo discard >"$sysfs/transaction"
		slurp open "$sysfs/transaction"
		[ "$open" = none ] || left+=" $n: open"
		state_read
		[ "$state" = "$before" ] || left+=" $n"
		slurp text "$scratch/err"
		said+=$text$'\n'
	done
	check_equal "each write refused in turn: exit status 1" "" "$failed"
	check_equal "each write refused in turn: nothing has changed" "" "$left"
	check "messages name file, line and word" \
		grep -q "^ftpmark: $conf:2: b: mark: 6: Cannot allocate memory" <<<"$said"
	run restore "$conf"
	expect "and without a fault it is done" 0
	"$ftpmark" flush
}

test_unprivileged()
{
	local user=(setpriv --reuid=65534 --regid=65534 --clear-groups)

	chmod 755 "$scratch"
	"$ftpmark" restore "$conf.from"
	state_read
	before=$state
	check_equal "save by a user" "$(saved)" \
		"$("${user[@]}" "$ftpmark" save | grep -v '^#')"
	status=0
	"${user[@]}" "$ftpmark" restore --dry-run "$conf" >/dev/null || status=$?
	check_equal "restore --dry-run by a user" 4 "$status"
	check "restore by a user" ! "${user[@]}" "$ftpmark" restore "$conf"
	state_read
	check_equal "is refused and changes nothing" "$before" "$state"
	"$ftpmark" flush
}

# many COUNT [WORD VALUE]: prints a file of so many services
many()
{
	local i

	for ((i = 0; i < $1; i++)); do
		echo "add s$i vip 10.1.$((i / 250)).$((i % 250 + 1)) mark $((i + 1)) ${*:2}"
	done
}

# Counts system calls, which do not depend on the speed of the machine.
calls() # COMMAND...
{
	strace -qq -o "$scratch/calls" "$@" && wc -l <"$scratch/calls"
}

test_many()
{
	local few much services

	services=$(soak 40 100)
	many "$services" enabled 0 >"$conf"
	few=$(calls "$ftpmark" restore "$conf")
	"$ftpmark" flush
	many $((10 * services)) enabled 0 >"$conf"
	much=$(calls "$ftpmark" restore "$conf")
	note "system calls: $few for $services services, $much for ten times as many"
	check "ten times the services, ten times the calls" \
		[ "$much" -le $((10 * few)) ]
	check_equal "they are there" $((10 * services)) "$(saved | wc -l)"
	"$ftpmark" flush
}

need "$ftpmark" setpriv strace
setup_ns other
load_module
version=$(cat /sys/module/nf_ftpmark/version)
test_save
test_declarative
test_swaps
test_faulty
test_refusal
test_unprivileged
test_many
finish
