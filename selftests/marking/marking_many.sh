#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Many VIPs: those that are much alike, which must not be refused, and those of a
# thousand services, each with an address and a mark of its own.

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

# Fifteen services with 16 VIPs each go from one kind of address to the next while
# they are enabled. A kind differs in one byte; "%" stands for it.
alike=15
kinds=(%.1.1.241 10.%.1.242 10.1.%.243 10.1.1.%
	%01:db8::1 20%:db8::2 2001:%b8::3 2001:d%::4
	2001:db8:%00::5 2001:db8:%::6 2001:db8:0:%00::7 2001:db8:0:%::8
	2001:db8::%00:0:0:9 2001:db8::%:0:0:a 2001:db8::%00:0:b
	2001:db8::%:0:c 2001:db8::%00:d 2001:db8::%:e 2001:db8::%0f
	2001:db8::f:% 2001:db8:0:0:%::1 2001:db8::%00:0:0:1)

# alike_move NAME ADDRESS...: gives each service the next 16 addresses, as far as they
# go, and then finds some of them.
alike_move()
{
	local i name=$1 addresses=("${@:2}") refused=() requests=()

	for ((i = 0; i < ${#addresses[@]}; i += 16)); do
		files conf write "services/alike$((i / 16 + 1))/vip" \
			"${addresses[*]:i:16}\n"
		[ "$result" = ok ] || refused+=("${addresses[i]}: $result")
	done
	check_equal "VIPs $name: none is refused" "" "${refused[*]}"
	for ((i = 0; i < ${#addresses[@]}; i += 13)); do
		requests+=("to=${addresses[i]}")
	done
	check_marks "VIPs $name: they are found" "21=${#requests[@]}" \
		"${requests[@]}"
}

alike_bytes() # KIND
{
	local n number addresses=()

	if [[ $1 == *:* ]]; then
		for n in {1..240}; do
			printf -v number %02x "$n"
			addresses+=("${1/\%/$number}")
		done
	else
		# 127 and 224 begin addresses that are no host's.
		for n in {1..126} {128..223}; do
			addresses+=("${1/\%/$n}")
		done
	fi
	alike_move "$1" "${addresses[@]}"
	check_marks "VIPs $1: no other is" "0=1" "to=${1/\%/0}"
}

# One address, and those that differ from it in one bit.
# shellcheck disable=SC2059 # the format is one of two
alike_bits() # FAMILY
{
	local bit parts address
	local base=(10 9 9 9) size=8 format=.%d

	[ "$1" = 4 ] || base=(0x2101 0xdb9 9 9 9 9 9 9) size=16 format=:%x
	printf -v address "$format" "${base[@]}"
	local addresses=("${address:1}")
	for ((bit = 0; bit < size * ${#base[@]}; bit++)); do
		parts=("${base[@]}")
		: $((parts[bit / size] ^= 1 << bit % size))
		printf -v address "$format" "${parts[@]}"
		addresses+=("${address:1}")
	done
	alike_move "with one bit of IPv$1" "${addresses[@]}"
}

alike_services()
{
	local i kind action results=()

	for ((i = 1; i <= alike; i++)); do
		service conf "alike$i" vip="192.0.2.$i" enabled=1
	done
	for kind in "${kinds[@]}"; do
		alike_bytes "$kind"
	done
	alike_bits 4
	alike_bits 6
	alike_bytes "${kinds[-1]}"

	for ((i = 1; i <= alike; i++)); do
		for action in "services/alike$i/enabled 0" \
				"services/alike$i/enabled 1" "remove alike$i"; do
			files conf write "${action% *}" "${action#* }\n"
			[ "$result" = ok ] || results+=("$action: $result")
		done
	done
	check_equal "services of such VIPs are disabled, enabled and removed" \
		"" "${results[*]}"
	marks_forget behind
}

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

alike_services
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
