#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Two directors under keepalived. When the master dies, transfers in progress,
# active ones too, go on through the backup, because IPVS's sync daemon has sent it
# their connections. Without the sync daemon the same transfers must be lost.
#
#	client ---- front ---+--- d1 ---+--- back ---+--- rs1
#	                     |          |            |
#	                     +--- d2 ---+            +--- rs2

# shellcheck disable=SC2016 # a script for another shell
# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck disable=SC2317 # functions that are arguments
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/ftp_streams.sh
. "$(dirname "$0")/../lib/ftp_streams.sh"

need keepalived

ftp_active=ipvs
# Streams last until the backup has taken over.
ftp_time_limit=300

# Set by setup_ns.
d1="" d2="" switch=""

switch_port() # NAMESPACE DEVICE
{
	echo "${1%-*}-$2"
}

switch_attach() # NAMESPACE DEVICE SEGMENT
{
	local port

	port=$(switch_port "$1" "$2")
	ip link add "$2" netns "$1" type veth peer name "$port" netns "$switch"
	ip -n "$switch" link set "$port" master "$3" up
}

director_up() # NAMESPACE NUMBER
{
	switch_attach "$1" front front
	switch_attach "$1" back back
	{
		echo "link set front up"
		echo "link set back up"
		echo "address add $cip_net4.25$2/24 dev front"
		echo "address add $cip_net6:f$2/64 dev front nodad"
		echo "address add ${real_net4%.*}.25$2/24 dev back"
		echo "address add ${real_net6%/*}f$2/64 dev back nodad"
	} | ip -n "$1" -batch - || return
	# The sync daemon sends a message for each connection when it is
	# established, and with later packets at most every ten seconds: so the
	# backup's entries live as long as the master's.
	in_ns "$1" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1 \
		net.ipv4.vs.sync_threshold="0 0" \
		net.ipv4.vs.sync_refresh_period=10
	keepalived_conf "$1" $((200 - 50 * $2)) >"$scratch/$1.conf"
}

# The configuration that an operator would write, except for the timing of checks.
keepalived_conf() # NAMESPACE PRIORITY
{
	cat <<-END
	global_defs {
	    router_id ${1%-*}
	    lvs_sync_daemon back id 21
	    lvs_timeouts tcp 7200
	}
	vrrp_sync_group ftp {
	    group {
	        front
	        back
	    }
	}
	vrrp_instance front {
	    interface front
	    state BACKUP
	    nopreempt
	    virtual_router_id 21
	    priority $2
	    virtual_ipaddress {
	        $vip4/32
	    }
	    virtual_ipaddress_excluded {
	        $vip6/128
	    }
	}
	vrrp_instance back {
	    interface back
	    state BACKUP
	    nopreempt
	    virtual_router_id 22
	    priority $2
	    virtual_ipaddress {
	        $dip4/24
	    }
	    virtual_ipaddress_excluded {
	        $dip6/64
	    }
	}
	$(keepalived_service inet "$rip1_4" "$rip2_4")
	$(keepalived_service inet6 "$rip1_6" "$rip2_6")
	END
}

keepalived_service() # inet|inet6 RIP...
{
	cat <<-END
	virtual_server fwmark $ftp_mark {
	    ip_family $1
	    lvs_sched rr
	    lvs_method NAT
	    persistence_timeout 300
	$(printf '    real_server %s 0 {
	        TCP_CHECK {
	            connect_port 21
	            connect_timeout 10
	        }
	    }\n' "${@:2}")
	}
	END
}

keepalived_start() # NAMESPACE
{
	become ip netns exec "$1" keepalived --dont-fork --log-console --no-syslog \
		--use-file="$scratch/$1.conf" --pid="$scratch/$1.pid" \
		--vrrp_pid="$scratch/$1.vrrp.pid" \
		--checkers_pid="$scratch/$1.checkers.pid" \
		>>"$scratch/$1.log" 2>&1 &
	disown
	busywait 60 has_real_servers "$1" && return
	note "$(cat "$scratch/$1.log")"
	return 1
}

has_real_servers() # NAMESPACE
{
	[ "$(in_ns "$1" ipvsadm -Ln | grep -c Masq)" -eq 4 ]
}

has_addresses() # NAMESPACE
{
	local address addresses

	addresses=$(ip -n "$1" -o address)
	for address in "$vip4/" "$vip6/" "$dip4/" "$dip6/"; do
		[[ $addresses == *" $address"* ]] || return
	done
}

