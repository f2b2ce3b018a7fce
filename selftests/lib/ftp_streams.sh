# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced after cluster.sh by tests of transfers that last as long as the test
# wants: they trickle until the file $gate exists, and then run to their end. Those
# that stream_start begins are curl's; those of stream_held are of one process that
# has them all, lib/ftp_streams.py, since curl takes some processes for each.

# shellcheck disable=SC2016 # a script for perl
# shellcheck disable=SC2034,SC2154 # for the tests; cluster.sh's

# shellcheck source-path=SCRIPTDIR source=../lib/agent.sh
. "$selftests/lib/agent.sh"

need perl python3

declare -A stream_pid=()
gate=""

# Buffers are small: with the default ones the whole file would be in flight. A
# client's receive buffer is smaller still, so that it acknowledges often.
streams_prepare()
{
	local ns

	for ns in "$client" "$rs1" "$rs2"; do
		in_ns "$ns" sysctl -qw net.ipv4.tcp_rmem="4096 65536 65536" \
			net.ipv4.tcp_wmem="4096 65536 65536"
	done
	in_ns "$client" sysctl -qw net.ipv4.tcp_rmem="4096 16384 16384"
}

# The pause only makes the stream slow; no check depends on it.
trickle()
{
	perl -e '
		while (!-e $ARGV[0] && sysread STDIN, $chunk, 2048) {
			syswrite STDOUT, $chunk;
			select undef, undef, undef, 0.2;
		}
		exec "cat";
	' "$gate"
}

stream_start() # NAME get|put MODE FAMILY
{
	local cip

	new_cip "$4"
	if [ "$2" = get ]; then
		ftp_curl "$3" "$cip" get big - 2>"$scratch/$1.log" |
			trickle >"$scratch/$1" &
	else
		# Then the marked direction carries the data.
		trickle <"$scratch/big" | ftp_curl "$3" "$cip" \
			put - "incoming/$1" 2>"$scratch/$1.log" &
	fi
	stream_pid[$1]=$!
}

streams_up()
{
	[ -n "${agent_pid[streams]-}" ] ||
		agent_start streams ip netns exec "$client" python3 -S \
			"$selftests/lib/ftp_streams.py" "$scratch"
}

# stream_held NAME get|put MODE FAMILY
stream_held()
{
	local cip

	new_cip "$4"
	stream_held_from "$1" "$2" big "$3" "$cip"
}

# It gives up when it hears nothing for the time limit.
stream_held_from() # NAME get|put FILE MODE CIP
{
	local answer vip=$vip4

	streams_up
	[[ $5 != *:* ]] || vip=$vip6
	agent_ask streams "start $* $vip $gate ${ftp_stall_limit:-$ftp_time_limit}"
}

# session_held MODE CIP: as session_run, but by that process: a download and an upload.
session_held()
{
	local peers peer_ports gate=/ name=session.$2

	session_peers="" session_ports=""
	watch_flush "$client" data
	stream_held_from "$name.get" get "$session_file" "$1" "$2"
	stream_is intact ends "$name.get" || return
	stream_held_from "$name.put" put "$session_file" "$1" "$2"
	stream_is intact ends "$name.put" || return
	data_peers_read
	session_peers=$peers session_ports=$peer_ports
	stream_is complete hears "$name.get" "$name.put"
}

# stream_is ANSWER REQUEST NAME...: what that process has to say of its streams.
stream_is()
{
	local answer

	agent_ask streams "${*:2}"
	[ "$answer" = "$1" ] || { echo "$answer"; return 1; }
}

# The file that its data arrives in; for an upload, on the server.
stream_file() # NAME
{
	local file

	for file in "$scratch/$1" "$scratch"/rs?-*/root/incoming/"$1"; do
		[ -s "$file" ] && echo "$file" && return
	done
	return 1
}

streams_flow() # NAME...
{
	local name held=()

	for name; do
		if [ -z "${stream_pid[$name]-}" ]; then
			held+=("$name")
		else
			stream_file "$name" || return
		fi
	done
	[ "${#held[@]}" -eq 0 ] || stream_is yes flows "${held[@]}"
}

# Whether some of its data has arrived, but not all.
stream_goes_on() # NAME
{
	local size

	if [ -z "${stream_pid[$1]-}" ]; then
		stream_is yes goes-on "$1"
		return
	fi
	size=$(stat -c %s "$(stream_file "$1")") || return 125
	[ "$size" -gt 0 ] && [ "$size" -lt "$big_size" ] &&
		kill -0 "${stream_pid[$1]}"
}

check_streams_go_on() # WHEN NAME...
{
	local name

	for name in "${@:2}"; do
		check "$name goes on $1" stream_goes_on "$name"
	done
}

# Waits for its end.
stream_is_intact() # NAME
{
	if [ -z "${stream_pid[$1]-}" ]; then
		stream_is intact ends "$1"
		return
	fi
	wait "${stream_pid[$1]}"
	cmp "$(stream_file "$1")" "$scratch/big"
}

# Opens the gate: the streams run to their end, and every byte must arrive.
check_streams_intact() # WHEN NAME...
{
	local name

	: >"$gate"
	for name in "${@:2}"; do
		check "$name is intact $1" stream_is_intact "$name"
	done
}
