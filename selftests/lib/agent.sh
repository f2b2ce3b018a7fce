# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # of lib.sh
#
# Sourced after lib.sh by tests that use agents: helper programs that keep running
# and answer each line with a line.

declare -A agent_in agent_out agent_pid

# agent_start NAME COMMAND [ARG...]
agent_start()
{
	local name=$1 in out

	shift
	mkfifo "$scratch/$name.in" "$scratch/$name.out"
	become "$@" <"$scratch/$name.in" >"$scratch/$name.out" \
		2>"$scratch/$name.err" &
	agent_pid[$name]=$!
	disown
	exec {in}>"$scratch/$name.in" {out}<"$scratch/$name.out"
	agent_in[$name]=$in agent_out[$name]=$out
	rm "$scratch/$name.in" "$scratch/$name.out"
}

agent_stop() # NAME
{
	local in=${agent_in[$1]} out=${agent_out[$1]}

	# Agents started later hold this pipe open too, so the agent sees no end of file.
	kill "${agent_pid[$1]}"
	exec {in}>&- {out}<&-
}

# Seconds to wait for an answer: it ends what hangs, and some requests take long.
agent_patience=$((900 * ${FTPMARK_PATIENCE:-1}))

# agent_ask NAME LINE: the answer is left in $answer.
agent_ask()
{
	printf '%s\n' "$2" >&"${agent_in[$1]}"
	IFS= read -r -t "$agent_patience" answer <&"${agent_out[$1]}" || {
		note "no answer to: $2" "$(cat "$scratch/$1.err")"
		exit "$ksft_fail"
	}
}

# files_start NAME [COMMAND [ARG...]]: an agent for the module's files, run by
# COMMAND, such as "ip netns exec".
agent_dir=$selftests/lib
files_start()
{
	local name=$1

	shift
	agent_start "$name" "$@" python3 -S "$agent_dir/sysfs_agent.py"
}

# files NAME VERB [ARG...]: leaves $result, $text and $log.
files()
{
	local answer IFS=$'\t'

	agent_ask "$1" "${*:2}"
	IFS=$'\x1f' read -r result text log <<<"$answer"
}

# put NAME PATH VALUE: writes a file of the module; the test ends if that fails.
# An empty value needs the newline, too: a write of no bytes is no store.
put()
{
	files "$1" write "$2" "$3\n"
	[ "$result" = ok ] || {
		note "$2 does not take \"$3\": $result $log"
		exit "$ksft_fail"
	}
}

# service NAME SERVICE [FILE=VALUE...]: creates a service, or changes one.
service()
{
	local agent=$1 service=$2 setting

	files "$agent" stat "services/$service"
	[ "$result" = ok ] || put "$agent" add "$service"
	for setting in "${@:3}"; do
		put "$agent" "services/$service/${setting%%=*}" "${setting#*=}"
	done
}

# check_file NAME PATH EXPECTED WHAT
check_file()
{
	files "$1" read "$2"
	[ "$result" = ok ] || text=$result
	check_equal "$4" "$3" "$text"
}

# services_read NAMESPACE: leaves the names of its services in $services, in one
# line.
services_read()
{
	ip netns exec "$1" services_read_here
}

services_read_here()
{
	local path

	services=
	for path in /sys/kernel/nf_ftpmark/net/services/*; do
		[ ! -e "$path" ] || services+="${services:+ }${path##*/}"
	done
}
