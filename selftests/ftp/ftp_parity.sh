#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module does what the three iptables rules do: the same transfers run once with
# each, on clusters that are otherwise equal. Connections, their marks and their
# addresses must be equal; packet counts differ with each retransmission.

# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"

need ip6tables iptables

# The path of connections is compared, not their data, so sessions of one program
# are enough.
big_size=$((256 << 10))
mapfile -t sessions < <(printf '%s\n' "${ftp_sessions[@]}" | grep '^curl')

# Ports at and around each limit of the rules.
probe_ports=(20 22 "$((passive_first - 1))" "$passive_first" "$passive_last"
	"$((passive_last + 1))")
probe_source_ports=(19 20 21)

# Prints a line for each session: its result, the real server, and the peer of its
# data connections.
transcript_sessions()
{
	local session program mode family result

	for session in "${sessions[@]}"; do
		read -r program mode family <<<"$session"
		new_cip "$family"
		result=intact
		session_run "$program" "$mode" "$cip" >/dev/null 2>&1 ||
			result=failed
		echo "$program, $mode, IPv$family: $result," \
			"$session_server, data $session_peers"
	done
}

# Nobody listens on these ports, so every real server refuses.
transcript_marks()
{
	in_ns "$client" curl --silent --globoff \
		"${probe_ports[@]/#/http:\/\/$vip4:}" \
		"${probe_ports[@]/#/http:\/\/[$vip6]:}"
	marks_seen | sed 's/^/marks: /'
}

# Prints what the client sees of connections that a real server opens, from an
# address whose ports no vsftpd has used.
transcript_sources()
{
	local port rip3_4=10.0.0.3 rip3_6=2001:db8:2::3

	ip -n "$rs1" address add "$rip3_4/24" dev eth
	ip -n "$rs1" address add "$rip3_6/64" dev eth nodad
	for port in "${probe_source_ports[@]}"; do
		watch_flush "$client" data
		in_ns "$rs1" curl --silent --local-port "$port" \
			--interface "$rip3_4" "http://${cip4[1]}:9"
		in_ns "$rs1" curl --silent --local-port "$port" \
			--interface "$rip3_6" "http://[${cip6[1]}]:9"
		echo "from port $port: $(watch_list "$client" data | xargs)"
	done
}

transcript() # FILE
{
	cip_used=([4]=0 [6]=0)
	{
		transcript_sessions
		transcript_marks
		transcript_sources
	} >"$1"
}

cluster_up || exit
cluster_marker_classic
transcript "$scratch/classic"
check_equal "with the rules, every session is intact" \
	"${#sessions[@]}" "$(grep -c ': intact, rs' "$scratch/classic")"
check_equal "with the rules, both servers are used" \
	"rs1 rs2" "$(grep -o 'rs[12]' "$scratch/classic" | sort -u | xargs)"

load_module
cluster_up || exit
cluster_marker_module
transcript "$scratch/module"
while IFS= read -r -u 3 classic; do
	module=
	IFS= read -r -u 4 module
	check_equal "the same: $classic" "$classic" "$module"
done 3<"$scratch/classic" 4<"$scratch/module"
check "nothing else" cmp "$scratch/classic" "$scratch/module"
finish
