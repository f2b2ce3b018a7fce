# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced after cluster.sh: four directors behind a router that spreads packets
# over them by a hash of addresses and ports, and four real servers. Direct
# routing, marks only.
#
#	client ---- ecmp ---+--- d1 .. d4
#	                    |
#	                    +--- rs1 .. rs4 (the VIP on lo, without ARP)
#
# A caller sets $clients, the downloads of each event: a multiple of 8, so that
# both families have clients of all kinds.

# shellcheck disable=SC2034,SC2154 # cluster.sh's names, and the caller's

# shellcheck source-path=SCRIPTDIR source=../lib/agent.sh
. "$selftests/lib/agent.sh"

need openssl python3
modprobe ip_vs_mh || skip_all "no scheduler mh"

# Nothing waits so long if it arrives at all.
patience=$(($(soak 30 180) * ${FTPMARK_PATIENCE:-1}))
load_size=$((128 << 10))
numbers=(1 2 3 4)
gateway4=10.0.0.254 gateway6=2001:db8:2::fe
# Active data comes from port 20 of the VIP: its answers come to a director, too.
passive_setting="20 $passive_first-$passive_last"

# Set by setup_ns.
ecmp="" switch="" d1="" d2="" d3="" d4="" rs3="" rs4=""

attach() # NAMESPACE DEVICE
{
	ip link add "$2" netns "$1" type veth peer name "${1%-*}" netns "$switch"
	ip -n "$switch" link set "${1%-*}" master lan up
}

# The VIP is on lo, for a director as for a real server, and nobody asks for it by
# ARP: the router has its routes.
host_up() # NAMESPACE NUMBER
{
	attach "$1" eth
	in_ns "$1" sysctl -qw net.ipv4.conf.all.arp_ignore=1 \
		net.ipv4.conf.all.arp_announce=2 net.ipv4.conf.all.rp_filter=0
	{
		echo "link set eth up"
		echo "address add 10.0.0.$2/24 dev eth"
		echo "address add 2001:db8:2::$2/64 dev eth nodad"
		echo "address add $vip4/32 dev lo"
		echo "address add $vip6/128 dev lo nodad"
		echo "route add default via $gateway4"
		echo "route add default via $gateway6"
	} | ip -n "$1" -batch -
}

ecmp_up()
{
	attach "$ecmp" lan
	ip link add wan netns "$client" type veth peer name front netns "$ecmp"
	cluster_client_addresses
	in_ns "$ecmp" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1 \
		net.ipv4.fib_multipath_hash_policy=1 \
		net.ipv6.fib_multipath_hash_policy=1
	{
		echo "link set front up"
		echo "link set lan up"
		echo "address add $front4/24 dev front"
		echo "address add $front6/64 dev front nodad"
		echo "address add $gateway4/24 dev lan"
		echo "address add $gateway6/64 dev lan nodad"
	} | ip -n "$ecmp" -batch -
}

# ecmp_directors NUMBER...: the router sends the VIP's packets to these.
ecmp_directors()
{
	local number hops4=() hops6=()

	for number; do
		hops4+=(nexthop via "10.0.0.1$number")
		hops6+=(nexthop via "2001:db8:2::1$number")
	done
	ip -n "$ecmp" route replace "$vip4" "${hops4[@]}" &&
		ip -n "$ecmp" -6 route replace "$vip6" "${hops6[@]}"
}

director_up() # NUMBER
{
	local name=d$1

	director=${!name}
	host_up "$director" "1$1"
	# Direct routing sends on what came for the VIP; no reply passes here.
	in_ns "$director" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.send_redirects=0
	service_add ftp "vip=$vip4 $vip6" "passive_ports=$passive_setting" \
		"mark=$ftp_mark" enabled=1
}

