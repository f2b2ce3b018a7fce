#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "set" against the real module: it applies all changes at once, or none.

# shellcheck disable=SC2119,SC2154 # words of load_module; of run_tool.sh
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/run_tool.sh
. "$selftests/lib/run_tool.sh"

test_set()
{
	local before

	run set ftp passive 10000-20000,30000-30999 mark 0x15 on-marked keep
	expect "set" 0
	check_equal "set of passive-ports" \
		"10000-20000 30000-30999" "$(setting ftp passive_ports)"
	check_equal "set of mark" 21 "$(setting ftp mark)"
	check_equal "set of on-marked" keep "$(setting ftp on_marked)"
	run set ftp real_servers none
	expect "set of an empty list" 0
	check_equal "it is empty" "" "$(setting ftp real_servers)"

	state_read
	before=$state
	run set ftp vip 192.0.2.77 real 10.9.0.0/16 mark 9 active sideways
	expect "set with a bad value last" 1 "" \
"ftpmark: ftp: active: sideways: not one of: ipvs, snat, masquerade, off
$says \"sideways\" is not one of the values known"
	state_read
	check_equal "nothing has changed" "$before" "$state"
	run set ftp mark 0 vip 192.0.2.77
	expect_error "set with a bad value first" 1 "ftp: mark: 0: not a number"
	state_read
	check_equal "all is as it was" "$before" "$state"
	run set ftp vip "$(printf '192.0.2.%s,' {1..17})"
	expect_error "set of too many addresses" 1 "ftp: vip: 192.0.2.1,"
	check_equal "and why" "too many items (at most 16)" "${err##*: }"
	run set ftp vip none
	expect "set of no vip while enabled" 1 "" \
"ftpmark: ftp: the service has no vip
$says ftp: an enabled service needs a virtual IP"
	run set nix mark 1
	expect "set of no service" 1 "" "ftpmark: nix: no such service"

	run set ftp passive 21,10000-20000 control 21,990
	expect "set of a passive port that is a control port" 0 "" \
"ftpmark: warning: ftp: passive-ports: 21: these stay control-ports"
	run set ftp mark 21
	expect "set of something else does not say it again" 0
	run set ftp passive 20-65535
	expect "set of a wide range with a control port in it" 0
	run set ftp passive 10000-20000 control 21
	run set ftp vip fe80::1
	expect "set of a link-local vip" 1 "" \
"ftpmark: ftp: vip: fe80::1: not a list of IPv4 and IPv6 host addresses
$says \"fe80::1\" is a link-local address"

	run set ftp vip none enabled 0
	expect "set of no vip, and disabled" 0
	run set ftp enabled 1 vip 192.0.2.10
	expect "set of a vip, and enabled" 0
	state_read
	before=$state
	run set ftp enabled 0 mark 0
	expect_error "set with a bad value after disabling" 1 "ftp: mark: 0"
	state_read
	check_equal "it is enabled again" "$before" "$state"
}

# Another service has the VIP and ports that half of the changes would lead to.
test_set_order()
{
	local before words

	run add other vip 192.0.2.20
	for words in "vip 192.0.2.20 control 3000 passive none" \
		"control 3000 passive none vip 192.0.2.20"; do
		run add two vip 192.0.2.30
		# shellcheck disable=SC2086 # words
		run set two $words
		expect "set to the VIP of another: $words" 0
		check_equal "it has them" "192.0.2.20 3000 " "$(setting two vip
			) $(setting two control_ports) $(setting two passive_ports)"
		run del two
	done
	run add two vip 192.0.2.30
	state_read
	before=$state
	run set two mark 7 passive none vip 192.0.2.20
	expect "set to the VIP and a port of another" 1 "" \
"ftpmark: two: another enabled service has the same address and port
$says other and two would share 192.0.2.20 port 21"
	state_read
	check_equal "nothing has changed" "$before" "$state"
	# Setting by setting the service would conflict with another on the way.
	run add third vip 192.0.2.30 control 3000 passive none
	echo "$log_mark: set" >/dev/kmsg
	run set two vip 192.0.2.20 control 3000 passive none
	expect "set that would pass others one by one" 0
	check_equal "it has that" "192.0.2.20 3000 " "$(setting two vip
		) $(setting two control_ports) $(setting two passive_ports)"
	check_equal "the log has no refusal" "" \
		"$(log_since "$log_mark: set" | grep nf_ftpmark)"
	run del two
	run del other
	run del third
}

# Prints the words of settings and what each takes, by the tool's help.
table()
{
	"$ftpmark" help set | sed -n '/^WORD/,/^A list/s/^    \([a-z-]*\)  */\1 /p'
}

# items COUNT WORD: prints a list of so many items for a setting.
items()
{
	local i prefix=

	case $2 in
	vip) prefix=192.0.2. ;;
	real-servers) prefix=10.0.0. ;;
	# None of the control ports.
	passive-ports) prefix=20 ;;
	esac
	for ((i = 1; i <= $1; i++)); do
		printf '%s%d,' "$prefix" $((2 * i))
	done | sed 's/,$//'
}

# The tool's table of settings is that of the module: files, defaults, words and
# limits.
test_table()
{
	local word takes value limit

	run add t enabled 0
	check_equal "table: each file has a setting" \
		"$(find "$sysfs/services/t" -maxdepth 1 -type f -printf '%f\n' | sort)" \
		"$(table | sed 's/ .*//; s/-/_/g' | sort)"
	run save
	check_equal "table: defaults are those of the module" "add t active ipvs enabled 0" \
		"$(grep '^add t ' <<<"$out")"
	while read -r word takes; do
		case $takes in
		"one of: "*)
			takes=${takes#one of: }
			for value in ${takes//,/}; do
				run set t vip 192.0.2.200 "$word" "$value"
				expect "table: $word $value" 0
			done
			;;
		"a list"*)
			limit=64
			[ "$word" != vip ] || limit=16
			run set t "$word" "$(items "$limit" "$word")"
			expect "table: $word takes $limit items" 0
			run set t "$word" "$(items $((limit + 1)) "$word")"
			check_equal "table: and no more" "1 too many items (at most $limit)" \
				"$status ${err##*: }"
			echo "add t $word $(items "$limit" "$word") enabled 0" >"$scratch/conf"
			run restore --check "$scratch/conf"
			expect "table: the tool knows $limit, too" 0
			echo "add t $word $(items $((limit + 1)) "$word") enabled 0" >"$scratch/conf"
			run restore --check "$scratch/conf"
			expect_error "table: and no more" 2 "$scratch/conf:1: $word: too many items"
			run set t enabled 0 "$word" none
			[[ $takes == *"or none" ]]
			check_equal "table: whether it may be none" "$?" "$status"
			;;
		esac
	done < <(table)
	run del t
}

need "$ftpmark"
load_module
test_table
run add ftp vip 192.0.2.10 real 10.0.0.0/24
test_set
test_set_order
finish
