# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced after cluster.sh by tests of transfers that last as long as the test
# wants: they trickle until the file $gate exists, and then run to their end.

# shellcheck disable=SC2016 # a script for perl
# shellcheck disable=SC2154 # cluster.sh's

need perl

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
	local name

	for name; do
		stream_file "$name" || return
	done
}

# Whether some of its data has arrived, but not all.
stream_goes_on() # NAME
{
	local size

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

# Opens the gate: the streams run to their end, and every byte must arrive.
check_streams_intact() # WHEN NAME...
{
	local name

	touch "$gate"
	for name in "${@:2}"; do
		wait "${stream_pid[$name]}"
		check "$name is intact $1" \
			cmp "$(stream_file "$name")" "$scratch/big"
	done
}
