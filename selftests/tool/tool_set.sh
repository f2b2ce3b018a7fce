#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "set" against the real module: it applies all changes or none, in an order that
# works if there is one.

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

	before=$(state)
	run set ftp vip 192.0.2.77 real 10.9.0.0/16 mark 9 active sideways
	expect "set with a bad value last" 1 "" \
"ftpmark: ftp: active: sideways: not one of: ipvs, snat, masquerade, off
$says \"sideways\" is not one of the values known"
	check_equal "all is set back, the empty list too" "$before" "$(state)"
	run set ftp mark 0 vip 192.0.2.77
	expect_error "set with a bad value first" 1 "ftp: mark: 0: not a number"
	check_equal "all is as it was" "$before" "$(state)"
	run set ftp vip "$(printf '192.0.2.%s,' {1..17})"
	expect_error "set of too many addresses" 1 "ftp: vip: 192.0.2.1,"
	check_equal "and why" "too many items (at most 16)" "${err##*: }"
	run set ftp vip none
	expect "set of no vip while enabled" 1 "" \
"ftpmark: ftp: vip: none: must not be empty
$says an enabled service needs a virtual IP"
	run set nix mark 1
	expect "set of no service" 1 "" "ftpmark: nix: no such service"

	run set ftp vip none enabled 0
	expect "set disables before the rest" 0
	run set ftp enabled 1 vip 192.0.2.10
	expect "set enables after the rest" 0
	before=$(state)
	run set ftp enabled 0 mark 0
	expect_error "set with a bad value after disabling" 1 "ftp: mark: 0"
	check_equal "it is enabled again" "$before" "$(state)"
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
		run set two vip 192.0.2.30 control 21 passive 10000-20000
		expect "and back" 0
		run set two vip 192.0.2.20 control 3000 passive none
		# shellcheck disable=SC2086 # words
		run set two vip 192.0.2.30 passive 10000-20000 control 21 mark 7
		expect "and back, in another order" 0
		run del two
	done
	run add two vip 192.0.2.30
	before=$(state)
	run set two mark 7 passive none vip 192.0.2.20
	expect "set to the VIP and a port of another" 1 "" \
"ftpmark: two: vip: 192.0.2.20: another enabled service has the same address and port
$says other and two would share 192.0.2.20 port 21"
	check_equal "all is set back" "$before" "$(state)"
	# In either order the service would conflict with another on the way.
	run add third vip 192.0.2.30 control 3000 passive none
	before=$(state)
	run set two vip 192.0.2.20 control 3000 passive none
	expect "set that would pass others in any order" 1 "" \
"ftpmark: two: vip: 192.0.2.20: another enabled service has the same address and port
$says other and two would share 192.0.2.20 port 21"
	check_equal "all is set back, too" "$before" "$(state)"
	run del two
	run del other
	run del third
}

need "$ftpmark"
load_module
run add ftp vip 192.0.2.10 real 10.0.0.0/24
test_set
test_set_order
finish
