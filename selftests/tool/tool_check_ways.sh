#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "ftpmark check" against real transfers: routes, interfaces, real servers, sysctls.

# shellcheck disable=SC2034,SC2317 # for routers.sh, which runs these functions
# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck source-path=SCRIPTDIR source=../lib/routers.sh
. "$(dirname "$0")/../lib/routers.sh"

# A client that only a default route leads to, by "front" or by "up2", which leads
# nowhere.
far4=203.0.113.5

real_servers() # PORT WORD...: the services of IPVS, with these words
{
	local port=$1

	shift
	on_director ipvsadm -C
	on_director ipvsadm -R <<-END
	-A -f 21 $*
	-a -f 21 -r $rip1_4:$port -m
	-a -f 21 -r $rip2_4:$port -m
	-A -f 21 -6 $*
	-a -f 21 -6 -r [$rip1_6]:$port -m
	-a -f 21 -6 -r [$rip2_6]:$port -m
	END
}

test_forwarding()
{
	router "nothing changed" alive "" : :
	router "back does not forward" dead "fault forwarding-off" \
		"sysctl -qw net.ipv4.conf.back.forwarding=0" \
		"sysctl -qw net.ipv4.conf.back.forwarding=1" 4
	router "front need not forward" alive "" \
		"sysctl -qw net.ipv4.conf.front.forwarding=0" :
	router "but for active snat" dead "fault forwarding-off" \
		"service_anew active snat" \
		"service_anew; sysctl -qw net.ipv4.conf.front.forwarding=1" 4
	router "IPv6 is not forwarded" dead "fault forwarding6-off" \
		"sysctl -qw net.ipv6.conf.all.forwarding=0" \
		"sysctl -qw net.ipv6.conf.all.forwarding=1" 6
	router "the VIP is not here" dead "fault vip-not-local" \
		"ip address del $vip4/32 dev lo" "ip address add $vip4/32 dev lo" 4
	router "the VIP is here for marked packets only" dead "fault vip-not-local-bare" \
		"ip address del $vip4/32 dev lo; ip rule add fwmark 21 table 100
		ip route add local $vip4 dev lo table 100" : 4
	router "which serves active snat" alive "" "service_anew active snat" \
		"service_anew; ip rule del fwmark 21; ip address add $vip4/32 dev lo" 4
	router "a blackhole for the mark" alive "note mark-rule" \
		"ip rule add fwmark 21 blackhole priority 77" "ip rule del priority 77"
	check "it is told as one" grep -q "rule 77 sends packets of mark 21 nowhere (blackhole)" \
		"$scratch/said"
}

