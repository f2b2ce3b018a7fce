#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# passive_from=clients: a new connection to a passive port is marked only if IPVS has
# an established control connection from the same address to the same VIP.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck disable=SC2034 # wire.sh's names
# shellcheck disable=SC2317 # called by busywait
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=../lib/wire.sh
. "$selftests/lib/wire.sh"

need ipvsadm nft python3
modprobe -q -a ip_vs ip_vs_rr || skip_all "no IPVS"
stranger=192.0.2.3 stranger6=2001:db8:c::3

# IPVS gets the packets of control connections; those of data connections are counted
# and end behind the hook. What IPVS sends to the server goes nowhere.
ipvs_up() # NAMESPACE
{
	{
		echo "link add back type dummy"
		echo "link set back up"
		echo "address add $vip/32 dev lo"
		echo "address add $vip2/32 dev lo"
		echo "address add $vip6/128 dev lo nodad"
		echo "address add 10.0.0.254/24 dev back"
		echo "address add 2001:db8:a::fe/64 dev back nodad"
		echo "address add 192.0.2.254/24 dev wire0"
		echo "address add 2001:db8:c::fe/64 dev wire0 nodad"
		echo "neighbour add 10.0.0.1 lladdr 02:00:00:00:00:99 dev back"
		echo "neighbour add 2001:db8:a::1 lladdr 02:00:00:00:00:99 dev back"
	} | ip -n "$1" -batch -
	wire_ipvs "$1"
	ip netns exec "$1" ipvsadm -R <<-END
	-A -f 22 -s rr -p 300
	-a -f 22 -r 10.0.0.1 -m
	END
	watcher_ask nft "insert rule inet wire behind tcp dport { 21, 990 } accept
		add rule inet wire behind ip saddr 192.0.2.0/24 add @behind { meta mark counter } drop
		add rule inet wire behind ip6 saddr 2001:db8:c::/64 add @behind { meta mark counter } drop"
}

# entry_is STATE: of the control connection from port $cport; "none" if IPVS has none.
entry_is()
{
	local text words hex state=none

	printf -v hex '%04X' "$cport"
	ip netns exec "$router" slurp text /proc/net/ip_vs_conn
	while read -r -a words; do
		[ "${words[0]} ${words[2]}" != "TCP $hex" ] || state=${words[7]}
	done <<<"$text"
	[ "$state" = "$1" ]
}

# segment FLAGS STATE WORD...: the control connection from $cport gets one more, and
# IPVS has it in this state then.
segment()
{
	send "dev=wire0 sport=$cport flags=$1 ${*:3}"
	busywait 60 entry_is "$2" || note "not $2: ${*:3}"
}

noted() # SERVICE NUMBER
{
	files conf read "services/$1/stats/control_packets"
	[ "$text" -ge "$2" ]
}

# command_sent SERVICE WORD...: the control connection from $cport says something.
command_sent()
{
	files conf read "services/$1/stats/control_packets"
	send "dev=wire0 sport=$cport flags=PA data=6 ${*:2}"
	busywait 60 noted "$1" $((text + 1))
}

# connect SERVICE WORD...: opens a control connection, from a new port $cport.
cport=50000
connect()
{
	: $((cport++))
	segment S SYN_RECV "${@:2}"
	segment A ESTABLISHED "${@:2}"
	command_sent "$@"
}

hang_up() # WORD...
{
	segment FA CLOSE_WAIT "$@"
}

# Creates the service anew, with all counters at 0.
afresh() # [FILE=VALUE...]
{
	files conf write remove ftp
	service conf ftp vip="$vip $vip2 $vip6" passive_from=clients enabled=1 "$@"
}

# refused_is NAME NUMBER
refused_is()
{
	check_file conf services/ftp/stats/refused "$2" "$1"
}

