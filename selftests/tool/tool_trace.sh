#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "ftpmark trace": routers that are dead in every way, each for one client only, so
# that one run of the tool sees them all and has to name each; then a live one, and
# what is left when the tool ends.

# shellcheck disable=SC2119,SC2154,SC2317 # optional words; of cluster.sh; called by check and busywait
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/run_tool.sh
. "$selftests/lib/run_tool.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/trace.sh
. "$selftests/lib/trace.sh"

# Takes the next client address, and leaves it in the variable.
take() # VARIABLE FAMILY
{
	new_cip "$2"
	printf -v "$1" %s "$cip"
}

director_rule() # CHAIN RULE...
{
	in_ns "$director" nft add rule inet dead "$@"
}

director_chains()
{
	in_ns "$director" nft -f - <<-END
	table inet dead {
		chain early { type filter hook prerouting priority -300; }
		chain pre { type filter hook prerouting priority -100; }
		chain in { type filter hook input priority 0; }
		chain onward { type filter hook forward priority 0; }
		chain late { type filter hook forward priority 200; }
		chain out { type filter hook output priority 0; }
		chain post { type filter hook postrouting priority 0; }
	}
	END
}

other_chains() # NAMESPACE
{
	in_ns "$1" nft -f - <<-END
	table inet dead {
		chain in { type filter hook input priority 0; }
	}
	END
}

# Requests of clients: each place of their way.
dead_requests() # FAMILY IP CONNECT
{
	local f=$1 ip=$2 connect=$3 c rule="nft rule inet dead"

	take c "$f"
	director_rule early "$ip" saddr "$c" drop
	"$connect" "$c" "$f" "$(stopped request arrived ahead "$rule early handle .* drops")" \
		"a rule ahead of the module"
	take c "$f"
	director_rule pre "$ip" saddr "$c" drop
	"$connect" "$c" "$f" "$(stopped request marked routing "$rule pre handle .* drops")" \
		"a rule behind the module"
	take c "$f"
	ip -n "$director" "-$f" rule add pref 10 from "$c" lookup 77
	"$connect" "$c" "$f" "$(stopped request routing routed-in "routed on")" \
		"a VIP that is not here"
	take c "$f"
	ip -n "$director" "-$f" rule add pref 10 from "$c" blackhole
	"$connect" "$c" "$f" "$(stopped request routing routed-in "route to .* from $c")" \
		"a black hole"
	take c "$f"
	director_rule in "$ip" saddr "$c" meta l4proto tcp drop
	"$connect" "$c" "$f" "$(stopped request routed-in door "$rule in handle .* drops")" \
		"a rule in INPUT"
	take c "$f"
	director_rule pre "$ip" saddr "$c" meta mark set 5
	"$connect" "$c" "$f" "$(stopped request door sent "become 5 .*$rule pre handle .* changes")" \
		"a mark that PREROUTING changes"
	take c "$f"
	director_rule in "$ip" saddr "$c" meta mark set 6
	"$connect" "$c" "$f" "$(stopped request door sent "become 6 .*$rule in handle .* changes")" \
		"a mark that INPUT changes"
	take c "$f"
	director_rule out "$ip" saddr "$c" drop
	"$connect" "$c" "$f" "$(stopped request sent left "$rule out handle .* drops")" \
		"a rule in OUTPUT"
	take c "$f"
	director_rule post "$ip" saddr "$c" drop
	"$connect" "$c" "$f" "$(stopped request sent left "$rule post handle .* drops")" \
		"a rule in POSTROUTING"
}

# What becomes of them beyond this router.
dead_servers() # FAMILY IP CONNECT
{
	local f=$1 ip=$2 connect=$3 c rs own=$rip1_4

	[ "$f" = 4 ] || own=$rip1_6
	take c "$f"
	for rs in "$rs1" "$rs2"; do
		in_ns "$rs" nft add rule inet dead in "$ip" saddr "$c" drop
	done
	"$connect" "$c" "$f" "silent request left - server " \
		"a server with a packet filter"
	take c "$f"
	for rs in "$rs1" "$rs2"; do
		ip -n "$rs" "-$f" route add blackhole "$c"
	done
	"$connect" "$c" "$f" "silent request left - server " \
		"a server without a way back"
	take c "$f"
	situation "a port where nobody listens, IPv$f" "$c" passive \
		"refused request left - .* port 16000"
	dial "$f" "$c" 16000
	take c "$f"
	situation "a port that the service lacks, IPv$f" "$c" passive \
		"$(stopped request door sent "port 25000 is none of service ftp")"
	dial "$f" "$c" 21
	agent_ask client "connected end$ends"
	dial "$f" "$c" 25000
	take c "$f"
	situation "a server that offers its own address, IPv$f" "$c" passive \
		"$(stopped request routing routed-in "has offered its own address")"
	dial "$f" "$c" 21
	agent_ask client "connected end$ends"
	director_rule onward "$ip" saddr "$c" drop
	dial "$f" "$c" "$data_port" "$own"
}

