#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every allocation fails in turn that loading the module makes, setting up the
# namespaces that are there with it. Not those of a new namespace: other parts of
# the kernel do not stand that (fib_get_table() in 6.1, says lockdep).

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=agent.sh
. "$selftests/agent.sh"
# shellcheck source=faults.sh
. "$selftests/faults.sh"

need modinfo python3

failed_setups()
{
	dmesg | grep -c 'failed for services (error: -12 parent: net)'
}

# With a service from the parameters.
module()
{
	local file

	file=$(modinfo -n nf_ftpmark)
	check "the module can be unloaded" unload_module
	fault "loading the module" 0,0,0,0,0 load "$file" \
		"vip=$vip,$vip6 real_servers=10.0.0.0/24,2001:db8:2::/64 active=snat"
	module_is_ours=1
	check "some in setting up a namespace" [ "$(failed_setups)" -gt 0 ]
	check_equal "the parameters' service is there" ftp \
		"$(ls /sys/kernel/nf_ftpmark/net/services)"
	check_equal "its real servers" "10.0.0.0/24 2001:db8:2::/64" \
		"$(cat /sys/kernel/nf_ftpmark/net/services/ftp/real_servers)"
}

faults_start
module
finish