test_stages()
{
	afresh passive_from=anyone
	check_marks "anyone: marked" "21=2" "to=$vip port=10000" \
		"to=$vip6 port=20000"
	refused_is "anyone: none is refused" 0

	afresh
	check_marks "no control connection" "0=3" "to=$vip port=10000 count=2" \
		"to=$vip6 port=20000"
	check_stats "they are counted as refused alone" conf ftp refused=3
	check_marks "other ports are no matter of it" "0=1" "to=$vip port=9999"

	: $((cport++))
	segment S SYN_RECV "to=$vip"
	check_marks "its SYN alone" "0=1" "to=$vip port=10000"
	command_sent ftp "to=$vip"
	segment A ESTABLISHED "to=$vip"
	command_sent ftp "to=$vip"
	check_marks "established: every passive port" "21=3" \
		"to=$vip port="{10000,15000,20000}
	check_marks "from any source port" "21=1" \
		"to=$vip port=10000 sport=1024"
	check_marks "another client" "0=1" "to=$vip port=10000 from=$stranger"
	check_marks "another VIP" "0=1" "to=$vip2 port=10000"
	check_marks "the other family" "0=1" "to=$vip6 port=10000"
	refused_is "all of them are counted" 7
	check_marks "packets without SYN are not asked about" "21=3" \
		"to=$vip port=10000 from=$stranger flags="{A,FA,R}
	hang_up "to=$vip"
	check_marks "ended by FIN" "0=1" "to=$vip port=10000"
	connect ftp "to=$vip"
	check_marks "connected again" "21=1" "to=$vip port=10000"
	segment R CLOSE "to=$vip"
	check_marks "ended by RST" "0=1" "to=$vip port=10000"
}

test_ipv6()
{
	connect ftp "to=$vip6"
	check_marks "IPv6: established" "21=1" "to=$vip6 port=10000"
	check_marks "IPv6: another client, another family" "0=2" \
		"to=$vip6 port=10000 from=$stranger6" "to=$vip port=10000"
	check_marks "IPv6: extension headers" "21=2" \
		"to=$vip6 port=10000 ext="{hop,dst}
	check_marks "IPv6: of another client" "0=2" \
		"to=$vip6 port=10000 from=$stranger6 ext="{hop,dst}
	hang_up "to=$vip6"
	check_marks "IPv6: ended" "0=2" "to=$vip6 port=10000" \
		"to=$vip6 port=10000 ext=dst"
	: $((cport++))
	segment S SYN_RECV "to=$vip6 ext=dst"
	segment A ESTABLISHED "to=$vip6 ext=dst"
	command_sent ftp "to=$vip6 ext=dst"
	check_marks "IPv6: a command behind extension headers" "21=1" \
		"to=$vip6 port=10000"
	hang_up "to=$vip6"
}

# What does not look like an ordinary SYN.
test_forms()
{
	local form

	connect ftp "to=$vip"
	for form in flags=SF flags=SR flags=SP options=4 "paged data=5000" \
			"fragment=0+ data=8"; do
		check_marks "$form: a client" "21=1" "to=$vip port=10000 $form"
		check_marks "$form: another" "0=1" \
			"to=$vip port=10000 from=$stranger $form"
	done
	check_marks "what has no ports, or no whole header" "0=3" \
		"to=$vip port=10000 fragment=1" \
		"to=$vip port=10000 fragment=0+ cut=8" \
		"to=$vip port=10000 cut=19"
	service conf ftp active_ports=15000
	check_marks "SYN-ACK to an active port: a client" "21=1" \
		"to=$vip port=15000 flags=SA"
	check_marks "SYN-ACK to an active port: another" "0=1" \
		"to=$vip port=15000 flags=SA from=$stranger"
	service conf ftp active_ports=20
	hang_up "to=$vip"
}

# Four control connections of a client and VIP are remembered.
test_several()
{
	local first i

	connect ftp "to=$vip"
	first=$cport
	connect ftp "to=$vip"
	hang_up "to=$vip"
	check_marks "one of two has ended" "21=1" "to=$vip port=10000"
	for ((i = 0; i < 4; i++)); do
		connect ftp "to=$vip"
		hang_up "to=$vip"
	done
	check_marks "the four used last have ended" "0=1" "to=$vip port=10000"
	cport=$first
	command_sent ftp "to=$vip"
	check_marks "a fifth that says something" "21=1" "to=$vip port=10000"
	hang_up "to=$vip"
	check_marks "it ends" "0=1" "to=$vip port=10000"
	cport=$((first + 100))
}