# Answers of real servers.
dead_answers() # FAMILY IP CONNECT
{
	local f=$1 ip=$2 connect=$3 c rule="nft rule inet dead" new=203.0.113.9

	[ "$f" = 4 ] || new=2001:db8:99::9
	take c "$f"
	director_rule early "$ip" daddr "$c" drop
	"$connect" "$c" "$f" "$(stopped answer arrived routing "$rule early handle .* drops")" \
		"answers, a rule in PREROUTING"
	take c "$f"
	ip -n "$director" "-$f" rule add pref 11 iif back to "$c" unreachable
	"$connect" "$c" "$f" "$(stopped answer routing routed-on "route to $c from")" \
		"answers, no route"
	take c "$f"
	director_rule onward "$ip" daddr "$c" drop
	"$connect" "$c" "$f" "$(stopped answer routed-on answer-door "$rule onward handle .* drops")" \
		"answers, a rule in FORWARD"
	take c "$f"
	director_rule late "$ip" daddr "$c" drop
	"$connect" "$c" "$f" "$(stopped answer translated forwarded "$rule late handle .* drops")" \
		"answers, a rule behind IPVS"
	take c "$f"
	director_rule post "$ip" daddr "$c" drop
	"$connect" "$c" "$f" "$(stopped answer forwarded left "$rule post handle .* drops")" \
		"answers, a rule in POSTROUTING"
	take c "$f"
	director_rule post "$ip" daddr "$c" "$ip" saddr set "$new"
	control "$c" "$f" "wrong-address answer left - it left as $new port 21" \
		"answers under another address"
	take c "$f"
	in_ns "$client" nft add rule inet dead in "$ip" daddr "$c" drop
	"$connect" "$c" "$f" "unheard answer left - " "answers that are lost"
}

dead_active() # FAMILY IP
{
	local f=$1 ip=$2 c rule="nft rule inet dead"

	take c "$f"
	director_rule early "$ip" daddr "$c" drop
	active "$c" "$f" "$(stopped request arrived routing "$rule early handle .* drops")" \
		"active, a rule in PREROUTING"
	take c "$f"
	ip -n "$director" "-$f" rule add pref 11 iif back to "$c" unreachable
	active "$c" "$f" "$(stopped request routing routed-on "route to $c from")" \
		"active, no route"
	take c "$f"
	director_rule onward "$ip" daddr "$c" drop
	active "$c" "$f" "$(stopped request routed-on answer-door "$rule onward handle .* drops")" \
		"active, a rule in FORWARD"
	take c "$f"
	director_rule post "$ip" daddr "$c" drop
	active "$c" "$f" "$(stopped request forwarded left "$rule post handle .* drops")" \
		"active, a rule in POSTROUTING"
	take c "$f"
	in_ns "$client" nft add rule inet dead in "$ip" daddr "$c" drop
	active "$c" "$f" "silent request left - client $c does not answer" \
		"active, a client with a firewall"
	take c "$f"
	active "$c" "$f" "refused request left - $c answers with a reset" \
		"active, a client that does not listen" 20 16000
	take c "$f"
	dial "$f" "$c" 21
	agent_ask client "connected end$ends"
	active "$c" "$f" "wrong-address request left - .*port 2020 is none of its active-ports" \
		"active, from another port" 2020
	take c "$f"
	director_rule in "$ip" saddr "$c" meta l4proto tcp drop
	active "$c" "$f" "$(stopped answer routed-in door "$rule in handle .* drops")" \
		"active, its answer and a rule in INPUT"
	take c "$f"
	director_rule out "$ip" saddr "$c" drop
	active "$c" "$f" "$(stopped answer sent left "$rule out handle .* drops")" \
		"active, its answer and a rule in OUTPUT"
}

