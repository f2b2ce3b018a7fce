# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced behind cluster.sh, agent.sh and run_tool.sh by tests of "ftpmark trace": runs
# it, has connections begin, and compares what it says of each with what is expected.

# shellcheck disable=SC2034,SC2154 # used by tests; of cluster.sh

data_port=15000
trace_pid=

# trace_start [WORD...]: in the background; returns when it watches.
trace_start()
{
	become ip netns exec "$director" "$ftpmark" trace "$@" \
		>"$scratch/out" 2>"$scratch/err" &
	trace_pid=$!
	busywait 60 grep -q "try a transfer now" "$scratch/err" ||
		note "$(cat "$scratch/err")"
}

# Leaves its exit status in $status.
trace_wait()
{
	status=0
	wait "$trace_pid" || status=$?
}

trace_end() # [SIGNAL]
{
	kill "-${1:-INT}" "$trace_pid"
	trace_wait
}

table_is_gone()
{
	! in_ns "$director" nft list table inet ftpmark_trace
}

# From the JSON, lines "CLIENT KIND OUTCOME LEG REACHED MISSING CAUSES".
findings_read()
{
	python3 -S - "$scratch/out" >"$scratch/findings" <<-'END'
	import json, sys

	for each in json.load(open(sys.argv[1])):
	    print(each["client"], each["kind"], each["outcome"], each["leg"],
	          each["reached"], each.get("missing", "-"),
	          "; ".join(each["causes"]))
	END
}

# The situations that the run has to name: what must be found is a regular
# expression for the rest of a line behind client and kind.
expected=()
situation() # NAME CLIENT KIND REGEX
{
	expected+=("$1|$2|$3|$4")
}

# dial FAMILY CLIENT PORT [VIP]: the client begins to connect.
ends=0
dial()
{
	local vip=vip$1

	agent_ask client "dial end$((++ends)) $2 0 ${4:-${!vip}} $3"
}

# control CLIENT FAMILY REGEX NAME
control()
{
	situation "$4, IPv$2" "$1" control "$3"
	dial "$2" "$1" 21
}

passive()
{
	situation "$4, IPv$2" "$1" passive "$3"
	dial "$2" "$1" "$data_port"
}

# active CLIENT FAMILY REGEX NAME [SOURCE_PORT [PORT]]: from the first real server.
active()
{
	local rip=rip1_$2

	situation "$4, IPv$2" "$1" active "$3"
	agent_ask rs1 "dial end$((++ends)) ${!rip} ${5:-20} $1 ${6:-$data_port}"
}

stopped() # LEG REACHED MISSING [CAUSE]
{
	echo "stopped $1 $2 $3 .*${4:-}"
}

check_situations()
{
	local each name address kind regex line found

	mapfile -t lines <"$scratch/findings"
	for each in "${expected[@]}"; do
		IFS='|' read -r name address kind regex <<<"$each"
		found="nothing"
		for line in "${lines[@]}"; do
			[[ $line != "$address $kind "* ]] ||
				found=${line#"$address $kind "}
		done
		if [[ $found =~ ^$regex ]]; then
			ok "$name"
		else
			not_ok "$name"
			note "expected: $regex" "     got: $found"
		fi
	done
}

whole() # CLIENT KIND
{
	grep -q "^$1 $2 whole " "$scratch/findings"
}
