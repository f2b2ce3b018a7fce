#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tool against the real module: what each verb does and prints, how it fails, and
# that a refused command changes nothing.

# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/run_tool.sh
. "$selftests/lib/run_tool.sh"

mod_hint='ftpmark: load it with: modprobe nf_ftpmark'
not_root='needs CAP_NET_ADMIN in this network namespace'
other=

test_without_module()
{
	unload_module
	run show
	expect "show without the module" 3 "" \
		"ftpmark: nf_ftpmark: module not loaded"$'\n'"$mod_hint"
	run add ftp vip 192.0.2.10
	expect_error "add without the module" 3 "nf_ftpmark: module not loaded"
	run flush
	expect_error "flush without the module" 3 "nf_ftpmark: module not loaded"
	echo "add ftp vip 192.0.2.10" >"$scratch/conf"
	run restore "$scratch/conf"
	expect_error "restore without the module" 3 "nf_ftpmark: module not loaded"
	run restore --check "$scratch/conf"
	expect "restore --check needs no module" 0
	echo "add ftp vip 192.0.2.256" >"$scratch/conf"
	run restore --check "$scratch/conf"
	expect "restore --check of a faulty file" 2 "" \
"ftpmark: $scratch/conf:1: 192.0.2.256: not an IPv4 or IPv6 address"
	run add ftp vipp 192.0.2.10
	expect "a mistake is told even so" 2 "" \
"ftpmark: vipp: no such setting
usage: ftpmark [-n NETNS] [--wait SECONDS] add NAME [WORD VALUE]..."
	run -V
	check "-V without the module" grep -qx 'ftpmark [0-9.]*' "$scratch/out"
	load_module
	run --version
	expect "--version beside the module's" 0 \
		"${out%%,*}, nf_ftpmark $(cat /sys/module/nf_ftpmark/version)"
}

test_usage()
{
	local help verb

	run -h
	help=$out
	check_equal "-h" 0 "$status$err"
	run --help
	expect "--help is the same" 0 "$help"
	for verb in add set del enable disable flush list show stats check \
		trace save restore import export; do
		check "help lists $verb" grep -q "^    $verb  " <<<"$help"
		run "$verb" --help
		out=${out/ \[-j\]/}
		read -ra words <<<"${out/ \[--wait SECONDS\]/}"
		check_equal "help of $verb" "0 usage: ftpmark [-n NETNS] $verb" \
			"$status ${words[*]:0:5}"
	done

	run help
	expect "help is the same" 0 "$help"
	run help nix
	expect_error "help of no command" 2 "nix: no such command"
	run help set
	help=$out
	run set -h
	expect "help of a command, by its option" 0 "$help"
	run -h set ftp
	expect "before it, too" 0 "$help"

	for verb in add set del enable disable; do
		run "$verb"
		expect_error "$verb without a name" 2 "NAME: missing"
	done
	run set ftp
	expect_error "set without a word" 2 "WORD VALUE: missing"
	run set ftp mark
	expect_error "set without a value" 2 "mark: value missing"
	run set ftp mark 1 mark 2
	expect_error "set of a word twice" 2 "mark: given twice"
	run del a/b
	expect_error "del of no name" 2 "a/b: not a service name"
	run flush ftp
	expect_error "flush of a name" 2 "ftp: not expected"
	run bogus
	expect_error "no such command" 2 "bogus: no such command"
	run --bogus
	expect_error "no such option" 2 "--bogus: no such option"
	run -n
	expect_error "-n without a value" 2 "-n: value missing"
	run show -jx
	expect_error "no such letter" 2 "-x: no such option"
	run save -j
	expect_error "an option of other commands" 2 "--json: no option of this command"
	run --dry-run=1
	expect_error "an option without a value" 2 "--dry-run=1: takes no value"
	run show -j
	check_equal "an option behind the command" '0 {"format":2,"services":[]}' \
		"$status $(tr -d ' \n' <<<"$out")"
	check_equal "nothing of this made a service" "" "$(services)"
}

test_add()
{
	local before

	run
	expect "no command: show; nothing there" 0 "no services"
	run add ftp vip 192.0.2.10,2001:db8::10 real 10.0.0.0/24
	expect "add" 0
	check_equal "add enables" 1 "$(setting ftp enabled)"
	check_equal "add sets vip" \
		"192.0.2.10 2001:db8::10" "$(setting ftp vip)"
	check_equal "add sets real-servers" \
		10.0.0.0/24 "$(setting ftp real_servers)"

	before=$(state)
	run add ftp vip 192.0.2.99 mark 7
	expect "add of an existing name" 1 "" "ftpmark: ftp: exists already"
	check_equal "it is untouched" "$before" "$(state)"

	run add two vip 192.0.2.20 mark 5 real 10.0.0.1/24
	expect "add with a bad value last" 1 "" \
"ftpmark: two: real-servers: 10.0.0.1/24: not a list of prefixes without host bits
$says \"10.0.0.1/24\" has bits set behind its length"
	check_equal "nothing is left of it" "$before" "$(state)"
	run add two mark 5
	expect "add without a vip" 1 "" \
"ftpmark: two: the service has no vip
$says two: an enabled service needs a virtual IP"
	check_equal "nothing is left of it" "$before" "$(state)"
	run add two vip 192.0.2.10
	expect "add with the vip of another" 1 "" \
"ftpmark: two: another enabled service has the same address and port
$says ftp and two would share 192.0.2.10 port 21"
	check_equal "nothing is left of it" "$before" "$(state)"

	run add two mark 5 enabled 0
	expect "add of a disabled service" 0
	check_equal "it is disabled" 0 "$(setting two enabled)"
	run del two
	expect "del" 0
	check_equal "as before" "$before" "$(state)"
}