# gone_has NUMBER: whether the module has counted so many packets of the service "gone".
gone_has()
{
	local stat=0

	service_stat_read stat gone control_packets && [ "$stat" -ge "$1" ]
}

# A service of the module with its own VIP, and what it lacks.
service_of() # NAME VIP MARK [FILE=VALUE...]
{
	ip -n "$director" address add "$2/32" dev lo
	service_add "$1" "vip=$2" "real_servers=$real_net4" mark="$3" \
		"passive_ports=$passive_first-$passive_last" "${@:4}" enabled=1
}

dead_services()
{
	local c

	service_of none 192.0.2.22 22
	service_of empty 192.0.2.23 23
	service_of gone 192.0.2.24 24
	service_of lost 192.0.2.25 25
	service_of idle 192.0.2.26 26
	service_of apart 192.0.2.27 27
	service_of direct 192.0.2.29 29
	ip -n "$rs1" address add 192.0.2.29/32 dev lo
	service_of members 192.0.2.28 28 passive_from=clients
	in_ns "$director" ipvsadm -R <<-END
	-A -f 23 -s rr -p 300
	-A -f 24 -s rr -p 300
	-a -f 24 -r 10.0.0.77 -m
	-A -f 25 -s rr -p 300
	-a -f 25 -r 10.99.0.1 -m
	-A -f 26 -s rr -p 300
	-a -f 26 -r $rip1_4 -m -w 0
	-A -f 29 -s rr -p 300
	-a -f 29 -r $rip1_4 -g
	-A -f 27 -s rr
	-a -f 27 -r $rip1_4 -m
	-a -f 27 -r $rip2_4 -m
	END
}

use_dead_services()
{
	local c

	take c 4
	situation "no IPVS service" "$c" control \
		"$(stopped request door sent "IPVS has no service of mark 22")"
	dial 4 "$c" 21 192.0.2.22
	take c 4
	situation "no real server" "$c" control \
		"$(stopped request door sent "mark 23 has no real server")"
	dial 4 "$c" 21 192.0.2.23
	take c 4
	situation "a real server without a route" "$c" control \
		"$(stopped request door sent "route to 10.99.0.1.*there is no route")"
	dial 4 "$c" 21 192.0.2.25
	take c 4
	situation "a real server without weight" "$c" control \
		"$(stopped request door sent "mark 26 has no real server")"
	dial 4 "$c" 21 192.0.2.26
	take c 4
	situation "a service that is not persistent" "$c" passive \
		"other-server .*mark 27 is not persistent"
	dial 4 "$c" 21 192.0.2.27
	agent_ask client "connected end$ends"
	dial 4 "$c" "$data_port" 192.0.2.27
	take c 4
	situation "direct routing, and its answers come here" "$c" passive \
		"$(stopped answer routing routed-on "source is this router's")"
	dial 4 "$c" "$data_port" 192.0.2.29
	take c 4
	situation "passive-from clients" "$c" passive \
		"$(stopped request door sent "passive-from is clients")"
	dial 4 "$c" "$data_port" 192.0.2.28
	take c 4
	situation "a real server that is down" "$c" control \
		"silent request left - 10.0.0.77 does not answer on back"
	dial 4 "$c" 21 192.0.2.24
}

# The way back to this client leads elsewhere, which a strict rp_filter minds.
dead_rp_filter()
{
	local c

	take c 4
	in_ns "$director" sysctl -qw net.ipv4.conf.front.rp_filter=1
	ip -n "$director" route add "$c" dev back
	control "$c" 4 "$(stopped request routing routed-in "rp_filter.*IPReversePathFilter has grown")" \
		rp_filter
}

# So that rules can send packets elsewhere that are for this router.
prepare_director()
{
	local family

	director_chains
	for family in 4 6; do
		ip -n "$director" "-$family" rule add pref 100 lookup local
		ip -n "$director" "-$family" rule del pref 0
		ip -n "$director" "-$family" route add default dev back table 77
	done
}

# The router does not answer who asks for its address if rules keep this client's
# packets from it, and then none of the clients that wait for that address begins.
client_knows_director()
{
	local address mac

	in_ns "$director" slurp mac /sys/class/net/front/address
	for address in "$front4" "$front6"; do
		ip -n "$client" neighbor replace "$address" lladdr "$mac" \
			nud permanent dev wan
	done
}

