#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# From the release before this one to this one, while files are transferred: what an
# operator has of it (configuration, module parameters) means the same, and while
# only one of module and tool is new, each says which to update.

# shellcheck disable=SC2119,SC2120 # the words of load_module are optional
# shellcheck disable=SC2154 # lib/run_tool.sh's
# shellcheck disable=SC2317 # functions that are arguments
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/ftp_streams.sh
. "$(dirname "$0")/../lib/ftp_streams.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/run_tool.sh
. "$(dirname "$0")/../lib/run_tool.sh"

# check builds it from the repository's history.
previous=$selftests/../build/$(uname -r)/previous
old_tool=$previous/tools/ftpmark
ftp_active=ipvs
# Streams outlive the change of the module.
ftp_time_limit=600
sessions=("pasv 4" "port 4" "epsv 6" "eprt 6")
parameters=("vip=$vip4,$vip6" "real_servers=$real_net4" "control_ports=21,2121"
	"passive_ports=10000-10999,12000" mark=0x21 active=snat)

load_previous() # [PARAMETER=VALUE...]
{
	modprobe -a "${module_dependencies[@]}" &&
		insmod "$previous/nf_ftpmark.ko" "$@" || return
	module_is_ours=1
}

old()
{
	local ftpmark=$old_tool

	run -n "$director" "$@"
}

new()
{
	run -n "$director" "$@"
}

# What the old module has of each service, in whichever module is loaded.
settings=(active active_ports control_ports enabled mark notrack on_marked
	passive_ports real_servers vip)
settings_here()
{
	local setting

	for setting in "${settings[@]}"; do
		grep -H . "$services_dir"/*/"$setting"
	done
}

settings_now()
{
	in_ns "$director" settings_here
}

# A warning of check, which has found others, too.
check_warns() # NAME REMEDY
{
	check "$1: check tells both versions" \
		grep -F "differ in version [module-version]" "$scratch/out"
	check "$1: check tells which to update" grep -F "$2" "$scratch/out"
}

test_configuration()
{
	old add ftp vip "$vip4,$vip6" real "$real_net4,$real_net6" active ipvs
	expect "the old tool adds a service to the old module" 0
	old add other enabled 0 control 21,2100-2199 passive none mark 0x10 \
		on-marked keep active masquerade active-ports 20,2020 notrack 1
	old save
	grep -v '^#' "$scratch/out" >"$scratch/conf"
	check_equal "it saves both" 2 "$(grep -c ^add "$scratch/conf")"
	run restore --check "$scratch/conf"
	expect "the new tool finds no fault in the file" 0
	before=$(settings_now)
}

test_new_tool()
{
	local advice="update and reload the module"

	new -V
	expect "new tool, old module: --version" 0 \
		"ftpmark $version, nf_ftpmark $old_version" \
		"ftpmark: module $old_version is older than this tool: $advice"
	new save
	check_equal "new tool, old module: it saves the same" \
		"$(cat "$scratch/conf")" "$(grep -v '^#' "$scratch/out")"
	for words in list "show ftp" stats "restore --dry-run $scratch/conf"; do
		# shellcheck disable=SC2086 # several words
		new $words
		check_equal "new tool, old module: ${words%% *}" "0 " "$status $err"
	done
	for words in "set ftp mark 7" "del ftp" flush "restore /dev/null"; do
		# shellcheck disable=SC2086 # several words
		new $words
		expect "new tool, old module: ${words%% *} is refused" 1 "" \
"ftpmark: module $old_version has no transactions, which changes need: $advice"
	done
	new check
	check_warns "new tool, old module" "$advice"
	check_equal "new tool, old module: nothing has changed" "$before" \
		"$(settings_now)"
}

# As docs/packages.md has it.
module_replaced()
{
	local saved=$scratch/saved

	"$ftpmark" -n "$director" save >"$saved" && unload_module &&
		load_module && "$ftpmark" -n "$director" restore "$saved"
}

test_module_replaced()
{
	local streams=(get4 put6 active4 active6)

	gate=$scratch/gate
	stream_start get4 get pasv 4
	stream_start put6 put epsv 6
	stream_start active4 get port 4
	stream_start active6 put eprt 6
	check "transfers begin with the old module" \
		busywait 60 streams_flow "${streams[@]}"
	test_new_tool
	check "the new module takes the old one's place" module_replaced
	check_equal "the module is the new one" "$version" \
		"$(cat /sys/module/nf_ftpmark/version)"
	check_equal "the settings are the same" "$before" "$(settings_now)"
	check_streams_go_on "before the gate opens" "${streams[@]}"
	check_streams_intact "with the new module" "${streams[@]}"
	check_sessions "with the new module" "${sessions[@]}"
}

test_old_tool()
{
	old -V
	expect "old tool, new module: --version" 0 \
		"ftpmark $old_version, nf_ftpmark $version" \
		"ftpmark: module $version is newer than this tool: update the tool"
	old check
	check_warns "old tool, new module" "update the tool"
	old save
	check_equal "old tool, new module: it saves the same" \
		"$(cat "$scratch/conf")" "$(grep -v '^#' "$scratch/out")"
	old set ftp passive 11000-20000
	expect "old tool, new module: it changes a service" 0
	check "old tool, new module: that is another configuration" \
		[ "$before" != "$(settings_now)" ]
	old restore "$scratch/conf"
	expect "old tool, new module: it restores the file" 0
	check_equal "old tool, new module: the settings are the same" "$before" \
		"$(settings_now)"
	check_sessions "old tool, new module" "${sessions[@]}"
	new flush
	new restore "$scratch/conf"
	expect "the new tool restores the old one's file" 0
	check_equal "it means the same" "$before" "$(settings_now)"
}

test_parameters()
{
	local old

	unload_module
	check "the old module takes parameters" load_previous "${parameters[@]}"
	old=$(settings_here)
	unload_module
	check "the new one takes the same" load_module "${parameters[@]}"
	check_equal "they mean the same" "$old" "$(settings_here)"
}

[ -x "$old_tool" ] ||
	skip_all "the release before this one was not built: no history, or a newer kernel"
[ ! -d /sys/module/nf_ftpmark ] || skip_all "nf_ftpmark is in use here"
[ /proc/self/ns/net -ef /proc/1/ns/net ] ||
	skip_all "not in the initial network namespace"
need "$ftpmark"
version=$(sed -n 's/#define FTPMARK_VERSION "\(.*\)"/\1/p' \
	"$selftests/../module/version.h")
old_version=$(modinfo -F version "$previous/nf_ftpmark.ko")
load_previous || exit
cluster_up || exit
streams_prepare
check "this is another version" [ "$version" != "$old_version" ]
test_configuration
test_module_replaced
test_old_tool
test_parameters
finish
