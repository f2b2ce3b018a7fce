#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each allocation fails once: those of loading the module, which sets up the
# namespaces that exist, and those that the module makes for a new namespace.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=faults.sh
. "$selftests/hostile/faults.sh"

need modinfo python3

# Failures push lines out of the log, so a line of ours marks the place instead of a
# count.
log_mark_step() # NAME
{
	step="$log_mark $1"
	echo "$step" >/dev/kmsg
}

failed_setups()
{
	log_since "$step" |
		grep -c 'failed for services (error: -12 parent: net)'
}

# The module is loaded with a service from its parameters.
module()
{
	local file

	file=$(modinfo -n nf_ftpmark)
	check "the module can be unloaded" unload_module
	log_mark_step loading
	fault "loading the module" 0,0,0,0,0 load "$file" \
		"vip=$vip,$vip6 real_servers=10.0.0.0/24,2001:db8:2::/64 active=snat"
	module_is_ours=1
	check "some in setting up a namespace" [ "$(failed_setups)" -gt 0 ]
	check_equal "the parameters' service is there" ftp \
		"$(ls /sys/kernel/nf_ftpmark/net/services)"
	check_equal "its real servers" "10.0.0.0/24 2001:db8:2::/64" \
		"$(cat /sys/kernel/nf_ftpmark/net/services/ftp/real_servers)"
}

# Where the kernel cannot tell callers apart, all allocations for a namespace fail;
# not under lockdep, which reports fib_get_table() of 6.1 when they do. Other parts of
# the kernel do not always turn the failure into ENOMEM.
namespace()
{
	local refusals=ENOMEM

	if ! faults_of_module; then
		refusals='[A-Z,]*ENOMEM'
		[ ! -e /proc/lockdep_stats ] || {
			skip "a new namespace" "whose allocation it is can't be told"
			return
		}
	fi
	log_mark_step namespace
	fault "a new namespace" 0,0,0,0,0 namespace
	faults_of_all
	check "some in setting it up" [ "$(failed_setups)" -gt 0 ]
	setup_ns next
	check "the next one has services" ip netns exec "$next" \
		bash -c 'echo ftp >/sys/kernel/nf_ftpmark/net/add'
}

faults_start
module
namespace
finish
