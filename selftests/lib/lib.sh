# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced first by every test. A test
#
#	. "$(dirname "$0")/../lib/lib.sh"
#	need ipvsadm
#	setup_ns router client
#	load_module
#	check "what must work" command...
#	check "what must not" ! command...
#	finish
#
# prints TAP, see tap.sh: a test that ends early has no plan, and no plan is a
# failure. On exit everything that the test made is undone.

# shellcheck disable=SC2034 # for the tests
ksft_pass=0 ksft_fail=1 ksft_skip=4

selftests=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd -P)
PATH=$selftests/../tools:$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL=C
# Programs in Python find their shared modules there.
export PYTHONPATH=$selftests/lib
# The runner of 6.12 preloads stdbuf, which changes how programs see errors.
unset LD_PRELOAD _STDBUF_O

# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$selftests/lib/tap.sh"

# shellcheck source-path=SCRIPTDIR source=../lib/shell.sh
. "$selftests/lib/shell.sh"

tap_finished=
namespaces=()
module_is_ours=
scratch=$(mktemp -d)
log_mark="selftest ${0##*/} $$"
backlog=/proc/sys/net/core/netdev_max_backlog backlog_before=

finish()
{
	tap_finished=1
	plan || exit "$ksft_fail"
	exit "$ksft_pass"
}

skip_all() # REASON: nothing of this test can run here
{
	if [ "$tap_count" -gt 0 ]; then
		note "cannot go on: $*"
		exit "$ksft_fail"
	fi
	echo "1..0 # SKIP $*"
	tap_finished=1
	exit "$ksft_skip"
}

need() # TOOL...
{
	local tool

	for tool; do
		command -v "$tool" >/dev/null || skip_all "no $tool"
	done
}

# setup_ns VAR...: new namespaces with lo up, their names left in the variables.
setup_ns()
{
	local var name names=() batch

	for var; do
		printf -v name '%s-%08x' "$var" "$SRANDOM"
		names+=("$name")
		declare -g "$var=$name"
	done
	printf -v batch 'netns add %s\n' "${names[@]}"
	ip -batch - <<<"$batch" || skip_all "no network namespaces"
	namespaces+=("${names[@]}")
	for name in "${names[@]}"; do
		ip netns exec "$name" netns up
	done
}

# soak SHORT LONG: prints SHORT, or LONG under "make soak", which sets
# FTPMARK_SOAK. Tests take from it how much they do.
soak()
{
	[ -z "${FTPMARK_SOAK:-}" ] || shift
	echo "$1"
}

# Memory of all the kernel's objects, in KiB.
kernel_memory()
{
	awk '/^(Slab|VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' \
		/proc/meminfo
}

# Freed memory that KASAN may still keep, in KiB: up to 1/32 of all memory.
kernel_memory_kept()
{
	local total=0

	! grep -q ' kasan_quarantine_put$' /proc/kallsyms ||
		total=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)
	echo $((total / 32))
}

# check_entries NAME BEGUN CONNECTIONS ENTRIES: IPVS must have an entry for each
# connection opened since $SECONDS was BEGUN. Unanswered entries last a minute.
check_entries()
{
	if [ $((SECONDS - $2)) -lt 60 ]; then
		check_equal "$1" "$3" "$4"
	else
		skip "$1" "the first have gone, this machine is slow"
	fi
}

# busywait SECONDS COMMAND [ARG...]: runs the command until it succeeds. The pause
# only leaves the processor to others. $FTPMARK_PATIENCE multiplies the limit on
# slow kernels.
busywait()
{
	local end=$((SECONDS + $1 * ${FTPMARK_PATIENCE:-1}))

	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || {
			note "in vain: busywait $*" >&2
			return 1
		}
		sleep 0.05
	done
}

module_dependencies=(
	ip_vs
	nf_conntrack
	nf_defrag_ipv4
	nf_defrag_ipv6
	nf_nat
)

# Asked for once: no test installs the module or removes it.
module_where=
module_find()
{
	module_where=built
	! modinfo nf_ftpmark >/dev/null 2>&1 || module_where=installed
}

# load_module [PARAMETER=VALUE...]: loads the installed module, or else the one just
# built.
load_module()
{
	if [ -z "$module_is_ours" ] && [ -d /sys/module/nf_ftpmark ]; then
		skip_all "nf_ftpmark is in use here"
	fi
	[ -n "$module_where" ] || module_find
	if [ "$module_where" = installed ]; then
		modprobe nf_ftpmark "$@" || return
	else
		modprobe -a "${module_dependencies[@]}" || return
		insmod "$selftests/../nf_ftpmark.ko" "$@" || return
	fi
	module_is_ours=1
}

unload_module()
{
	rmmod nf_ftpmark || return
	module_is_ours=
}

# A test overrides this to print more state after a failure.
dump_more()
{
	:
}

# A test overrides this to undo more than namespaces and the module.
undo_more()
{
	:
}

# log_since MARK: prints the kernel log behind the last line that ends in MARK, or
# all of it if that line has been pushed out.
log_since()
{
	dmesg | tac | sed "/$1\$/Q" | tac
}

dump_state()
{
	local ns

	for ns in "${namespaces[@]}"; do
		note "---- $ns"
		note "$(ip netns exec "$ns" bash -c '
			nft list ruleset
			ipvsadm -Ln
			grep -r . /sys/kernel/nf_ftpmark
		' 2>&1)"
	done
	dump_more
	note "---- kernel log"
	note "$(log_since "$log_mark" | tail -n 50)"
}

on_exit()
{
	local status=$? ns batch

	netns home
	if [ -z "$tap_finished" ]; then
		note "ended early, with exit status $status"
		status=$ksft_fail
	fi
	if [ "$status" -ne 0 ] && [ "$status" -ne "$ksft_skip" ]; then
		dump_state
	fi
	for ns in "${namespaces[@]}"; do
		netns_kill "$ns"
		netns forget "$ns"
	done
	printf -v batch 'netns delete %s\n' "${namespaces[@]}"
	[ "${#namespaces[@]}" -eq 0 ] || ip -batch - <<<"$batch"
	[ -z "$module_is_ours" ] || [ ! -d /sys/module/nf_ftpmark ] ||
		unload_module || status=$ksft_fail
	undo_more
	[ -z "$backlog_before" ] || echo "$backlog_before" >"$backlog"
	rm -rf "$scratch"
	exit "$status"
}
trap on_exit EXIT
trap 'exit 143' TERM INT

[ "$EUID" -eq 0 ] || skip_all "not root"
# Before Linux 6.6 packets wait there while ksoftirqd is late, and those beyond a thousand
# are lost.
[ ! -w "$backlog" ] || {
	read -r backlog_before <"$backlog"
	echo 100000 >"$backlog"
}
echo "$log_mark" >/dev/kmsg