test_services()
{
	service conf more vip="$vip $vip2" control_ports=990 passive_ports=30000 \
		mark=22 enabled=1
	check_marks "a service for anyone beside one for clients" "0=1 22=1" \
		"to=$vip port="{10000,30000}
	connect more "to=$vip port=990"
	check_marks "a control connection of another service" "21=1 22=1" \
		"to=$vip port="{10000,30000}
	check_marks "to the same VIP only" "0=1 22=1" "to=$vip2 port="{10000,30000}
	service conf more passive_from=clients
	service conf ftp passive_from=anyone
	check_marks "the other is for clients" "0=1 21=2 22=1" \
		"to=$vip port="{10000,30000} "to=$vip2 port="{10000,30000}
	segment FA CLOSE_WAIT "to=$vip port=990"
	check_marks "its control connection has ended" "0=1 21=1" \
		"to=$vip port="{10000,30000}
	put conf remove more
	service conf ftp passive_from=clients
}

test_marked()
{
	local policy

	watcher_ask nft "add rule inet wire others_marks tcp flags psh meta mark set 99"
	for policy in overwrite keep; do
		afresh on_marked=$policy
		check_marks "$policy: marked before and refused" "99=1" \
			"to=$vip port=10000 flags=SP"
		check_stats "$policy: it is refused, no more" conf ftp refused=1
	done
	watcher_ask nft "flush chain inet wire others_marks"
}

# In the second pass, the interface is the VRF.
test_vrf()
{
	afresh
	if ! ip -n "$router" link add vrf0 type vrf table 100 2>/dev/null; then
		skip "VRF: counted once" "no VRF"
		return
	fi
	ip -n "$router" link set vrf0 up
	ip -n "$router" link set wire0 master vrf0
	watcher_ask nft "insert rule inet wire behind iif wire0 accept"
	check_marks "VRF: refused in both passes" "0=2" "to=$vip port=10000" \
		"to=$vip6 port=10000"
	refused_is "VRF: counted once" 2
	ip -n "$router" link del vrf0
}

gone()
{
	entry_is none
}

test_expiry()
{
	connect ftp "to=$vip"
	check_marks "it is established" "21=1" "to=$vip port=10000"
	# From its next packet on it lives for two seconds.
	ip netns exec "$router" ipvsadm --set 2 2 2
	command_sent ftp "to=$vip"
	check "IPVS forgets it" busywait 60 gone
	check_marks "forgotten by IPVS" "0=1" "to=$vip port=10000"
	ip netns exec "$router" ipvsadm --set 900 120 300
}

test_changes()
{
	afresh passive_from=anyone
	connect ftp "to=$vip"
	check_marks "anyone, with a control connection" "21=1" \
		"to=$vip port=10000"
	service conf ftp passive_from=clients
	command_sent ftp "to=$vip"
	check_marks "clients, from its next command on" "21=1" \
		"to=$vip port=10000"
	service conf ftp enabled=0
	service conf ftp enabled=1
	check_marks "a service that comes again knows its clients" "21=1" \
		"to=$vip port=10000"
	service conf ftp notrack=1
	check_marks "notrack: the same" "0=1 21=1" "to=$vip port=10000" \
		"to=$vip port=10000 from=$stranger"
	service conf ftp notrack=0

	device=wire1 watcher=nft_other
	check_marks "another namespace knows nothing of it" "0=1" \
		"to=$vip port=10000"
	device=wire0 watcher=nft

	ip netns exec "$router" ipvsadm -C
	check_marks "IPVS without a service" "0=1" "to=$vip port=10000"
	service conf ftp passive_from=anyone
	check_marks "anyone again" "21=1" "to=$vip port=10000"
}

setup_ns client router other
load_module
wire_up "$client" "$router" wire0
wire_up "$client" "$other" wire1
wire_sender "$client"
wire_watcher nft "$router"
wire_watcher nft_other "$other"
files_start conf ip netns exec "$router"
files_start conf_other ip netns exec "$other"
service conf_other ftp vip="$vip" passive_from=clients enabled=1
ipvs_up "$router"

test_stages
test_ipv6
test_forms
test_several
test_services
test_marked
test_expiry
test_changes
test_vrf
finish
