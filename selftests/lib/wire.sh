# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests; of lib.sh
#
# Sourced after agent.sh by tests of single packets: a client sends them and, right
# behind the module's hook in the router, rules count them by mark and drop them.

cip=192.0.2.2 cip6=2001:db8:c::2
vip=198.51.100.10 vip2=198.51.100.20 vip6=2001:db8:1::10
router_mac=02:00:00:00:00:01

# wire_link CLIENT ROUTER DEVICE: makes a veth pair whose ends have the same name.
# ROUTER is a namespace or the number of a process in it.
wire_link()
{
	ip -n "$1" link add name "$3" mtu 9000 type veth peer name "$3" \
		netns "$2" mtu 9000 address "$router_mac"
	ip -n "$1" link set "$3" addrgenmode none up
}

# wire_up CLIENT ROUTER DEVICE: makes a veth pair, and rules that count its packets.
wire_up()
{
	local router=$2

	wire_link "$@"
	ip -n "$router" link set "$3" addrgenmode none up

	# Only the client's packets count: the kernel sends some of its own.
	ip netns exec "$router" nft -f - <<-END
	table inet wire {
		set before {
			type mark
			flags dynamic
			size 65535
		}
		set behind {
			type mark
			flags dynamic
			size 65535
		}
		chain others_marks {
		}
		chain before {
			type filter hook prerouting priority -150
			jump others_marks
			ip saddr $cip add @before { meta mark counter }
			ip6 saddr $cip6 add @before { meta mark counter }
		}
		chain behind {
			type filter hook prerouting priority -148
			ip saddr $cip add @behind { meta mark counter } drop
			ip6 saddr $cip6 add @behind { meta mark counter } drop
		}
	}
	END
}

# The router forwards, and its IPVS has a real server of each family for mark 21.
wire_ipvs() # ROUTER
{
	ip netns exec "$1" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1
	ip netns exec "$1" ipvsadm -R <<-END
	-A -f 21 -s rr -p 300
	-a -f 21 -r 10.0.0.1 -m
	-A -f 21 -6 -s rr -p 300
	-a -f 21 -6 -r 2001:db8:a::1 -m
	END
}

# A process that stays: starting one for every packet would take most of a test's
# time.
wire_sender() # CLIENT
{
	agent_start packets ip netns exec "$1" \
		python3 -S "$selftests/lib/packets.py" "$cip" "$cip6" "$router_mac"
}

# wire_watcher NAME ROUTER: the rules there are asked under this name.
declare -A watched_router=()
wire_watcher()
{
	watched_router[$1]=$2
}

# watcher_ask NAME COMMAND: of nft; what it says is left in $answer.
watcher_ask()
{
	ip netns exec "${watched_router[$1]}" nft_run -v answer "$2"
}

# wire_start [VAR...]: sets up the namespaces $client, $router and more, the module,
# a veth pair, and agents: for both ends and, as "conf", for the module's files.
# shellcheck disable=SC2119 # load_module's arguments
wire_start()
{
	setup_ns client router "$@"
	load_module
	wire_up "$client" "$router" wire0
	wire_sender "$client"
	wire_watcher nft "$router"
	files_start conf ip netns exec "$router"
}

# send REQUEST: passes it to packets.py, and adds to $sent_packets and $sent_bytes.
sent_packets=0 sent_bytes=0
send()
{
	local answer

	agent_ask packets "$1"
	[[ $answer =~ ^([0-9]+)\ ([0-9]+)$ ]] || {
		note "not sent: $1: $answer"
		exit "$ksft_fail"
	}
	: $((sent_packets += BASH_REMATCH[1]))
	: $((sent_bytes += BASH_REMATCH[2]))
}

# The sender and the watcher that the functions below use.
device=wire0 watcher=nft
seen=()

# The counts when the last check ended, by watcher, set and mark.
declare -A counted=()

# marks_read SET: leaves "MARK=PACKETS ..." since then in $marks, and their sum in
# $arrived.
marks_read()
{
	local answer words i mark packets

	seen=()
	watcher_ask "$watcher" "list set inet wire $1"
	read -d '' -ra words <<<"$answer"
	for i in "${!words[@]}"; do
		if [ "${words[i]}" = packets ]; then
			seen[words[i - 2]]="${words[i + 1]}"
		fi
	done

	arrived=0 marks=
	for mark in "${!seen[@]}"; do
		packets=$((seen[mark] - ${counted[$watcher.$1.$mark]:-0}))
		[ $packets -eq 0 ] || marks+="${marks:+ }$mark=$packets"
		: $((arrived += packets))
	done
}

marks_settle() # SET, just read
{
	local mark

	for mark in "${!seen[@]}"; do
		counted[$watcher.$1.$mark]=${seen[mark]}
	done
}

marks_forget() # SET
{
	local key

	watcher_ask "$watcher" "flush set inet wire $1"
	for key in "${!counted[@]}"; do
		[[ $key != "$watcher.$1."* ]] || counted[$key]=0
	done
}

all_arrived()
{
	marks_read behind
	[ "$arrived" -eq "$sent_packets" ]
}

# send_all REQUEST...: sends packets of these kinds and leaves $marks.
send_all()
{
	local request

	sent_packets=0 sent_bytes=0
	for request; do
		send "dev=$device $request"
	done
	busywait 60 all_arrived
	marks_settle behind
}

# check_marks NAME EXPECTED REQUEST...: sends packets of these kinds; EXPECTED says
# how many must pass with which mark, in the order of marks: "0=3 21=12".
check_marks()
{
	local name=$1 expected=$2

	send_all "${@:3}"
	check_equal "$name" "$expected" "$marks"
}

# check_stats NAME AGENT SERVICE COUNTER=N...: counters not named must be 0.
check_stats()
{
	local name=$1 agent=$2 service=$3 counter
	local expected='' got=''
	local -A value=()

	for counter in "${@:4}"; do
		value[${counter%%=*}]=${counter#*=}
	done
	for counter in control_packets passive_packets bytes out_of_range \
			already_marked active_connections active_unmatched \
			active_failed refused; do
		files "$agent" read "services/$service/stats/$counter"
		expected+="$counter=${value[$counter]:-0} "
		got+="$counter=${text:-$result} "
	done
	check_equal "$name" "$expected" "$got"
}
