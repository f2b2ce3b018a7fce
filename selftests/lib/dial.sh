# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests; of lib.sh and cluster.sh
#
# Sourced after cluster.sh by tests of active data connections, those that real
# servers open: it dials from chosen ports, sends single packets, and records what
# arrives at the client.

# shellcheck source-path=SCRIPTDIR source=../lib/agent.sh
. "$selftests/lib/agent.sh"

active_up()
{
	local role

	need python3
	for role in client rs1 rs2; do
		agent_start "tcp_$role" ip netns exec "${!role}" \
			python3 -S "$selftests/lib/tcp_agent.py"
	done
	raw_start rs1 "$rip1_4" "$rip1_6"
	arrivals_watch
}

# raw_start NAME SOURCE4 SOURCE6 [FROM]: single packets to the director, from
# the namespace that a variable names.
raw_start()
{
	local from=${4:-rs1} bridge=back mac

	[ "$from" != client ] || bridge=front
	in_ns "$director" slurp mac "/sys/class/net/$bridge/address"
	agent_start "raw_$1" ip netns exec "${!from}" python3 -S \
		"$selftests/lib/packets.py" "$2" "$3" \
		"$mac"
}

# Counts what arrives at the client and may be the first packet of a flow, by
# source address and by port.
arrivals_watch()
{
	in_ns "$client" nft -f - <<-END
	table inet arrivals {
		set seen4 {
			type ipv4_addr . inet_proto . inet_service . inet_service
			flags dynamic
			size 65535
		}
		set seen6 {
			type ipv6_addr . inet_proto . inet_service . inet_service
			flags dynamic
			size 65535
		}
		chain first {
			add @seen4 { ip saddr . meta l4proto . th sport . th dport counter }
			add @seen6 { ip6 saddr . meta l4proto . th sport . th dport counter }
		}
		chain input {
			type filter hook input priority -10
			meta l4proto udp jump first
			tcp flags & (syn | ack) == syn jump first
		}
	}
	END
}

# Sets $port to a client port that nothing has arrived at yet, above the ephemeral
# ports: so no check sees the packets of another.
fresh_port=61000
new_port()
{
	port=$((++fresh_port))
}

# arrived_read PORT: leaves "PROTOCOL SOURCE SOURCE_PORT PACKETS" lines of what
# came to it in $arrivals, sorted.
arrived_read()
{
	local text set before key="|$1counterpackets" line from proto sport i
	local -A protocol=([6]=tcp [17]=udp)
	local lines=()

	for set in seen4 seen6; do
		set_text "$client" arrivals "$set"
		# There may be very many, of which few are wanted.
		while [[ $text == *"$key"* ]]; do
			before=${text%%"$key"*}
			text=${text:${#before} + ${#key}}
			IFS='|' read -r from proto sport <<<"${before##*,}"
			line="${protocol[$proto]:-$proto} $from $sport ${text%%bytes*}"
			for ((i = ${#lines[@]}; i > 0; i--)); do
				[[ ${lines[i - 1]} > $line ]] || break
				lines[i]=${lines[i - 1]}
			done
			lines[i]=$line
		done
	done
	IFS=$'\n' eval 'arrivals="${lines[*]}"'
}

arrived() # PORT
{
	local arrivals

	arrived_read "$1"
	[ -z "$arrivals" ] || echo "$arrivals"
}

has_arrived() # PORT [REGEX]
{
	local arrivals

	arrived_read "$1"
	[[ -n $arrivals && $arrivals =~ ${2-} ]]
}

# raw NAME CIP [WORD...]: one packet, by default a SYN from port 20 to $port.
raw()
{
	local dev=eth

	agent_ask "raw_$1" "dev=$dev to=$2 port=$port sport=20 ${*:3}"
	[[ $answer =~ ^[0-9]+\ [0-9]+$ ]] || note "not sent: ${*:2}: $answer"
}

# check_arrives NAME EXPECTED RAW CIP [WORD...]: sends one packet, which must
# arrive at the client as EXPECTED.
check_arrives()
{
	local name=$1 expected=$2 arrivals

	new_port
	raw "${@:3}"
	busywait 60 has_arrived "$port"
	arrived_read "$port"
	check_equal "$name" "$expected" "$arrivals"
}

counted() # SERVICE COUNTER NUMBER
{
	local stat

	service_stat_read stat "$1" "$2" && [ "$stat" -ge "$3" ]
}

# check_stays NAME SERVICE FAILED RAW CIP [WORD...]: sends one packet, which must
# not leave the director. It has reached the director when the service has counted
# FAILED; a datagram sent behind it shows that the path works.
check_stays()
{
	local name=$1

	new_port
	raw "${@:4}"
	busywait 60 counted "$2" active_failed "$3"
	raw "${@:4:2}" proto=17 sport=999
	busywait 60 has_arrived "$port" udp
	check_equal "$name" "" "$(arrived "$port" | grep -v '^udp .* 999 1$')"
}

# check_counts WHEN SERVICE CONNECTIONS UNMATCHED FAILED
check_counts()
{
	local connections='' unmatched='' failed=''

	service_stat_read connections "$2" active_connections
	service_stat_read unmatched "$2" active_unmatched
	service_stat_read failed "$2" active_failed
	check_equal "counters $1: connections, unmatched, failed" \
		"$3 $4 $5" "$connections $unmatched $failed"
}

tcp() # ROLE REQUEST: leaves $answer
{
	agent_ask "tcp_$1" "$2"
}

rip_of() # ROLE ADDRESS: of the same family as that
{
	local rip=rip${1#rs}_4

	[[ $2 != *:* ]] || rip=${rip%4}6
	echo "${!rip}"
}

# dial ROLE CIP [SOURCE_PORT]: a real server begins to connect to $port.
dial()
{
	tcp "$1" "dial $port $(rip_of "$1" "$2") ${3:-20} $2 $port"
}

# check_exchange NAME ROLE END: the client's connection and the server's to $port
# are one, which carries data both ways.
check_exchange()
{
	local sent="" got=""

	tcp "$2" "send $port 20000 $RANDOM"
	sent+=$answer
	tcp client "receive $3 20000"
	got+=$answer
	tcp client "send $3 20000 $RANDOM"
	sent+=" $answer"
	tcp "$2" "receive $port 20000"
	got+=" $answer"
	check_equal "$1" "$sent" "$got"
}

# hang_up ROLE END: so that its ports can be used again.
hang_up()
{
	tcp client "reset $2"
	tcp "$1" "close $port"
}

# Limits socket buffers on both ends: with the default ones a whole file would be
# in flight at once.
small_buffers()
{
	local ns

	for ns in "$client" "$rs1" "$rs2"; do
		in_ns "$ns" sysctl -qw net.ipv4.tcp_rmem="4096 65536 65536" \
			net.ipv4.tcp_wmem="4096 65536 65536"
	done
}

# check_active_sessions VIP4 VIP6: makes every kind of active transfer, and leaves
# the number of data connections in $session_connections.
check_active_sessions()
{
	local session program mode family name

	session_connections=0
	for session in "${ftp_sessions[@]}"; do
		read -r program mode family <<<"$session"
		[[ $mode == p?rt || $mode == eprt ]] || continue
		name="$program, $mode, IPv$family"
		new_cip "$family"
		check "$name: get, put and list" \
			session_run "$program" "$mode" "$cip"
		check_equal "$name: data comes from the VIP's port 20" \
			"$(expected_peer "$mode" "$family") 20" \
			"$session_ports"
		: $((session_connections += 4))
	done
}