test_dead()
{
	local role

	prepare_director
	other_chains "$client"
	other_chains "$rs1"
	other_chains "$rs2"
	dead_services
	client_knows_director
	for role in client rs1 rs2; do
		agent_start "$role" ip netns exec "${!role}" python3 -S \
			"$selftests/lib/tcp_agent.py"
		agent_ask "$role" "listen data :: $data_port"
	done
	trace_start -j --seconds 900
	dead_rp_filter
	dead_requests 4 ip control
	dead_requests 6 ip6 passive
	dead_servers 4 ip control
	dead_servers 6 ip6 passive
	dead_answers 4 ip control
	dead_answers 6 ip6 passive
	dead_active 4 ip
	dead_active 6 ip6
	use_dead_services
	# The last to be asked does not answer: when it was asked again, so were all.
	busywait 60 gone_has 2
	trace_end
	# What they repeat belongs to no other run.
	for role in client rs1 rs2; do
		agent_stop "$role"
	done
	findings_read
	check_situations
	check_equal "exit status: not all are whole" 1 "$status"
	check "the table is gone after Ctrl-C" table_is_gone
}

# Of a session, the tool ends by itself.
test_live() # FAMILY MODE KIND
{
	new_cip "$1"
	trace_start -j --seconds 900
	check "$2: a session" session_run curl "$2" "$cip"
	trace_wait
	findings_read
	check_equal "$2: exit status: all is whole" 0 "$status"
	check "$2: control is whole" whole "$cip" control
	check "$2: data is whole" whole "$cip" "$3"
	check "$2: no cause" ! grep -vE ' $' "$scratch/findings"
	check "$2: the table is gone" table_is_gone
}

test_killed()
{
	trace_start
	check "the table is there" ! table_is_gone
	run trace
	expect_error "one at a time" 1 "trace: another one runs"
	trace_end KILL
	check "the table is gone after a SIGKILL" busywait 60 table_is_gone
	trace_start
	trace_end TERM
	check "another one can run then" grep -q "^no connection was seen" \
		"$scratch/out"
	check "the table is gone after a SIGTERM" table_is_gone
}

test_text()
{
	# The last clients that were taken have no rules.
	local cip=${cip4[cip_used[4]]} other=${cip4[cip_used[4] - 1]} before

	agent_start client ip netns exec "$client" python3 -S \
		"$selftests/lib/tcp_agent.py"
	service_stat_read before gone control_packets
	trace_start gone --client "$cip" --seconds 900
	dial 4 "$other" 21 192.0.2.24
	dial 4 "$cip" 21 192.0.2.24
	dial 4 "$cip" 21
	# Who is silent when asked twice does not answer.
	busywait 60 gone_has $((before + 4))
	trace_end
	agent_stop client
	check "what a client's control connection lacks" grep -qx \
		"$cip: control: no answer" "$scratch/out"
	check "where it was" grep -q \
		"^        passed the module: mark 24" "$scratch/out"
	check "which it was" grep -q \
		"^        arrived: $cip:.* -> 192.0.2.24:21, mark 0, from front" \
		"$scratch/out"
	check "why" grep -q "^    ! 10.0.0.77 does not answer" "$scratch/out"
	run trace --client 192.0.2.1 --seconds 0.1
	expect "nothing comes" 1 \
		"no connection was seen: packets do not come to this router" \
		"ftpmark: watching for 0.1 s: try a transfer now"
	check "no other client" ! grep -q "$other" "$scratch/out"
	check "no other service" ! grep -q "$vip4" "$scratch/out"
}

test_refused()
{
	run trace other
	expect_error "a service that is not there" 1 "other: no such service"
	run trace --client 10.0.0.0/8
	expect_error "a client that is none" 2 "10.0.0.0/8: not the address"
	run trace --seconds 0
	expect_error "no time" 2 "0: not a number of seconds"
	run_as+=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	run trace
	expect_error "not root" 1 "trace: needs root"
}

need setpriv
cluster_up
run_as=(ip netns exec "$director")
# shellcheck disable=SC2034 # of cluster.sh
ftp_active=ipvs
load_module
cluster_marker_module
test_dead
test_killed
test_text
test_refused
test_live 4 pasv passive
test_live 6 eprt active
finish