test_servers()
{
	router "no route to the servers" dead "fault server-unreachable" \
		"ip route del $real_net4 dev back" \
		"ip route add $real_net4 dev back src $dip4" 4
	router "their interface has no carrier" dead "fault server-unreachable" \
		"ip link set back1 down; ip link set back2 down" \
		"ip link set back1 up; ip link set back2 up" 4
	in_ns "$rs1" sysctl -qw net.ipv4.conf.all.arp_ignore=8
	in_ns "$rs2" sysctl -qw net.ipv4.conf.all.arp_ignore=8
	router "they answer no ARP" dead "fault server-unreachable" \
		"ip neigh flush dev back" : 4
	in_ns "$rs1" sysctl -qw net.ipv4.conf.all.arp_ignore=0
	in_ns "$rs2" sysctl -qw net.ipv4.conf.all.arp_ignore=0
	on_director ip neigh flush dev back
	router "all weights are 0" dead "fault ipvs-no-server" \
		"ipvsadm -C; ipvsadm -A -f 21 -s rr -p 300; ipvsadm -a -f 21 -r $rip1_4 -m -w 0" ipvs_anew 4
	router "IPVS is not persistent" dead "fault ipvs-not-persistent" \
		"real_servers 0 -s rr" ipvs_anew
	router "it hashes clients" alive "warning ipvs-not-persistent" \
		"real_servers 0 -s sh" ipvs_anew
	router "servers with port 21" dead "fault server-port" \
		"real_servers 21 -s sh" ipvs_anew
	router "servers with port 21, persistent" alive "note server-port" \
		"real_servers 21 -s rr -p 300" ipvs_anew
	router "servers are not listed" dead "fault server-not-listed" \
		"service_anew real 10.0.0.77,2001:db8:2::77" service_anew
	router "clients are listed as servers" dead "fault real-covers-clients" \
		"service_anew real 10.0.0.0/24,198.51.100.0/24,2001:db8:2::/64" service_anew 4
	router "many others are, too" dead "fault real-covers-clients" \
		"service_anew real 10.0.0.0/24,128.0.0.0/1,2001:db8:2::/64" service_anew 4
	router "two services with one mark" alive "" \
		"'$ftpmark' add other vip 192.0.2.11 real $real_net4; ip address add 192.0.2.11/32 dev lo" \
		"service_anew; ip address del 192.0.2.11/32 dev lo"
	ftp_server_agent "$director" ds "$dip4" "$dip6"
	busywait 60 ftp_director_listens
	router "the director is the real server" alive "" \
		"ipvsadm -C; ipvsadm -A -f 21 -s rr -p 300; ipvsadm -a -f 21 -r $dip4 -m
		ipvsadm -A -f 21 -6 -s rr -p 300; ipvsadm -a -f 21 -6 -r $dip6 -m" ipvs_anew
}

ftp_director_listens()
{
	local listeners

	on_director listeners_count 21
	[ "$listeners" -eq 2 ]
}

daemons() # start|stop STATE...
{
	local state

	for state in "${@:2}"; do
		if [ "$1" = start ]; then
			ipvsadm --start-daemon "$state" --mcast-interface back --syncid 1
		else
			ipvsadm --stop-daemon "$state"
		fi
	done
}

test_directors()
{
	router "both sync daemons" alive "note vs-sync-refresh" "daemons start master backup" :
	router "with backup_only" dead "fault vs-backup-only" \
		"sysctl -qw net.ipv4.vs.backup_only=1" \
		"sysctl -qw net.ipv4.vs.backup_only=0; daemons stop master" 4
	on_director ip address del "$vip4/32" dev lo
	on_director ip address del "$vip6/128" dev lo
	check_run
	check_equal "a standby director is green" 0 "$status"
	check "it is told as one" \
		[ -z "${found##*;note standby;note standby;*}" ]
	on_director ip address add "$vip4/32" dev lo
	on_director ip address add "$vip6/128" dev lo nodad
	on_director daemons stop backup
}

test_sysctls()
{
	router "IPVS drops everything" dead "fault vs-drop-packet" \
		"sysctl -qw net.ipv4.vs.am_droprate=1 net.ipv4.vs.drop_packet=3" : 4
	router "IPVS drops a little" alive "warning vs-drop-packet" \
		"sysctl -qw net.ipv4.vs.drop_packet=0 net.ipv4.vs.am_droprate=50 net.ipv4.vs.drop_packet=3" \
		"sysctl -qw net.ipv4.vs.drop_packet=0 net.ipv4.vs.am_droprate=10"
	router "IPVS forgets at random" alive "warning vs-drop-entry" \
		"sysctl -qw net.ipv4.vs.drop_entry=3" "sysctl -qw net.ipv4.vs.drop_entry=0"
	router "templates of quiet servers expire" alive "note vs-quiescent" \
		"sysctl -qw net.ipv4.vs.expire_quiescent_template=1" : 4
	router "one of them is quiet" alive "warning vs-quiescent" \
		"ipvsadm -e -f 21 -r $rip2_4 -m -w 0" \
		"ipvs_anew; sysctl -qw net.ipv4.vs.expire_quiescent_template=0" 4
}

