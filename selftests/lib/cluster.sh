# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests and the demo: an LVS cluster for FTP, made of namespaces.
#
#	client ----------- director ----------- rs1, rs2
#	 cip          front  vip  dip            rip1, rip2
#
# The director forwards with IPVS NAT, by one persistent firewall-mark service.
# What marks the packets is up to the caller: cluster_marker_classic,
# cluster_marker_module, or nothing.

# shellcheck disable=SC2016,SC2034 # scripts for other shells; for the tests
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/cache.sh
. "$selftests/lib/cache.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/ftp_clients.sh
. "$selftests/lib/ftp_clients.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/watch.sh
. "$selftests/lib/watch.sh"

# Set by setup_ns.
client="" director="" rs1="" rs2=""

# The service is persistent: a test that wants a real server chosen anew takes a
# client address that was not used before.
cip_net4=198.51.100 cip_net6=2001:db8:1:
cip_count=40
cip4=("") cip6=("")
for ((i = 1; i <= cip_count; i++)); do
	cip4+=("$cip_net4.$i") cip6+=("$cip_net6:$i")
done

front4=$cip_net4.254 front6=$cip_net6:fe
vip4=192.0.2.10 vip6=2001:db8:10::10
dip4=10.0.0.254 dip6=2001:db8:2::fe
rip1_4=10.0.0.1 rip2_4=10.0.0.2
rip1_6=2001:db8:2::1 rip2_6=2001:db8:2::2
real_net4=10.0.0.0/24 real_net6=2001:db8:2::/64
# The FTP servers do not use the first and last port: tests connect to those.
passive_first=10000 passive_last=20000
ftp_mark=21
# The setting "active" of the service that cluster_marker_module adds.
ftp_active=masquerade
big_size=$((2 << 20))
# The file of whole sessions, which the servers have. Tests whose big file is for
# transfers that last have a smaller one.
session_file=big session_size=""
# Further lines of vsftpd's configuration.
cluster_server_lines=""

# new_cip FAMILY: sets $cip to a client address that was not used yet.
declare -A cip_used=([4]=0 [6]=0)
new_cip()
{
	local -n list=cip$1

	cip=${list[$((++cip_used[$1]))]}
}

in_ns() # NAMESPACE COMMAND [ARG...]
{
	ip netns exec "$@"
}

# Duplicate address detection is off: with it, addresses cannot be used for a
# second.
cluster_client_addresses()
{
	local i

	{
		echo "link set wan up"
		for ((i = 1; i <= cip_count; i++)); do
			echo "address add ${cip4[i]}/24 dev wan"
			echo "address add ${cip6[i]}/64 dev wan nodad"
		done
		echo "route add default via $front4 dev wan"
		echo "route add default via $front6 dev wan"
	} | ip -n "$client" -batch -
}

# This address is on the same segment as the director.
cluster_link_client()
{
	ip link add wan netns "$client" type veth peer name front netns "$director"
	cluster_client_addresses
	{
		echo "link set front up"
		echo "address add $front4/24 dev front"
		echo "address add $front6/64 dev front nodad"
		echo "address add $vip4/32 dev lo"
		echo "address add $vip6/128 dev lo nodad"
		echo "link add back type bridge"
		echo "link set back up"
		echo "address add $dip4/24 dev back"
		echo "address add $dip6/64 dev back nodad"
	} | ip -n "$director" -batch -
}

cluster_server_addresses() # NAMESPACE RIP4 RIP6
{
	{
		echo "link set eth up"
		echo "address add $2/24 dev eth"
		echo "address add $3/64 dev eth nodad"
		echo "route add default via $dip4"
		echo "route add default via $dip6"
	} | ip -n "$1" -batch -
}

cluster_link_server() # NAMESPACE DEVICE RIP4 RIP6
{
	ip link add eth netns "$1" type veth peer name "$2" netns "$director"
	ip -n "$director" link set "$2" master back up
	cluster_server_addresses "$1" "$3" "$4"
}

# Rules that log the peers of data connections, whatever the FTP program says. A
# connection from a real server's own address is answered with a reset: a provider
# would drop it, and FTP would then fail only after a timeout.
cluster_watch_client()
{
	in_ns "$client" nft -f - <<-END
	table inet watch {
		set data4 {
			type ipv4_addr . inet_service
			flags dynamic
		}
		set data6 {
			type ipv6_addr . inet_service
			flags dynamic
		}
		set datagrams {
			type inet_service
			flags dynamic
		}
		chain input {
			type filter hook input priority 0
			tcp flags & (syn | ack) == syn add @data4 { ip saddr . tcp sport }
			tcp flags & (syn | ack) == syn add @data6 { ip6 saddr . tcp sport }
			ip saddr $real_net4 tcp flags syn reject with tcp reset
			ip6 saddr $real_net6 tcp flags syn reject with tcp reset
			add @datagrams { udp dport }
		}
		chain output {
			type filter hook output priority 0
			tcp dport != 21 tcp flags & (syn | ack) == syn add @data4 { ip daddr . tcp dport }
			tcp dport != 21 tcp flags & (syn | ack) == syn add @data6 { ip6 daddr . tcp dport }
		}
	}
	END
}

