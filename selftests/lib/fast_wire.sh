# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154,SC2317 # for the tests; of setup_ns; called by ip
#
# Sourced after lib.sh by tests that send single packets of clients and real servers
# through a director: those of fast_packets.py. All are in the namespace $wire.

vip4=192.0.2.10 vip6=2001:db8:10::10

wire_addresses()
{
	echo "link set front address 02:00:00:00:00:01 addrgenmode none up"
	echo "link set back address 02:00:00:00:00:02 mtu 1400 addrgenmode none up"
	echo "address add 198.51.100.254/24 dev front"
	echo "address add 2001:db8:1::fe/64 dev front nodad"
	echo "address add 10.0.0.254/24 dev back"
	echo "address add 2001:db8:2::fe/64 dev back nodad"
	echo "address add $vip4/32 dev lo"
	echo "address add $vip6/128 dev lo nodad"
	for host in 1 2; do
		echo "neighbour add 198.51.100.$host lladdr 02:00:00:00:00:09 dev front"
		echo "neighbour add 2001:db8:1::$host lladdr 02:00:00:00:00:09 dev front"
		echo "neighbour add 10.0.0.$host lladdr 02:00:00:00:00:09 dev back"
		echo "neighbour add 2001:db8:2::$host lladdr 02:00:00:00:00:09 dev back"
	done
}

# director_up NAME NAMESPACE FAST: its links are called NAME_front and NAME_back in
# $wire. It has a service with this setting of "fast".
director_up()
{
	local link

	for link in front back; do
		ip link add "$1_$link" netns "$wire" mtu 9000 type veth \
			peer name "$link" netns "$2"
		ip -n "$wire" link set "$1_$link" addrgenmode none up
	done
	# Time must not make two directors differ: errors of ICMP are limited by it,
	# and sent for fragments that stay alone.
	ip netns exec "$2" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.icmp_ratemask=0 net.ipv6.icmp.ratelimit=0 \
		net.ipv4.conf.all.send_redirects=0 \
		net.ipv4.conf.front.send_redirects=0 \
		net.ipv4.conf.back.send_redirects=0 \
		net.ipv6.auto_flowlabels=0 \
		net.ipv4.ipfrag_time=3600 net.ipv6.ip6frag_time=3600
	wire_addresses | ip -n "$2" -batch - || return
	ip netns exec "$2" ipvsadm -R <<-END
	-A -f 21 -s rr
	-a -f 21 -r 10.0.0.1 -m
	-a -f 21 -r 10.0.0.2 -m
	-A -f 21 -6 -s rr
	-a -f 21 -6 -r 2001:db8:2::1 -m
	-a -f 21 -6 -r 2001:db8:2::2 -m
	END
	ip netns exec "$2" service_up "$3"
}

# wire_run PROGRAM ARG...: in $fast. Leaves the numbers that it prints in $count, by
# their names.
wire_run()
{
	local output what number

	output=$(ip netns exec "$fast" python3 -S "$selftests/hostile/$1" \
		"$wire" "$fast" "${@:2}" 2>&1)
	note "$output"
	declare -gA count=()
	while read -r what number; do
		[ -z "$what" ] || count[$what]=$number
	done <<<"$output"
}

service_up() # FAST
{
	local net=/sys/kernel/nf_ftpmark/net setting

	echo ftp >"$net/add"
	for setting in "vip=$vip4 $vip6" active=ipvs "fast=$1" \
		"real_servers=10.0.0.0/24 2001:db8:2::/64" enabled=1; do
		echo "${setting#*=}" >"$net/services/ftp/${setting%%=*}" || return
	done
}