# conntrack's limit is the same for all namespaces, and set in the first.
test_conntrack()
{
	local max port

	if ! command -v conntrack >/dev/null; then
		skip "conntrack is full" "no conntrack"
		return
	fi
	on_director nft -f - <<<"table inet fw { chain input { type filter hook input priority 0; ct state new counter; }; }"
	for port in 1 2 3; do
		on_director conntrack -I -p tcp -s 203.0.113.1 -d 203.0.113.2 \
			--sport "$port" --dport 9 --state ESTABLISHED \
			--status ASSURED,SEEN_REPLY --timeout 600 \
			>/dev/null 2>&1
	done
	slurp max /proc/sys/net/netfilter/nf_conntrack_max
	sysctl -qw net.netfilter.nf_conntrack_max=3
	router "conntrack is full" dead "fault conntrack-full" : : 4
	sysctl -qw "net.netfilter.nf_conntrack_max=$max"
	router "it is not any more" alive "" : "nft flush ruleset; conntrack -F 2>/dev/null"
}

# A second way out, which leads nowhere.
uplinks_up()
{
	on_director ip link add up2 type dummy
	{
		echo "link set up2 up"
		echo "address add 192.168.9.1/24 dev up2"
		echo "route add default via 192.168.9.2 dev up2"
		echo "route add default via ${cip4[1]} dev front table 10"
		echo "neigh add 192.168.9.2 lladdr 02:00:00:00:00:09 dev up2"
	} | ip -n "$director" -batch -
	ip -n "$client" address add "$far4/32" dev lo
	session_cip4=$far4
}

strict() # 0|1
{
	local link

	for link in all front up2; do
		sysctl -qw "net.ipv4.conf.$link.rp_filter=$1"
	done
}

test_uplinks()
{
	local by_source="ip rule add from $vip4 table 10"

	uplinks_up
	router "answers leave by the VIP's uplink" alive "" \
		"sysctl -qw net.ipv4.vs.snat_reroute=1; $by_source" : 4
	router "but not without snat_reroute" dead "fault vs-snat-reroute" \
		"sysctl -qw net.ipv4.vs.snat_reroute=0" \
		"sysctl -qw net.ipv4.vs.snat_reroute=1" 4
	router "a strict rp_filter follows the rule" alive "" "strict 1" \
		"ip rule del from $vip4" 4
	router "a strict rp_filter without the rule" dead "fault rp-filter-drops" : \
		"strict 0; ip link del up2" 4
	session_cip4=''
	router "marks look up sources in an empty house" dead "fault clients-refused" \
		"ip link add up2 type dummy; ip link set up2 up; strict 1
		ip route add default dev up2 table 20; ip rule add fwmark 21 table 20
		sysctl -qw net.ipv4.conf.all.src_valid_mark=1" \
		"sysctl -qw net.ipv4.conf.all.src_valid_mark=0; ip rule del fwmark 21
		strict 0; ip link del up2" 4
}

test_vrf()
{
	"$ftpmark" -n "$director" set ftp fast 1
	router "clients come by a VRF" alive "note fast-vrf" "
		ip link add red type vrf table 50; ip link set red up
		sysctl -qw net.ipv6.conf.front.keep_addr_on_down=1
		ip link set front master red
		ip address add $vip4/32 dev red; ip address del $vip4/32 dev lo
		ip address add $vip6/128 dev red nodad; ip address del $vip6/128 dev lo
		ip route add ${cip_net4}.0/24 dev front
		ip route add ${cip_net6}:/64 dev front" : 4
	"$ftpmark" -n "$director" set ftp fast 0
}

load_module
modprobe ip_vs_sh || skip_all "no scheduler sh"
routers_up || exit "$ksft_fail"
test_forwarding
test_servers
test_directors
test_sysctls
test_conntrack
test_uplinks
test_vrf
routers_summary
finish