failover_up()
{
	cluster_need
	modprobe bridge
	setup_ns client d1 d2 rs1 rs2 switch
	ip -n "$switch" link add front up type bridge
	ip -n "$switch" link add back up type bridge

	switch_attach "$client" wan front
	cluster_client_addresses
	ip -n "$client" route add "$vip4" dev wan
	ip -n "$client" route add "$vip6" dev wan
	switch_attach "$rs1" eth back
	cluster_server_addresses "$rs1" "$rip1_4" "$rip1_6"
	switch_attach "$rs2" eth back
	cluster_server_addresses "$rs2" "$rip2_4" "$rip2_6"
	cluster_watch_client
	cluster_servers_start || return
	streams_prepare

	director_up "$d1" 1 && director_up "$d2" 2 || return
	for director in "$d2" "$d1"; do
		cluster_marker_module || return
	done
	keepalived_start "$d1" && busywait 60 has_addresses "$d1" &&
		keepalived_start "$d2"
}

# Kills the director as a power failure would: it cannot release its addresses.
director_die() # NAMESPACE
{
	ip -n "$switch" link set "$(switch_port "$1" front)" down
	ip -n "$switch" link set "$(switch_port "$1" back)" down
	netns_kill "$1"
}

# Brings the director back as if booted, except that IPVS keeps old connections,
# which do not matter to new clients.
director_return() # NAMESPACE
{
	in_ns "$1" ipvsadm -C
	in_ns "$1" ipvsadm --stop-daemon master
	in_ns "$1" ipvsadm --stop-daemon backup
	{
		echo "address delete $vip4/32 dev front"
		echo "address delete $vip6/128 dev front"
		echo "address delete $dip4/24 dev back"
		echo "address delete $dip6/64 dev back"
	} | ip -n "$1" -batch -
	ip -n "$switch" link set "$(switch_port "$1" front)" up
	ip -n "$switch" link set "$(switch_port "$1" back)" up
	keepalived_start "$1"
}

backup_daemon_runs() # NAMESPACE
{
	in_ns "$1" ipvsadm -L --daemon | grep -q '^backup'
}

# keepalived starts the daemon some time after it has added the real servers.
backup_daemon_stop() # NAMESPACE
{
	busywait 60 backup_daemon_runs "$1" &&
		in_ns "$1" ipvsadm --stop-daemon backup
}

# Prints why a director has these real servers.
dump_more()
{
	local ns

	for ns in "$d1" "$d2"; do
		note "---- keepalived and connections of $ns"
		note "$(cat "$scratch/$ns.log")"
		note "$(in_ns "$ns" ipvsadm -Lcn)"
	done
}

# Prints established connections and persistence templates ("IP"), without timers
# and states: a template is ASSURED only on the director that has used it.
entries() # NAMESPACE
{
	in_ns "$1" ipvsadm -Lcn |
		awk '$1 == "IP" || $3 == "ESTABLISHED" { print $1, $4, $5, $6 }' |
		sort
}

missing_entries() # FROM TO
{
	comm -23 <(entries "$1") <(entries "$2")
}

replicated() # FROM TO
{
	[ -n "$(entries "$1")" ] && [ -z "$(missing_entries "$1" "$2")" ]
}

# Opens a control connection that then stays idle. control_say prints the server's
# answer.
control_open()
{
	coproc control {
		become ip netns exec "$client" bash -c '
			exec 3<>"/dev/tcp/$1/21" || exit
			while read -r -t "$2" reply <&3; do
				echo "$reply"
				[[ $reply == 221* ]] && exit
				read -r command || exit
				printf "%s\r\n" "$command" >&3
			done
		' - "$vip4" "$ftp_time_limit" 2>&1
	}
	control_hear 220
}

control_hear() # CODE
{
	local reply

	read -r -t "$ftp_time_limit" -u "${control[0]}" reply && echo "$reply" &&
		[[ $reply == "$1"* ]]
}

control_say() # CODE COMMAND
{
	echo "$2" >&"${control[1]}" && control_hear "$1"
}

# Bash unsets the variable when the process ends.
control_is_closed()
{
	[ -z "${control[*]-}" ]
}

control_close()
{
	control_say 221 QUIT && busywait 60 control_is_closed
}

