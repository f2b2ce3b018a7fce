#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module as it is built for a kernel without IPVS: active = ipvs is refused
# and not the default, and nothing of IPVS is needed to load it.

# shellcheck disable=SC2119,SC2154 # words of agent.sh's functions, their results
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=agent.sh
. "$selftests/agent.sh"

module=$selftests/../build/$(uname -r)/no_ipvs/nf_ftpmark.ko

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
# Python has the errno's other name.
check_equal "ipvs is refused, with a reason" \
	"ENOTSUP ftp: active: built for a kernel without IPVS" \
	"$result ${log#nf_ftpmark: }"
check_file conf services/ftp/active snat "active is as it was"
put conf services/ftp/active masquerade
check_file conf services/ftp/active masquerade "masquerade is taken"

check "it is unloaded" unload_module
check "active=ipvs as a parameter is refused" ! insmod "$module" active=ipvs
check "and says why" grep -q \
	"parameter active: built for a kernel without IPVS" <(dmesg | tail -n 3)
finish
