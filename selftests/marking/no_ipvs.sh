#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module as built for a kernel without IPVS: it refuses active = ipvs, which is
# not the default there, notrack, passive_from=clients and fast, and loads without
# IPVS.

# shellcheck disable=SC2119,SC2154 # words of agent.sh's functions, their results
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"

module=$selftests/../build/$(uname -r)/no_ipvs/nf_ftpmark.ko

# shellcheck disable=SC2317 # called by busywait
unload_ipvs()
{
	lsmod | awk '$1 ~ /^(ip_vs_|xt_ipvs)/ { print $1 }' | xargs -r -n 1 rmmod
	[ ! -d /sys/module/ip_vs ] || rmmod ip_vs
}

need python3
[ -e "$module" ] || skip_all "not built without IPVS"
[ ! -d /sys/module/nf_ftpmark ] || skip_all "nf_ftpmark is in use here"

check_equal "modules it depends on" "nf_conntrack nf_nat" \
	"$(modinfo -F depends "$module" | tr , '\n' | sort | xargs)"
modprobe -a nf_conntrack nf_nat
check "it loads" insmod "$module"
module_is_ours=1
setup_ns router
files_start conf ip netns exec "$router"

put conf add ftp
check_file conf services/ftp/active snat "default of active"
files conf write services/ftp/active "ipvs\n"
# Python calls EOPNOTSUPP by its other name.
check_equal "ipvs is refused, with a reason" \
	"ENOTSUP ftp: active: built for a kernel without IPVS" \
	"$result ${log#nf_ftpmark: }"
check_file conf services/ftp/active snat "active is as it was"
files conf write services/ftp/notrack "1\n"
check_equal "notrack is refused, with a reason" \
	"ENOTSUP ftp: notrack: built for a kernel without IPVS" \
	"$result ${log#nf_ftpmark: }"
put conf services/ftp/notrack 0
files conf write services/ftp/passive_from "clients\n"
check_equal "passive_from=clients is refused, with a reason" \
	"ENOTSUP ftp: passive_from: built for a kernel without IPVS" \
	"$result ${log#nf_ftpmark: }"
put conf services/ftp/passive_from anyone
files conf write services/ftp/fast "1\n"
check_equal "fast is refused, with a reason" \
	"ENOTSUP ftp: fast: built for a kernel without IPVS" \
	"$result ${log#nf_ftpmark: }"
put conf services/ftp/active masquerade
check_file conf services/ftp/active masquerade "masquerade is taken"

conf=$scratch/ftpmark.conf
in_router=(ip netns exec "$router" "$selftests/../tools/ftpmark")
if [ -x "${in_router[-1]}" ]; then
	echo "add ftp vip 192.0.2.10 real 10.0.0.0/24" >"$conf"
	check "restore without active" "${in_router[@]}" restore "$conf"
	check_file conf services/ftp/active snat "is active snat"
	check "and no difference then" "${in_router[@]}" restore --dry-run "$conf"
	before=$("${in_router[@]}" save)
	printf '%s\n' "add ftp vip 192.0.2.10 mark 7" \
		"add two vip 192.0.2.20 active ipvs" >"$conf"
	"${in_router[@]}" restore "$conf" >"$scratch/out" 2>&1
	check_equal "restore of active ipvs is refused" "1 ftpmark: $conf:2: two: active: ipvs: the module was built for a kernel without that" \
		"$? $(head -n 1 "$scratch/out")"
	check_equal "and changes nothing" "$before" "$("${in_router[@]}" save)"

	# Namespaces of earlier tests may still be on their way out.
	if ! busywait 60 unload_ipvs; then
		skip "check finds no IPVS" "it can't be unloaded"
	else
		"${in_router[@]}" check >"$scratch/out"
		check_equal "check finds no IPVS: fault ipvs-missing" 1 \
			"$(grep -c '^fault: .*\[ipvs-missing\]$' "$scratch/out")"
	fi
else
	skip "the tool without IPVS" "it is not built"
fi

check "it is unloaded" unload_module
check "active=ipvs as a parameter is refused" ! insmod "$module" active=ipvs
check "and says why" grep -q \
	"parameter active: built for a kernel without IPVS" <(dmesg | tail -n 3)
finish
