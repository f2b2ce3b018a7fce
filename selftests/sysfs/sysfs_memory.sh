#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Memory is charged to the writer's memory cgroup. If that is used up, the write is
# refused, whichever allocation fails, and nothing else happens.

# shellcheck disable=SC2119,SC2154 # wire_start's arguments, setup_ns's names
# shellcheck disable=SC2317 # called by busywait, and on exit
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=../lib/wire.sh
. "$selftests/lib/wire.sh"

need nft python3
cgroups=/sys/fs/cgroup
grep -qsw memory $cgroups/cgroup.controllers ||
	skip_all "no memory cgroups of version 2"
controllers=$(<$cgroups/cgroup.subtree_control)
dump_tasks=$(</proc/sys/vm/oom_dump_tasks)
group=$cgroups/ftpmark-$$

undo_more()
{
	[ ! -d "$group" ] || rmdir "$group"
	[[ " $controllers " == *" memory "* ]] ||
		echo -memory >"$cgroups/cgroup.subtree_control"
	echo "$dump_tasks" >/proc/sys/vm/oom_dump_tasks
}

# Without this, each refusal would log a list of all processes.
echo 0 >/proc/sys/vm/oom_dump_tasks
echo +memory >"$cgroups/cgroup.subtree_control"
mkdir "$group" || skip_all "no cgroup can be made"

wire_start
# The router has a /sys of its own.
agent_start payer ip netns exec "$router" bash -c "
	mount -t cgroup2 cgroup $cgroups &&
		exec python3 -S $selftests/lib/memory_payer.py $group"

# payer VERB [ARG...]: leaves $result, and in $number how many services it changed.
payer()
{
	local answer IFS=$'\t'

	agent_ask payer "$*"
	IFS=' ' read -r result number <<<"$answer"
}

charged() # in KiB
{
	echo $(($(<"$group/memory.current") / 1024))
}

charged_at_most() # KIB
{
	[ "$(charged)" -le "$1" ]
}

same_as_before() # WHEN
{
	check_marks "$1: marks as before" "0=1 21=2" "to=$vip port="{21,15000,30000}
	check_file conf services/ftp/passive_ports 10000-20000 "$1: settings too"
}

# Each processor keeps up to 64 pages charged ahead.
ahead=512
services=768
lists=$((services * 64 * 20 / 1024)) # in KiB, without what goes with them

who_pays()
{
	local before list

	list=$(printf '10.0.%d.0/24 ' {0..63})
	before=$(charged)
	payer add rich $services real_servers "$list"
	check_equal "many services are added" "ok $services" "$result $number"
	check "their memory is charged to the writer's group" \
		[ $(($(charged) - before)) -ge $lists ]

	payer others pay
	payer remove rich $services
	check_equal "and removed" "ok $services" "$result $number"
	check "it is charged no more" busywait 60 charged_at_most $((before + ahead))

	payer add rich $services real_servers "$list"
	check_equal "what others write" "ok $services" "$result $number"
	check "is not charged to it" charged_at_most $((before + ahead))
	payer remove rich $services
	payer group pays
}

# Adds services, and lists to them, until no more fit: what other processors had
# charged ahead comes back after the first refusal. Leaves services in $straws.
fill()
{
	local round i straw refusals=""

	straws=() number=1
	for ((round = 0; number && round < 16; round++)); do
		payer add "straw$round." 4096 real_servers 10.0.0.0/24
		refusals+=" $result"
		for ((i = 0; i < number; i++)); do
			straws+=("straw$round.$i")
		done
		sleep 0.1
	done
	note "services added: ${#straws[@]}, refused at last:$refusals"
	check_equal "a group's memory is used up" "ENOMEM 0" "$result $number"
	check "by many services" [ ${#straws[@]} -ge 64 ]
	for straw in "${straws[@]}"; do
		payer write "services/$straw/vip" "$vip2"
		[ "$result" = ok ] || break
	done
	check_equal "to the last list" ENOMEM "$result"
}

# Each allocation of the write fails once: a list that is smaller than any of them
# is freed before each attempt.
straw_by_straw()
{
	local straw refusals=0 last=0 wrong=""

	for straw in "${straws[@]}"; do
		payer write add "last$last"
		# Memory that was just being freed has come back: it is used up first.
		while [ "$result" = ok ] && [ $refusals -lt 8 ]; do
			payer write add "last$((++last))"
		done
		[ "$result" != ok ] || break
		: $((++refusals))
		files conf stat "services/last$last"
		[ "$result" = ENOENT ] || wrong+="$straw: $result "
		payer others pay
		payer write "services/$straw/real_servers"
		payer group pays
	done
	note "refused $refusals times"
	check_equal "one more is added in the end" ok "$result"
	check "it was refused often" [ $refusals -ge 8 ]
	check_equal "and was not there then" "" "$wrong"
}

limited()
{
	echo $((($(charged) + 256) * 1024)) >"$group/memory.max"
	fill
	same_as_before "no memory left"
	straw_by_straw

	payer write services/ftp/passive_ports "10000-20000 30000"
	check_equal "no change of what packets see" ENOMEM "$result"
	same_as_before "no change"
	payer write services/ftp/enabled 0
	check_equal "the last service is disabled" ok "$result"
	check_marks "disabled: no marks" "0=3" "to=$vip port="{21,15000,30000}

	# With several VIPs to choose from, the table of clients takes more memory than
	# these services did.
	payer others pay
	payer remove straw0. 64
	payer write services/ftp/real_servers 10.0.0.0/24
	payer write services/ftp/vip "$vip $vip2"
	payer group pays
	payer write services/ftp/enabled 1
	check_equal "no memory of clients" ENOMEM "$result"
	check_marks "not enabled: no marks" "0=3" "to=$vip port="{21,15000,30000}

	echo max >"$group/memory.max"
	payer write services/ftp/enabled 1
	check_equal "with more memory it is enabled" ok "$result"
	same_as_before "enabled"
	payer write services/ftp/passive_ports "10000-20000 30000"
	check_equal "and changed" ok "$result"
	check_marks "changed: its marks" "21=3" "to=$vip port="{21,15000,30000}
}

service conf ftp vip="$vip" enabled=1
same_as_before "in the beginning"
who_pays
limited
finish
