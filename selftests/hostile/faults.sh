# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests; of lib.sh
#
# Sourced after agent.sh by tests in which allocations fail. A refused change alters
# neither the files nor, after any of the failures, the marks of packets. kmemleak
# finds memory that was not released.

[ -e /proc/self/fail-nth ] || skip_all "no fault injection in this kernel"

debug=/sys/kernel/debug
vip=198.51.100.10 vip2=198.51.100.20 vip6=2001:db8:1::10
cip=192.0.2.2 rip=192.0.2.1 cip6=2001:db8:c::2 rip6=2001:db8:c::1

# Probes are packets to the router's own addresses.
topology()
{
	setup_ns client router
	ip -n "$client" link add name wire0 type veth peer name wire0 \
		netns "$router"
	for side in client router; do
		ip -n "${!side}" link set wire0 addrgenmode none up
	done
	ip -n "$client" address add $cip/24 dev wire0
	ip -n "$client" address add $cip6/64 dev wire0 nodad
	ip -n "$router" address add $rip/24 dev wire0
	ip -n "$router" address add $rip6/64 dev wire0 nodad
	for address in $vip/32 $vip2/32 $vip6/128; do
		ip -n "$router" address add "$address" dev lo
	done
	ip -n "$client" route add default via $rip
	ip -n "$client" -6 route add default via $rip6
}

# By default only allocations that must not wait fail. Reports would fill the log.
fault_agent()
{
	echo N >$debug/failslab/ignore-gfp-wait
	echo N >$debug/fail_page_alloc/ignore-gfp-wait
	echo 0 | tee $debug/failslab/verbose $debug/fail_page_alloc/verbose \
		>$debug/fail_page_alloc/min-order
	agent_start faults ip netns exec "$router" python3 -S \
		"$selftests/hostile/faults.py" "$client" "$router" \
		$vip#21 $vip#15000 $vip#80 $vip2#21 $vip6#15000
}

# fault_range START END: only allocations with a caller in this range fail.
fault_range()
{
	echo "$1" | tee $debug/{failslab,fail_page_alloc}/require-start
	echo "$2" | tee $debug/{failslab,fail_page_alloc}/require-end
} >/dev/null

# Only the module's allocations fail, where the kernel can tell callers apart.
faults_of_module()
{
	[ -e $debug/failslab/require-start ] || return
	# sort(1) reads a pipe: of a file without a size it takes a KiB at a time,
	# and writes a temporary file for each.
	# shellcheck disable=SC2046 # two words
	fault_range $(awk '{ print $1, $2, $NF }' /proc/kallsyms | sort | awk '
		$2 ~ /^[tT]$/ && $NF == "[nf_ftpmark]" {
			if (!start)
				start = $1
			last = $1
			end = 0
		}
		last && !end && $1 != last { end = $1 }
		END { print "0x" start, "0x" end }')
}

faults_of_all()
{
	[ ! -e $debug/failslab/require-start ] || fault_range 0 0xffffffffffffffff
}

# fault NAME MARKS VERB [ARG...]: at least one allocation fails; each failure is
# refused with ENOMEM or what $refusals lists, and in the end the change works.
refusals=ENOMEM
fault()
{
	local name=$1 marks=$2 answer IFS=$'\t'

	agent_ask faults "${*:3}"
	IFS=' '
	note "$name: $answer"
	if [[ $answer =~ ^failed=([0-9]+)\ tolerated=[0-9]+\ errors=$refusals\ marks=$marks$ ]]; then
		failed=${BASH_REMATCH[1]}
		ok "$name"
	else
		failed=0
		not_ok "$name"
		note "expected: failed=N tolerated=N errors=$refusals marks=$marks"
	fi
}

# setting NAME MARKS SERVICE FILE VALUE
setting()
{
	fault "$1" "$2" write "services/$3/$4" "$5"
}

faults_start()
{
	topology
	load_module
	fault_agent
}
