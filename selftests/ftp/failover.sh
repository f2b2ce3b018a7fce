#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Two directors under keepalived. When the master dies, transfers in progress,
# active ones too, go on through the backup, because IPVS's sync daemon has sent it
# their connections, though most of their packets take the short way. Without the sync
# daemon the same transfers must be lost.

# shellcheck disable=SC2016 # a script for another shell
# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck disable=SC2317 # functions that are arguments
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/ftp_streams.sh
. "$(dirname "$0")/../lib/ftp_streams.sh"

# shellcheck source-path=SCRIPTDIR source=../lib/directors.sh
. "$(dirname "$0")/../lib/directors.sh"

ftp_active=ipvs
# Streams last until the backup has taken over.
ftp_time_limit=300

# Opens a control connection that then stays idle. control_say prints the server's
# answer.
control_open()
{
	coproc control {
		become ip netns exec "$client" bash -c '
			exec 3<>"/dev/tcp/$1/21" || exit
			while read -r -t "$2" reply <&3; do
				echo "$reply"
				[[ $reply == 221* ]] && exit
				read -r command || exit
				printf "%s\r\n" "$command" >&3
			done
		' - "$vip4" "$ftp_time_limit" 2>&1
	}
	control_hear 220
}

control_hear() # CODE
{
	local reply

	read -r -t "$ftp_time_limit" -u "${control[0]}" reply && echo "$reply" &&
		[[ $reply == "$1"* ]]
}

control_say() # CODE COMMAND
{
	echo "$2" >&"${control[1]}" && control_hear "$1"
}

# Asks for a passive data connection, and opens it.
control_data()
{
	local reply

	reply=$(control_say 227 PASV) || return
	[[ $reply =~ ,([0-9]+),([0-9]+)\) ]] || return
	in_ns "$client" timeout 60 bash -c ": <>/dev/tcp/$vip4/$((
		BASH_REMATCH[1] * 256 + BASH_REMATCH[2]))"
}

# Bash unsets the variable when the process ends.
control_is_closed()
{
	[ -z "${control[*]-}" ]
}

control_close()
{
	control_say 221 QUIT && busywait 60 control_is_closed
}

# Makes sessions of clients in an order in which round robin cannot choose the same
# real servers by chance: two clients of one server come one after the other.
declare -A server_of=()
clients=()
clients_come() # FAMILY...
{
	local family i server

	clients=()
	for family; do
		for i in 1 2 3; do
			new_cip "$family"
			whoami_read "$cip"
			echo "$cip: $server"
			[[ $server == rs[12] ]] || return
			server_of[$cip]=$server
			clients+=("$cip")
		done
	done
	mapfile -t clients < <(for cip in "${clients[@]}"; do
		echo "${server_of[$cip]} $cip"
	done | sort | cut -d ' ' -f 2)
}

# Leaves the real server's name, or what went wrong, in $server.
whoami_read() # CIP
{
	local answer vip=$vip4

	[[ $1 != *:* ]] || vip=$vip6
	agent_ask streams "fetch $1 $vip whoami $ftp_time_limit"
	server=$answer
}

clients_now()
{
	local cip server

	for cip in "${clients[@]}"; do
		whoami_read "$cip"
		echo "$cip $server"
	done
}

clients_before()
{
	local cip

	for cip in "${clients[@]}"; do
		echo "$cip ${server_of[$cip]}"
	done
}

fast_is_taken()
{
	[ "$(service_stat ftp fast_packets)" -gt 0 ]
}

test_replicated()
{
	local streams=(get4 put4 get6 active4 active6)

	gate=$scratch/gate.replicated
	stream_start get4 get pasv 4
	stream_held put4 put port 4
	stream_held get6 get epsv 6
	stream_held active4 get port 4
	stream_held active6 get eprt 6
	check "transfers begin" busywait 60 streams_flow "${streams[@]}"
	check "a control connection is opened" control_open
	check "its user logs in" control_say 230 "USER anonymous"
	check "clients come" clients_come 4 6
	check "the other director has all connections" \
		busywait 60 replicated "$d1" "$d2"
	check_equal "and none came to itself" 0 "$(
		director=$d2
		service_stat ftp control_packets
	)"
	check "their data takes the short way" busywait 60 fast_is_taken
	check_streams_go_on "before the failure" "${streams[@]}"

	director_die "$d1"
	director=$d2
	check "the other director takes over" busywait 60 has_addresses "$d2"
	check_streams_intact "after the failure" "${streams[@]}"
	check "and took the short way through the other" fast_is_taken
	check "the idle control connection goes on" control_say 257 PWD
	check_equal "no passive connection was refused yet" 0 \
		"$(service_stat ftp refused)"
	check "it is a client's, who may open passive data connections" control_data
	check "and ends when it is told to" control_close
	check_equal "each client has the server that it had" \
		"$(clients_before)" "$(clients_now)"
	check_sessions "after the failure" "pasv 4" "port 4" "eprt 6"
	check_equal "active_failed: none" 0 "$(service_stat ftp active_failed)"
	check_equal "refused: none" 0 "$(service_stat ftp refused)"
}

# The same in the other direction, but without the sync daemon.
test_not_replicated()
{
	local name streams=(lost_get4 lost_active4 lost_active6)
	local -A before one other

	check "a director comes back" director_return "$d1"
	check "it leaves the other alone" ! has_addresses "$d1"
	check "it takes no connections from the other" backup_daemon_stop "$d1"
	# The first director still tells the other of those that have ended meanwhile.
	entries_read one "$d1"
	entries_read before "$d2"
	for name in "${!one[@]}"; do
		before[$name]=1
	done

	# No reset may tell a client that its connection is gone.
	ftp_stall_limit=20
	gate=$scratch/gate.not_replicated
	stream_start lost_get4 get pasv 4
	stream_held lost_active4 get port 4
	stream_held lost_active6 get eprt 6
	check "transfers begin, not replicated" \
		busywait 60 streams_flow "${streams[@]}"
	check "a control connection is opened, not replicated" control_open
	check "clients come, not replicated" clients_come 4
	entries_read one "$d1"
	entries_read other "$d2"
	for name in "${!other[@]}"; do
		if [ -n "${before[$name]-}" ] || [ -z "${one[$name]-}" ]; then
			unset "other[$name]"
		fi
	done
	check_equal "the other director has none of the new connections" "" \
		"${!other[*]}"
	check_streams_go_on "before the failure" "${streams[@]}"

	director_die "$d2"
	director=$d1
	check "the first director takes over" busywait 60 has_addresses "$d1"
	check_sessions "without replication" "pasv 4"
	: >"$gate"
	for name in "${streams[@]}"; do
		check "$name is lost" ! stream_is_intact "$name"
	done
	check "the idle control connection is lost" \
		! control_say 331 "USER nobody"
	check "clients have other servers than they had" \
		[ "$(clients_before)" != "$(clients_now)" ]
}

load_module
failover_up passive_from=clients fast=1 || exit
test_replicated
test_not_replicated
finish