test_show()
{
	local ftp="\
service ftp enabled
    vip            192.0.2.10,2001:db8::10
    control-ports  21
    passive-ports  10000-20000
    mark           21
    on-marked      overwrite
    real-servers   10.0.0.0/24
    active         ipvs
    active-ports   20
    notrack        0
    passive-from   anyone
    fast           0"

	run add other enabled 0 control 21,2100-2199 passive none \
		active-ports 20,2020 active off mark 0x10 on-marked keep \
		notrack 1 passive-from clients fast 1
	expect "add with every kind of value" 0
	run show
	expect "show" 0 "$ftp
service other disabled
    vip            none
    control-ports  21,2100-2199
    passive-ports  none
    mark           16
    on-marked      keep
    real-servers   none
    active         off
    active-ports   20,2020
    notrack        1
    passive-from   clients
    fast           1"
	run show ftp
	expect "show of one service" 0 "$ftp
counters ftp
    control-packets     0
    passive-packets     0
    bytes               0
    fast-packets        0
    out-of-range        0
    already-marked      0
    active-connections  0
    active-unmatched    0
    active-failed       0
    refused             0
    fast-leases         0
    fast-expired        0
    fast-ended          0
    fast-unfit          0
    fast-too-long       0
    fast-route          0
    fast-full           0"
	run list
	expect "list" 0 "\
SERVICE  ENABLED  MARK  ACTIVE  CONTROL       PASSIVE      VIP                      REAL
ftp      1        21    ipvs    21            10000-20000  192.0.2.10,2001:db8::10  10.0.0.0/24
other    0        16    off     21,2100-2199  none         none                     none"
	run list ftp
	expect_error "list of a name" 2 "ftp: not expected"
	run show nix
	expect "show of none" 1 "" "ftpmark: nix: no such service"

	# The variable is not quoted: the words of "show" are the words of "set".
	run del other
	# shellcheck disable=SC2046
	run add copy enabled 0 $(tail -n +2 <<<"$ftp")
	expect "what show prints can be read back" 0
	run show
	expect "and is the same again" 0 "${ftp/ftp enabled/copy disabled}
$ftp"
	run del copy
}

test_switch()
{
	run disable ftp
	expect "disable" 0
	check_equal "it is disabled" 0 "$(setting ftp enabled)"
	run enable ftp
	expect "enable" 0
	check_equal "it is enabled" 1 "$(setting ftp enabled)"
	run enable ftp
	expect "enable twice" 0
	run enable nix
	expect "enable of no service" 1 "" "ftpmark: nix: no such service"
	run del nix
	expect "del of no service" 1 "" "ftpmark: nix: no such service"

	run add two vip 192.0.2.20
	run add three enabled 0
	run flush
	expect "flush" 0
	check_equal "nothing is left" "" "$(services)"
	run flush
	expect "flush of nothing" 0
}

test_netns()
{
	local mounts

	mounts=$(cat /proc/self/mounts)
	run add ftp vip 192.0.2.10
	run -n "$other" add there vip 192.0.2.10
	expect "add in another namespace" 0
	check_equal "it is not here" ftp "$(services)"
	run -n "$other" show
	check_equal "but there alone" "service there enabled" "${out%%$'\n'*}"
	run -n "/run/netns/$other" show nix
	expect "a namespace by its path" 1 "" "ftpmark: nix: no such service"
	run --netns="$other" flush
	expect "flush in another namespace" 0
	check_equal "does not touch this one" ftp "$(services)"
	run -n "$other" show
	expect "only that one" 0 "no services"
	run -n nosuch show
	expect "no such namespace" 1 "" \
		"ftpmark: nosuch: no such network namespace"
	run -n /etc/passwd show
	expect "not a namespace" 1 "" \
		"ftpmark: /etc/passwd: not a network namespace"
	check_equal "the mounts here are as they were" \
		"$mounts" "$(cat /proc/self/mounts)"
	run flush
}

