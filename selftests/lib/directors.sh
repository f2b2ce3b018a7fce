# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced after cluster.sh and ftp_streams.sh by tests of two directors under keepalived.
#
#	client ---- front ---+--- d1 ---+--- back ---+--- rs1
#	                     |          |            |
#	                     +--- d2 ---+            +--- rs2
#
# A group is a virtual IP of each family and the gateway address of its real
# servers: they move together. There is one, the cluster's, unless a test has its
# own group_addresses and keepalived_groups.

# shellcheck disable=SC2034,SC2154 # cluster.sh's names

need keepalived

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

# director_up NAMESPACE NUMBER: its own addresses; those of groups are keepalived's.
director_up()
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
}

group_addresses()
{
	echo "$vip4" "$vip6" "$dip4" "$dip6"
}

keepalived_groups() # NUMBER
{
	keepalived_group ftp 21 $((200 - 50 * $1)) "$vip4" "$vip6" "$dip4" "$dip6"
	keepalived_service "$ftp_mark" inet "$rip1_4" "$rip2_4"
	keepalived_service "$ftp_mark" inet6 "$rip1_6" "$rip2_6"
}

# directors_up: all namespaces, servers and directors, without services and
# keepalived.
directors_up()
{
	cluster_need
	modprobe bridge
	setup_ns client d1 d2 rs1 rs2 switch
	ip -n "$switch" link add front up type bridge
	ip -n "$switch" link add back up type bridge

	switch_attach "$client" wan front
	cluster_client_addresses
	switch_attach "$rs1" eth back
	cluster_server_addresses "$rs1" "$rip1_4" "$rip1_6"
	switch_attach "$rs2" eth back
	cluster_server_addresses "$rs2" "$rip2_4" "$rip2_6"
	cluster_watch_client
	# A session has one process rather than three.
	cluster_server_lines+=$'\none_process_model=YES'
	cluster_servers_start || return
	session_file=small session_size=$((256 << 10))
	head -c $session_size "$scratch/big" >"$scratch/small"
	cp "$scratch/small" "$scratch/$rs1/root/small"
	cp "$scratch/small" "$scratch/$rs2/root/small"
	streams_prepare

	director_up "$d1" 1 && director_up "$d2" 2
}

# failover_up [FILE=VALUE...]: with the cluster's group, at home on d1, and a service
# with these settings.
failover_up()
{
	directors_up || return
	ip -n "$client" route add "$vip4" dev wan
	ip -n "$client" route add "$vip6" dev wan
	for director in "$d2" "$d1"; do
		cluster_marker_module "$@" || return
	done
	keepalived_start "$d1" && busywait 60 has_addresses "$d1" &&
		keepalived_start "$d2"
}

# So many messages of the master a backup misses before it takes over, instead of three:
# where a machine stands still for seconds, its clock goes on and the backup may run first.
adverts_missed=6

# The configuration that an operator would write, except for that and the timing of checks.
keepalived_conf() # NAMESPACE: that of d1 or d2
{
	local name=${1%-*}

	cat <<-END
	global_defs {
	    router_id $name
	    lvs_sync_daemon back id 21
	    vrrp_down_timer_adverts $adverts_missed
	}
	$(keepalived_groups "${name#d}")
	END
}

keepalived_group() # NAME ID PRIORITY VIP4 VIP6 DIP4 DIP6
{
	cat <<-END
	vrrp_sync_group $1 {
	    group {
	        front_$1
	        back_$1
	    }
	}
	vrrp_instance front_$1 {
	    interface front
	    state BACKUP
	    nopreempt
	    virtual_router_id $2
	    priority $3
	    virtual_ipaddress {
	        $4/32
	    }
	    virtual_ipaddress_excluded {
	        $5/128
	    }
	}
	vrrp_instance back_$1 {
	    interface back
	    state BACKUP
	    nopreempt
	    virtual_router_id $(($2 + 1))
	    priority $3
	    virtual_ipaddress {
	        $6/24
	    }
	    virtual_ipaddress_excluded {
	        $7/64
	    }
	}
	END
}

keepalived_service() # MARK inet|inet6 RIP...
{
	cat <<-END
	virtual_server fwmark $1 {
	    ip_family $2
	    lvs_sched rr
	    lvs_method NAT
	    persistence_timeout 300
	$(printf '    real_server %s 0 {
	        TCP_CHECK {
	            connect_port 21
	            connect_timeout 10
	        }
	    }\n' "${@:3}")
	}
	END
}

keepalived_start() # NAMESPACE
{
	keepalived_conf "$1" >"$scratch/$1.conf"
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

# Those that the configuration names. Tests ask for this and what follows again and
# again: so the shell reads the kernel's files itself.
has_real_servers() # NAMESPACE
{
	local conf table words

	slurp conf "$scratch/$1.conf"
	in_ns "$1" slurp table /proc/net/ip_vs
	words_read "$conf" $'\n    real_server '
	set -- "$words"
	words_read "$table" ' Masq '
	[ "$words" -eq "$1" ]
}

# words_read TEXT WORD: leaves how often it is there in $words.
words_read()
{
	local rest=${1//"$2"/}

	words=$(((${#1} - ${#rest}) / ${#2}))
}

# has_addresses NAMESPACE [GROUP...]: all of these groups, or of all groups.
has_addresses()
{
	local text addresses

	capture text group_addresses "${@:2}"
	read -d '' -ra addresses <<<"$text"
	in_ns "$1" has_addresses_here "${addresses[@]}"
}

has_addresses_here() # ADDRESS...
{
	local address hex trie there=" "

	slurp trie /proc/net/fib_trie
	while read -r hex _; do
		address_read address "${hex:0:4}:${hex:4:4}:${hex:8:4}:${hex:12:4}:\
${hex:16:4}:${hex:20:4}:${hex:24:4}:${hex:28:4}"
		there+="$address "
	done </proc/net/if_inet6
	for address; do
		[[ $there == *" $address "* ||
			$trie =~ "-- $address"$'\n'\ */32\ host\ LOCAL ]] || return
	done
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
	addresses_delete "$1"
	ip -n "$switch" link set "$(switch_port "$1" front)" up
	ip -n "$switch" link set "$(switch_port "$1" back)" up
	keepalived_start "$1"
}

# Those of groups are the ones that the director had from keepalived.
addresses_delete() # NAMESPACE
{
	local address device line

	ip -n "$1" -o address >"$scratch/addresses"
	while read -r _ device _ line _; do
		for address in $(group_addresses); do
			[ "${line%/*}" != "$address" ] ||
				echo "address delete $line dev $device"
		done
	done <"$scratch/addresses" | ip -n "$1" -batch -
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

# entries_read ARRAY NAMESPACE: makes established connections and persistence templates
# ("IP") the keys of an associative array, without timers and states: a template is
# ASSURED only on the director that has used it.
entries_read()
{
	local -n entries_found=$1

	entries_found=()
	in_ns "$2" entries_read_here
}

entries_read_here()
{
	local words

	while read -ra words; do
		[ "${words[0]}" != IP ] && [ "${words[7]}" != ESTABLISHED ] ||
			entries_found[${words[*]:0:7}]=1
	done </proc/net/ip_vs_conn
}

# replicated FROM TO [OLDER]: whether the other director has all of one, which has
# some; of those in the associative array OLDER some may be missing.
replicated()
{
	local entry
	local -A one other none=()
	local -n older=${3:-none}

	entries_read one "$1"
	entries_read other "$2"
	for entry in "${!one[@]}"; do
		[ -n "${older[$entry]-}${other[$entry]-}" ] || return
	done
	[ "${#one[@]}" -gt 0 ]
}
