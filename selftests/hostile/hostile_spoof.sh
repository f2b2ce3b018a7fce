#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# SYNs from outside with the source of a real server: their cost has a bound, and the
# measures in SECURITY.md stop them.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck disable=SC2016,SC2034,SC2317 # awk; wire.sh's names; called by busywait
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=../lib/wire.sh
. "$selftests/lib/wire.sh"

need ipvsadm nft python3
modprobe -q -a ip_vs ip_vs_rr || skip_all "no IPVS"
setup_ns client router server
load_module
spoofed=$(soak 3000 100000)
# The number of source ports for one port of one client: 20 and the dynamic ones.
ports=65
victim=198.51.100.1 victim6=2001:db8:1::1

wire_link "$client" "$router" wire0
wire_link "$server" "$router" wire1
{
	echo "link set wire0 addrgenmode none up"
	echo "link set wire1 addrgenmode none up"
	echo "address add 198.51.100.254/24 dev wire0"
	echo "address add 2001:db8:1::fe/64 dev wire0 nodad"
	echo "address add 10.0.0.254/8 dev wire1"
	echo "address add 2001:db8:a::fe/64 dev wire1 nodad"
	echo "neighbour add $victim lladdr 02:00:00:00:00:99 dev wire0"
	echo "neighbour add $victim6 lladdr 02:00:00:00:00:99 dev wire0"
} | ip -n "$router" -batch -
ip netns exec "$router" sysctl -qw net.ipv4.conf.all.rp_filter=0 \
	net.ipv4.conf.wire0.rp_filter=0
wire_ipvs "$router"

files_start conf ip netns exec "$router"
agent_start flood ip netns exec "$client" python3 -S "$selftests/lib/flood.py" \
	wire0 "$router_mac" 10 20
agent_start genuine ip netns exec "$server" python3 -S "$selftests/lib/packets.py" \
	10.0.0.1 2001:db8:a::1 "$router_mac"
agent_start forged ip netns exec "$client" python3 -S "$selftests/lib/packets.py" \
	10.0.0.1 2001:db8:a::1 "$router_mac"

# stats_of COUNTER: leaves $text.
stats_of()
{
	files conf read "services/ftp/stats/$1"
}

# Counts the packets of the flood that come in, and the addresses that reach the
# module: a random address may be chosen twice or not be forwarded.
forged_watch()
{
	ip netns exec "$router" nft -f - <<-END
	table inet forged {
		set sources {
			type ipv4_addr
			flags dynamic
			size 200000
		}
		counter came {
		}
		chain prerouting {
			type filter hook prerouting priority -400
			iif wire0 tcp sport 20 counter name came
		}
		chain forward {
			type filter hook forward priority 97
			iif wire0 tcp sport 20 add @sources { ip saddr }
		}
	}
	END
}

came() # NUMBER
{
	# shellcheck disable=SC2034 # one of both is wanted
	local packets bytes

	nft_counter_read "$router" inet forged came && [ "$packets" -eq "$1" ]
}

sources()
{
	ip netns exec "$router" nft list set inet forged sources |
		grep -oE '\b10(\.[0-9]+){3}' | sort -u | wc -l
}

seen() # NUMBER: whether the module has decided about so many connections
{
	local connections

	stats_of active_connections
	connections=$text
	stats_of active_failed
	[ $((connections + text)) -ge "$1" ]
}

entries()
{
	ip netns exec "$router" grep -c '^TCP' /proc/net/ip_vs_conn
}

entries_beyond() # SECONDS: counts the entries that will last longer
{
	ip netns exec "$router" awk -v limit="$1" \
		'$1 == "TCP" && $9 > limit { count++ } END { print count + 0 }' \
		/proc/net/ip_vs_conn
}

unfiltered()
{
	local memory grown limit connections distinct begun entries

	memory=$(kernel_memory)
	begun=$SECONDS
	agent_ask flood "$victim 4000 $spoofed"
	check "all come in" busywait 120 came "$spoofed"
	distinct=$(sources)
	check "nearly all are forwarded" [ "$distinct" -gt $((spoofed * 9 / 10)) ]
	check "each is seen and decided about" busywait 60 seen "$distinct"
	grown=$(($(kernel_memory) - memory))
	entries=$(entries)
	stats_of active_connections
	connections=$text
	stats_of active_failed
	check "none is counted that has not come" \
		[ $((connections + text)) -le "$spoofed" ]
	check_entries "IPVS has an entry for each that was translated" \
		"$begun" "$connections" "$entries"
	check_equal "they are forgotten in two minutes at the latest" 0 \
		"$(entries_beyond 120)"
	check "no more than the victim's port can have ($entries)" \
		[ "$entries" -le "$ports" ]
	limit=$((connections < ports ? connections : ports))
	limit=$((limit + 4096 + $(kernel_memory_kept)))
	check "the kernel has grown by no more than 1 KiB an entry: $grown KiB" \
		[ "$grown" -lt "$limit" ]
}

# Packets of real servers still pass.
check_genuine() # WHEN NUMBER ADDRESS
{
	agent_ask genuine "dev=wire1 to=$3 sport=20 port=$2"
	check "$1: a real server's connection is translated" busywait 60 seen \
		$((before + 1))
	stats_of active_connections
	check_equal "$1: and nothing else" $((before + 1)) "$text"
}

decided()
{
	stats_of active_connections
	before=$text
	stats_of active_failed
	check_equal "$1: none has failed" 0 "$text"
}

filtered_ipv4()
{
	put conf remove ftp
	service conf ftp vip="198.51.100.10 2001:db8:1::10" \
		real_servers="10.0.0.0/8 2001:db8:a::/64" enabled=1
	ip netns exec "$router" sysctl -qw net.ipv4.conf.wire0.rp_filter=1
	decided "strict rp_filter"
	agent_ask flood "$victim 4001 $spoofed"
	check_genuine "strict rp_filter" 4002 "$victim"
}

filtered_ipv6()
{
	decided "IPv6"
	agent_ask forged "dev=wire0 to=$victim6 sport=20 port=4003"
	check "IPv6, no filter: a forged SYN is taken for one" busywait 60 \
		seen $((before + 1))
	ip netns exec "$router" nft -f - <<-END
	table inet spoof {
		chain prerouting {
			type filter hook prerouting priority raw
			fib saddr . iif oif missing drop
		}
	}
	END
	decided "a rule with fib"
	agent_ask forged "dev=wire0 to=$victim6 sport=20 port=4004 count=10"
	agent_ask forged "dev=wire0 to=$victim sport=20 port=4004 count=10"
	check_genuine "a rule with fib" 4005 "$victim6"
}

service conf ftp vip="198.51.100.10 2001:db8:1::10" \
	real_servers="10.0.0.0/8 2001:db8:a::/64" enabled=1
forged_watch
unfiltered
filtered_ipv4
filtered_ipv6
finish