test_unprivileged()
{
	local before run_as=(setpriv --reuid=65534 --regid=65534 --clear-groups)

	"$ftpmark" add ftp vip 192.0.2.10
	before=$(state)
	run add two vip 192.0.2.20
	expect "add by a user" 1 "" "ftpmark: transaction: $not_root"
	run set ftp mark 7
	expect "set by a user" 1 "" "ftpmark: transaction: $not_root"
	run disable ftp
	expect "disable by a user" 1 "" "ftpmark: transaction: $not_root"
	run del ftp
	expect "del by a user" 1 "" "ftpmark: transaction: $not_root"
	run flush
	expect "flush by a user" 1 "" "ftpmark: transaction: $not_root"
	run -n "$other" show
	expect "-n by a user" 1 "" \
"ftpmark: $other: entering a network namespace needs CAP_SYS_ADMIN"
	check_equal "all is as it was" "$before" "$(state)"
	run show
	check_equal "show by a user" \
		"0 service ftp enabled" "$status ${out%%$'\n'*}$err"
	"$ftpmark" flush
}

# Runs the tool where the module claims to have this version.
run_with_version() # VERSION WORD...
{
	# shellcheck disable=SC2016 # expanded by the other shell
	local run_as=(unshare -m bash -c
		'mount --bind "$1" /sys/module/nf_ftpmark/version && shift && exec "$@"'
		bash "$scratch/version")

	echo "$1" >"$scratch/version"
	shift
	run "$@"
}

# A tree of plain files stands in for a module of another version.
test_other_version()
{
	local tree=$scratch/tree tool

	tool=$("$ftpmark" -V | sed 's/,.*//')
	run_with_version 0.0.9 -V
	expect "--version with an older module" 0 "$tool, nf_ftpmark 0.0.9" \
"ftpmark: module 0.0.9 is older than this tool: update and reload the module"
	run_with_version 0.10.0 -V
	expect "--version with a newer module" 0 "$tool, nf_ftpmark 0.10.0" \
"ftpmark: module 0.10.0 is newer than this tool: update the tool"

	"$ftpmark" add ftp vip 192.0.2.10 notrack 1
	mkdir -p "$tree/services"
	cp -r "$sysfs/services/ftp" "$tree/services" 2>/dev/null
	"$ftpmark" flush
	check_equal "the tree is whole" "1 0" "$(cat \
		"$tree/services/ftp/notrack" "$tree/services/ftp/stats/bytes" | xargs)"
	rm "$tree/services/ftp/notrack" "$tree/services/ftp/stats/active_failed"
	export FTPMARK_SYSFS=$tree
	run_with_version 0.0.9 set ftp mark 7
	expect "a module that is older than transactions" 1 "" \
"ftpmark: module 0.0.9 has no transactions, which changes need: update and reload the module"
	check_equal "nothing has changed" 21 "$(cat "$tree/services/ftp/mark")"
	echo none >"$tree/transaction"
	run_with_version 0.0.9 set ftp notrack 1
	expect "a setting that an older module lacks" 1 "" \
"ftpmark: ftp: notrack: the loaded module has no such setting
ftpmark: module 0.0.9 is older than this tool: update and reload the module"
	run set ftp notrack 1
	expect "without another version there is no advice" 1 "" \
		"ftpmark: ftp: notrack: the loaded module has no such setting"
	run show ftp
	check_equal "show leaves out what it has not" "0 10 16" \
		"$status $(grep -c '^    [^ ]*  ' <<<"${out%%counters*}") $(
			grep -c '^    [^ ]*  ' <<<"counters${out##*counters}")"
	run -j show
	check_equal "so does show -j" "0 0" "$status $(grep -c 'notrack\|failed' <<<"$out")"
	run save
	expect "so does save" 0 \
		"# Saved by $tool; read by: ftpmark restore
add ftp vip 192.0.2.10 active ipvs"
	unset FTPMARK_SYSFS
}

# A user who may change services may lack the right to read the kernel's log.
test_without_log()
{
	local restrict run_as=(setpriv "--bounding-set=-syslog,-sys_admin")

	restrict=$(sysctl -n kernel.dmesg_restrict)
	sysctl -qw kernel.dmesg_restrict=1
	check "the log may not be read" ! "${run_as[@]}" head -c 1 /dev/kmsg
	"$ftpmark" add ftp vip 192.0.2.10
	run add two vip 192.0.2.10
	expect "a refusal without the log" 1 "" \
"ftpmark: two: another enabled service has the same address and port
ftpmark: see the kernel log (dmesg) for the reason"
	run set ftp mark 0
	expect "another one" 1 "" \
"ftpmark: ftp: mark: 0: not a number from 1 to 0xffffffff
ftpmark: see the kernel log (dmesg) for the reason"
	run set ftp mark 9
	expect "what is not refused is done" 0
	sysctl -qw kernel.dmesg_restrict="$restrict"
	run_as=()
	run set ftp mark 0
	check "with the log there is a reason" grep -q "^$says" <<<"$err"
	"$ftpmark" flush
}

test_output()
{
	status=0
	"$ftpmark" show >/dev/full 2>"$scratch/err" || status=$?
	out=
	err=$(cat "$scratch/err")
	expect "show into a full device" 1 "" \
		"ftpmark: standard output: No space left on device"
}

need "$ftpmark" setpriv sysctl unshare
setup_ns other
# This test comes first, since it gives up if the module is in use.
load_module
test_without_module
test_usage
test_add
test_show
test_switch
test_netns
test_unprivileged
test_other_version
test_without_log
test_output
finish