# Makes sessions of clients in an order in which round robin cannot choose the same
# real servers by chance: two clients of one server come one after the other.
declare -A server_of=()
clients=()
clients_come() # FAMILY...
{
	local family i

	clients=()
	for family; do
		for i in 1 2 3; do
			new_cip "$family"
			server_of[$cip]=$(whoami_of "$cip") || return
			clients+=("$cip")
		done
	done
	mapfile -t clients < <(for cip in "${clients[@]}"; do
		echo "${server_of[$cip]} $cip"
	done | sort | cut -d ' ' -f 2)
}

whoami_of() # CIP
{
	rm -f "$scratch/whoami"
	ftp curl epsv "$1" get whoami "$scratch/whoami" &&
		grep '^rs[12]$' "$scratch/whoami"
}

clients_now()
{
	local cip

	for cip in "${clients[@]}"; do
		echo "$cip $(whoami_of "$cip")"
	done
}

clients_before()
{
	local cip

	for cip in "${clients[@]}"; do
		echo "$cip ${server_of[$cip]}"
	done
}

check_new_sessions() # WHEN "MODE FAMILY"...
{
	local session mode family

	for session in "${@:2}"; do
		read -r mode family <<<"$session"
		new_cip "$family"
		check "new session $1: $mode, IPv$family" \
			session_run curl "$mode" "$cip"
		check_equal "peer of its data connections: $mode, IPv$family" \
			"$(expected_peer "$mode" "$family")" "$session_peers"
	done
}

test_replicated()
{
	local streams=(get4 put4 get6 active4 active6)

	gate=$scratch/gate.replicated
	stream_start get4 get pasv 4
	stream_start put4 put port 4
	stream_start get6 get epsv 6
	stream_start active4 get port 4
	stream_start active6 get eprt 6
	check "transfers begin" busywait 60 streams_flow "${streams[@]}"
	check "a control connection is opened" control_open
	check "its user logs in" control_say 230 "USER anonymous"
	check "clients come" clients_come 4 6
	check "the other director has all connections" \
		busywait 60 replicated "$d1" "$d2"
	check_equal "and none came to itself" 0 "$(
		director=$d2
		service_stat ftp control_packets
	)"
	check_streams_go_on "before the failure" "${streams[@]}"

	director_die "$d1"
	director=$d2
	check "the other director takes over" busywait 60 has_addresses "$d2"
	check_streams_intact "after the failure" "${streams[@]}"
	check "the idle control connection goes on" control_say 257 PWD
	check "and ends when it is told to" control_close
	check_equal "each client has the server that it had" \
		"$(clients_before)" "$(clients_now)"
	check_new_sessions "after the failure" "pasv 4" "port 4" "eprt 6"
	check_equal "active_failed: none" 0 "$(service_stat ftp active_failed)"
}

stream_is_intact() # NAME
{
	wait "${stream_pid[$1]}"
	cmp "$(stream_file "$1")" "$scratch/big"
}

# The same in the other direction, but without the sync daemon.
test_not_replicated()
{
	local name streams=(lost_get4 lost_active4 lost_active6)

	check "a director comes back" director_return "$d1"
	check "it leaves the other alone" ! has_addresses "$d1"
	check "it takes no connections from the other" backup_daemon_stop "$d1"
	entries "$d2" >"$scratch/before"

	# No reset may tell a client that its connection is gone.
	ftp_stall_limit=20
	gate=$scratch/gate.not_replicated
	stream_start lost_get4 get pasv 4
	stream_start lost_active4 get port 4
	stream_start lost_active6 get eprt 6
	check "transfers begin, not replicated" \
		busywait 60 streams_flow "${streams[@]}"
	check "a control connection is opened, not replicated" control_open
	check "clients come, not replicated" clients_come 4
	check_equal "the other director has none of the new connections" "" \
		"$(comm -13 "$scratch/before" <(entries "$d2") |
			comm -12 - <(entries "$d1"))"
	check_streams_go_on "before the failure" "${streams[@]}"

	director_die "$d2"
	director=$d1
	check "the first director takes over" busywait 60 has_addresses "$d1"
	check_new_sessions "without replication" "pasv 4"
	touch "$gate"
	for name in "${streams[@]}"; do
		check "$name is lost" ! stream_is_intact "$name"
	done
	check "the idle control connection is lost" \
		! control_say 331 "USER nobody"
	check "clients have other servers than they had" \
		[ "$(clients_before)" != "$(clients_now)" ]
}

load_module
failover_up || exit
test_replicated
test_not_replicated
finish
