#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A thousand services, each with an address and a mark of its own.

# shellcheck disable=SC2119,SC2154 # wire_start's arguments, setup_ns's names
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=../lib/wire.sh
. "$selftests/lib/wire.sh"

services=1000

need nft python3
wire_start

# Sets the address of service N, and one beside it that no service has. Every
# fourth service has IPv6.
address_of() # N
{
	if (($1 % 4)); then
		address=10.$(($1 / 100)).$(($1 % 100)).1
		beside=10.$(($1 / 100)).$(($1 % 100)).2
	else
		printf -v address '2001:db8:%x::1' "$1"
		printf -v beside '2001:db8:%x::2' "$1"
	fi
}

# shellcheck disable=SC2317 # called below
create()
{
	local n

	cd /sys/kernel/nf_ftpmark/net || return
	for ((n = 1; n <= services; n++)); do
		address_of "$n"
		echo "s$n" >add &&
			echo "$address" >"services/s$n/vip" &&
			echo $((1000 + n)) >"services/s$n/mark" &&
			echo 1 >"services/s$n/enabled" || return
	done
}

# Each service's mark is seen once, and no packet is unmarked.
each_one()
{
	local n expected=() requests=()

	for ((n = 1; n <= services; n++)); do
		address_of "$n"
		expected+=("$((1000 + n))=1")
		requests+=("to=$address port=$((n % 2 ? 21 : 10000 + n))")
	done
	check_marks "$services services: each has its mark set once" \
		"${expected[*]}" "${requests[@]}"
	marks_forget behind
}

no_other()
{
	local n requests=()

	for ((n = 1; n <= services; n += 10)); do
		address_of "$n"
		requests+=("to=$beside" "to=$address port=22")
	done
	check_marks "addresses beside, and other ports: no mark" \
		"0=${#requests[@]}" "${requests[@]}"
}

# The list of marks does not tell whose they are: a sample of services does.
sample()
{
	local n

	for n in 1 4 99 100 500 771 $services; do
		address_of "$n"
		check_marks "service $n: its own mark" "$((1000 + n))=2" \
			"to=$address" "to=$address port=20000"
	done
	check_stats "service 771 counted its own packets alone" conf s771 \
		control_packets=2 passive_packets=1 bytes=120
}

export -f create address_of
export services
check "$services services are created and enabled" \
	ip netns exec "$router" bash -c create
each_one
sample
no_other
address_of 500
put conf services/s500/enabled 0
check_marks "one of them disabled: no mark" "0=1" "to=$address"
each_other=$((services / 2 + 1))
address_of $each_other
check_marks "and the others as before" "$((1000 + each_other))=1" "to=$address"
# A thousand services' files would fill the log of a failure.
ip netns delete "$router"
namespaces=("$client")
finish