# Each connection to the director, once even if its SYN is sent again, with the
# mark that IPVS sees.
cluster_watch_director()
{
	in_ns "$director" nft -f - <<-END
	table inet watch {
		set syns4 {
			type ipv4_addr . inet_service . inet_service . mark . ipv4_addr
			flags dynamic
		}
		set syns6 {
			type ipv6_addr . inet_service . inet_service . mark . ipv6_addr
			flags dynamic
		}
		chain marked {
			type filter hook prerouting priority -140
			iif front tcp flags & (syn | ack) == syn add @syns4 { ip daddr . tcp sport . tcp dport . meta mark . ip saddr }
			iif front tcp flags & (syn | ack) == syn add @syns6 { ip6 daddr . tcp sport . tcp dport . meta mark . ip6 saddr }
		}
	}
	END
}

cluster_servers_listen() # PORT
{
	local listeners rs

	for rs in "$rs1" "$rs2"; do
		in_ns "$rs" listeners_count "$1"
		[ "$listeners" -eq 2 ] || return
	done
}

# Each family has a process: vsftpd ignores pasv_address if it serves both.
cluster_server_run() # NAMESPACE RIP4 RIP6 [-oSETTING=VALUE...]
{
	local dir=$scratch/$1

	become ip netns exec "$1" "$vsftpd" "$dir/vsftpd.conf" -olisten=YES \
		-olisten_address="$2" "${@:4}" >>"$dir/output" 2>&1 &
	disown
	become ip netns exec "$1" "$vsftpd" "$dir/vsftpd.conf" -olisten=NO \
		-olisten_ipv6=YES -olisten_address6="$3" "${@:4}" >>"$dir/output" 2>&1 &
	disown
}

cluster_server_start() # NAMESPACE NAME RIP4 RIP6
{
	local dir=$scratch/$1

	mkdir -p "$dir/root/incoming" "$dir/empty"
	# vsftpd wants its user to have a home and not to own the FTP root.
	chown daemon "$dir/root/incoming"
	cp "$scratch/big" "$dir/root/big"
	echo "$2" >"$dir/root/whoami"
	cat >"$dir/vsftpd.conf" <<-END
	background=NO
	anonymous_enable=YES
	no_anon_password=YES
	local_enable=NO
	ftp_username=daemon
	nopriv_user=nobody
	anon_root=$dir/root
	secure_chroot_dir=$dir/empty
	write_enable=YES
	anon_upload_enable=YES
	anon_umask=022
	pasv_enable=YES
	pasv_min_port=$((passive_first + 1))
	pasv_max_port=$((passive_last - 1))
	pasv_address=$vip4
	port_enable=YES
	connect_from_port_20=YES
	seccomp_sandbox=NO
	isolate=NO
	isolate_network=NO
	$cluster_server_lines
	END
	cluster_server_run "$1" "$3" "$4"
}

# The content is the same in every run, and all its blocks differ. With a format seq
# would take two seconds.
cluster_big_file()
{
	seq 1000000000 "$((1000000000 + big_size))" | head -c "$big_size"
}

cluster_servers_start()
{
	# vsftpd serves from it after it has dropped privileges.
	chmod 711 "$scratch"
	[ -e "$scratch/big" ] || cluster_big_file >"$scratch/big"
	cluster_server_start "$rs1" rs1 "$rip1_4" "$rip1_6"
	cluster_server_start "$rs2" rs2 "$rip2_4" "$rip2_6"
	busywait 60 cluster_servers_listen 21 || {
		note "$(cat "$scratch/$rs1/output" "$scratch/$rs2/output")"
		return 1
	}
}

cluster_need()
{
	need curl ipvsadm lftp nft ss
	vsftpd=$(ftp_server vsftpd) || skip_all "no vsftpd"
	modprobe -a ip_vs ip_vs_rr || skip_all "no IPVS"
}

# A second call makes a second cluster, which the variables then name.
# All but the services of IPVS.
cluster_up_without_services()
{
	cluster_need
	setup_ns client director rs1 rs2
	in_ns "$director" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1
	cluster_link_client
	cluster_link_server "$rs1" back1 "$rip1_4" "$rip1_6"
	cluster_link_server "$rs2" back2 "$rip2_4" "$rip2_6"
	cluster_watch_client
	cluster_watch_director
	cluster_servers_start
}

cluster_up()
{
	cluster_up_without_services && cluster_fwmark_service
}

# "ip netns delete" only removes the name; the director ends with its last process.
cluster_director_is_gone()
{
	! ip -n "$client" link show wan
}

cluster_delete_director()
{
	local ns kept=()

	ip netns delete "$director" || return
	for ns in "${namespaces[@]}"; do
		[ "$ns" = "$director" ] || kept+=("$ns")
	done
	namespaces=("${kept[@]}")
	busywait 60 cluster_director_is_gone
}