# services SCHEDULER SLOPPY [WORD...]: the same on all directors, with new
# connections only.
services()
{
	local name number

	for name in "${!d@}"; do
		[[ $name == d[1-4] ]] || continue
		in_ns "${!name}" sysctl -qw "net.ipv4.vs.sloppy_tcp=$2"
		{
			echo "-C"
			echo "-A -f $ftp_mark -s $1 ${*:3}"
			echo "-A -f $ftp_mark -6 -s $1 ${*:3}"
			for number in "${numbers[@]}"; do
				echo "-a -f $ftp_mark -r 10.0.0.2$number -g"
				echo "-a -f $ftp_mark -6 -r 2001:db8:2::2$number -g"
			done
		} | in_ns "${!name}" ipvsadm -R
	done
}

service_delete_server() # NUMBER
{
	local name

	for name in d1 d2 d3 d4; do
		in_ns "${!name}" ipvsadm -R <<-END
		-d -f $ftp_mark -r 10.0.0.2$1
		-d -f $ftp_mark -6 -r 2001:db8:2::2$1
		END
	done
}

make_certificate()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
		-nodes -days 2 -subj /CN=ftp -keyout "$scratch/tls.key" \
		-out "$scratch/tls.crt" >"$scratch/openssl" 2>&1
}

servers_up()
{
	local number name

	make_certificate || return
	cluster_server_lines="ssl_enable=YES
allow_anon_ssl=YES
force_anon_logins_ssl=NO
force_anon_data_ssl=NO
require_ssl_reuse=NO
ssl_ciphers=HIGH
rsa_cert_file=$scratch/tls.crt
rsa_private_key_file=$scratch/tls.key
one_process_model=YES
idle_session_timeout=1800
data_connection_timeout=1800
accept_timeout=60
connect_timeout=60"
	chmod 711 "$scratch"
	cluster_big_file >"$scratch/big"
	head -c $load_size "$scratch/big" >"$scratch/load"
	checksum=$(sha256sum "$scratch/load")
	checksum=${checksum%% *}
	for number in "${numbers[@]}"; do
		name=rs$number
		host_up "${!name}" "2$number"
		in_ns "${!name}" sysctl -qw net.ipv4.tcp_wmem="4096 16384 16384"
		cluster_server_start "${!name}" "$name" "$vip4" "$vip6"
		cp "$scratch/load" "$scratch/${!name}/root/load"
	done
	for number in "${numbers[@]}"; do
		name=rs$number
		busywait 60 server_listens "${!name}" || return
	done
}

server_listens() # NAMESPACE
{
	local listeners

	in_ns "$1" listeners_count 21
	[ "$listeners" -eq 2 ]
}

ecmp_world_up()
{
	local number

	cluster_need
	modprobe bridge
	setup_ns client ecmp switch d1 d2 d3 d4 rs1 rs2 rs3 rs4
	ip -n "$switch" link add lan up type bridge
	ecmp_up
	in_ns "$client" sysctl -qw net.ipv4.tcp_rmem="4096 16384 16384"
	for number in "${numbers[@]}"; do
		director_up "$number" || return
	done
	ecmp_directors "${numbers[@]}" && servers_up && fleet_up
}

# The process of the clients, which stays.
fleet_up()
{
	local i sources=()

	for ((i = 1; i <= cip_count; i++)); do
		sources+=("${cip4[i]}" "${cip6[i]}")
	done
	agent_start fleet ip netns exec "$client" python3 \
		"$selftests/ftp/ftp_held.py" "$vip4" "$vip6" "$checksum" \
		"${sources[@]}"
}

# fleet_run EVENT [ARG...]: downloads, and an event when all of them are half-way.
# Leaves the numbers in $whole, $broken and $unbegun, and all that is known of them
# in the array $fleet.
fleet_run()
{
	local answer

	fleet=()
	agent_ask fleet "begin $clients $patience"
	[ "$answer" = held ] || return
	"$@" || return
	agent_ask fleet end
	IFS=$'\t' read -ra fleet <<<"$answer"
	fleet_count whole whole
	fleet_count broken broken
	fleet_count unbegun refused
}

fleet_count() # VARIABLE WORD
{
	local each

	printf -v "$1" 0
	for each in "${fleet[@]}"; do
		[[ $each != "all $2 "* ]] || printf -v "$1" %s "${each##* }"
	done
}
