#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Services are removed while their files are open, and changed from several sides
# at once: every operation ends, and nothing breaks.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck disable=SC2016,SC2317 # for other shells; called by check
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"

need python3
setup_ns router
load_module
files_start conf ip netns exec "$router"
files_start holder ip netns exec "$router"

open_files()
{
	local file

	for file in enabled mark vip; do
		service conf ftp vip=192.0.2.10 mark=22 enabled=1
		files holder open services/ftp/$file
		files holder read -
		check_equal "$file is open" ok "$result"
		files conf write remove 'ftp\n'
		check_equal "its service is removed" "ok " "$result $log"
		files holder read -
		check_equal "$file: cannot be read any more" \
			"ENODEV " "$result $text"
		files holder write - '1\n'
		check_equal "$file: cannot be written any more" \
			"ENODEV " "$result $text"

		put conf add ftp
		files holder write - '192.0.2.1\n'
		check_equal "$file: is not the new service's" ENODEV "$result"
		check_file conf services/ftp/enabled 0 "new service: enabled"
		check_file conf services/ftp/mark 21 "new service: mark"
		files conf read services/ftp/vip
		check_equal "new service: vip" "ok " "$result $text"
		files holder close -
		put conf remove ftp
	done
}

loop() # COUNT COMMAND
{
	become ip netns exec "$router" bash -c "
		cd /sys/kernel/nf_ftpmark/net
		for ((i = 1; i <= $1; i++)); do
			$2
		done
	" 2>/dev/null &
	disown
	loops+=($!)
}

ended()
{
	local pid

	for pid in "${loops[@]}"; do
		! kill -0 "$pid" 2>/dev/null || return
	done
}

# The loops undo each other's work.
concurrency()
{
	loops=()
	service conf steady vip=192.0.2.20 mark=33
	loop 200 'echo a >add; echo 192.0.2.10 >services/a/vip; echo a >remove'
	loop 200 'echo a >add; echo 1 >services/a/enabled; echo a >remove'
	loop 200 'echo $i >services/a/mark; echo 1 >services/a/enabled'
	loop 200 'echo 192.0.2.$((20 + i % 3)) >services/steady/vip'
	loop 200 'echo $((i % 2)) >services/steady/enabled'
	loop 60 'read -r _ <services/a/vip; for f in services/*/*; do
			 read -r _ <"$f"; done'
	loop 100 'echo "b$((i % 7))" >add; echo "b$((i % 5))" >remove'
	check "loops that add, change, remove and read end" busywait 120 ended

	for name in a b{0..6}; do
		files conf write remove "$name\n"
	done
	check_equal "one service is left" steady "$(ip netns exec "$router" \
		ls /sys/kernel/nf_ftpmark/net/services)"
	check_file conf services/steady/vip 192.0.2.22 \
		"it has the value written last"
	check_file conf services/steady/enabled 0 "and the state"
	check_file conf services/steady/mark 33 "and what nobody wrote to"
	service conf a vip=192.0.2.10 enabled=1
	put conf services/steady/enabled 1
	check_file conf services/a/enabled 1 "services can be added and enabled"
	files conf write services/steady/vip '192.0.2.10\n'
	check_equal "and are compared with each other" EEXIST "$result"
}

open_files
concurrency
finish