cluster_fwmark_service()
{
	in_ns "$director" ipvsadm -R <<-END
	-A -f $ftp_mark -s rr -p 300
	-a -f $ftp_mark -r $rip1_4 -m
	-a -f $ftp_mark -r $rip2_4 -m
	-A -f $ftp_mark -6 -s rr -p 300
	-a -f $ftp_mark -6 -r $rip1_6 -m
	-a -f $ftp_mark -6 -r $rip2_6 -m
	END
}

cluster_marker_classic_rules() # IPTABLES VIP REAL_NET
{
	in_ns "$director" "$1" -t mangle -A PREROUTING -p tcp -d "$2" \
		--dport 21 -j MARK --set-mark "$ftp_mark"
	in_ns "$director" "$1" -t mangle -A PREROUTING -p tcp -d "$2" \
		--dport "$passive_first:$passive_last" \
		-j MARK --set-mark "$ftp_mark"
	in_ns "$director" "$1" -t nat -A POSTROUTING -p tcp -s "$3" \
		--sport 20 -j MASQUERADE
}

# The three rules that the module replaces.
cluster_marker_classic()
{
	cluster_marker_classic_rules iptables "$vip4" "$real_net4"
	cluster_marker_classic_rules ip6tables "$vip6" "$real_net6"
}

# cluster_marker_module [FILE=VALUE...]: a service "ftp"; settings not given
# are the cluster's.
cluster_marker_module()
{
	service_add ftp "vip=$vip4 $vip6" "real_servers=$real_net4 $real_net6" \
		"passive_ports=$passive_first-$passive_last" \
		"mark=$ftp_mark" "active=$ftp_active" "$@" enabled=1
}

service_add() # NAME [FILE=VALUE...]
{
	in_ns "$director" service_add_here "$@"
}

# These are for the namespace that they run in.
services_dir=/sys/kernel/nf_ftpmark/net/services
service_add_here()
{
	local setting

	echo "$1" >"${services_dir%/*}/add" || return
	for setting in "${@:2}"; do
		service_set_here "$1" "${setting%%=*}" "${setting#*=}" || return
	done
}

service_set_here()
{
	echo "$3" >"$services_dir/$1/$2"
}

service_remove_here()
{
	echo "$1" >"${services_dir%/*}/remove"
}

service_set() # NAME FILE VALUE
{
	in_ns "$director" service_set_here "$@"
}

service_remove() # NAME
{
	in_ns "$director" service_remove_here "$1"
}

# service_stat_read VARIABLE NAME COUNTER
service_stat_read()
{
	in_ns "$director" slurp "$1" "$services_dir/$2/stats/$3"
}

service_stat() # NAME COUNTER
{
	local stat

	service_stat_read stat "$@" && echo "$stat"
}

# Runs a whole session. It leaves what was fetched, and what the program printed,
# in $scratch/got, the real server in $session_server, and the data connections'
# peers in $session_peers, with their ports in $session_ports. It fails unless every
# byte arrived.
session_run() # PROGRAM MODE CIP
{
	local got=$scratch/got upload=incoming/$1-$2-$3 status=0 text peers
	local peer_ports

	session_server="" session_peers="" session_ports=""
	rm -rf "$got"
	mkdir "$got"
	watch_flush "$client" data
	ftp "$@" get whoami "$got/whoami" get "$session_file" "$got/big" \
		put "$scratch/$session_file" "$upload" list "$got/list" \
		>"$got/log" 2>&1 || status=$?
	data_peers_read
	session_peers=$peers session_ports=$peer_ports
	[ ! -s "$got/whoami" ] || read -r session_server <"$got/whoami"
	slurp text "$got/log"
	echo "$text"
	[ "$status" -eq 0 ] &&
		cmp "$got/big" "$scratch/$session_file" &&
		cmp "$scratch/${!session_server}/root/$upload" \
			"$scratch/$session_file" &&
		slurp text "$got/list" &&
		[[ $text =~ \ ${session_size:-$big_size}\ [^$'\n']*\ $session_file$'\r'?($'\n'|$) ]]
}

# The address that data connections should come from or go to.
expected_peer() # MODE FAMILY
{
	local name=vip$2

	case $ftp_active:$1 in
	masquerade:port | masquerade:eprt) name=front$2 ;;
	esac
	echo "${!name}"
}

# New clients get a session, with data from and to whom they expect.
check_sessions() # WHEN "MODE FAMILY"...
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

# Whether conntrack is on in the director, seen by its effect: a datagram between
# a real server and the client, which is none of IPVS's, becomes an entry. Each
# call takes a new port. Not every kernel can list hooks.
probe_port=30000
conntrack_is_on()
{
	local ct port=$((++probe_port))

	in_ns "$rs1" datagram "${cip4[1]}" "$port"
	busywait 60 datagram_arrived "$port" || return 125
	ct_read "dport=$port"
	[ -n "$ct" ]
}

datagram() # ADDRESS PORT
{
	echo >"/dev/udp/$1/$2"
}

datagram_arrived() # PORT
{
	local elements

	set_read "$client" watch datagrams
	[[ " ${elements[*]} " == *" $1 "* ]]
}
