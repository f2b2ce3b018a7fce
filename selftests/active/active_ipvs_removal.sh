#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# active = ipvs: data connections that have begun belong to IPVS, and go on without
# the service and without the module; they keep neither the module nor IPVS in use.

# shellcheck disable=SC2119,SC2154 # words of load_module; of dial.sh
# shellcheck disable=SC2317 # called by check
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source=../lib/dial.sh
. "$selftests/lib/dial.sh"

ftp_active=ipvs
big_size=$((1 << 20))

declare -A gated_pid=()
# gated_start NAME get|put CIP: starts an active transfer that stops half way until
# gate_open.
gated_start()
{
	mkfifo "$scratch/gate.$1"
	if [ "$2" = get ]; then
		ftp_curl eprt "$3" get big - 2>"$scratch/$1.log" | {
			head -c 65536
			read -r <"$scratch/gate.$1"
			cat
		} >"$scratch/$1" &
	else
		{
			head -c 65536 "$scratch/big"
			read -r <"$scratch/gate.$1"
			tail -c +65537 "$scratch/big"
		} | ftp_curl eprt "$3" put - "incoming/$1" 2>"$scratch/$1.log" &
	fi
	gated_pid[$1]=$!
}

gate_open() # NAME
{
	echo >"$scratch/gate.$1"
	wait "${gated_pid[$1]}"
}

gated_file() # NAME
{
	local file

	for file in "$scratch/$1" "$scratch"/rs?-*/root/incoming/"$1"; do
		[ -s "$file" ] && echo "$file" && return
	done
	return 1
}

check_gated() # WHEN NAME...
{
	local name

	for name in "${@:2}"; do
		gate_open "$name"
		check "transfer of $name is intact $1" \
			cmp "$(gated_file "$name")" "$scratch/big"
	done
}

test_without_the_module()
{
	local names=() name family

	small_buffers
	for name in disabled removed unloaded; do
		for family in 4 6; do
			new_cip "$family"
			gated_start "${name}_get$family" get "$cip"
			names+=("${name}_get$family")
		done
		new_cip 4
		gated_start "${name}_put" put "$cip"
		names+=("${name}_put")
	done
	for name in "${names[@]}"; do
		busywait 60 gated_file "$name" || note "$name does not begin"
	done
	check_counts "with transfers under way" ftp ${#names[@]} 0 0

	service_set ftp enabled 0
	check_gated "with the service disabled" disabled_get4 disabled_get6 \
		disabled_put
	service_remove ftp
	check_gated "with the service removed" removed_get4 removed_get6 \
		removed_put
	check "the module can be unloaded" unload_module
	check_gated "without the module" unloaded_get4 unloaded_get6 \
		unloaded_put
	new_cip 4
	check_arrives "without the module a new connection is untouched" \
		"tcp $rip1_4 20 1" rs1 "$cip"
}

# The director goes away while it has connections; then nothing may hold the module
# or IPVS.
test_end()
{
	local family

	load_module
	cluster_marker_module
	for family in 4 6; do
		new_cip "$family"
		new_port
		tcp client "listen last$family $cip $port"
		dial rs1 "$cip"
		tcp client "accept last_end$family last$family"
		check_exchange "before the director goes, IPv$family" \
			rs1 "last_end$family"
	done
	check_counts "of the service made anew" ftp 2 0 0
	check "the director goes with live connections" cluster_delete_director
	check "the module can be unloaded then" unload_module
	if [ -n "$ipvs_in_use" ]; then
		skip "IPVS can be unloaded then" "something else uses it"
	else
		check "IPVS can be unloaded then" \
			busywait 60 rmmod ip_vs_rr ip_vs
	fi
}

ipvs_in_use=""
[ ! -d /sys/module/ip_vs ] || rmmod ip_vs_rr ip_vs || ipvs_in_use=1
load_module
cluster_up || exit
active_up
cluster_marker_module
test_without_the_module
test_end
finish
