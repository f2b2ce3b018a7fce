# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the benchmarks: each way to carry FTP through an IPVS router, in the best
# form that its users would write; rivals.tsv has their titles. rival_NAME FAMILY
# configures the namespace $router; $modules is the directory with the benchmarks'
# modules.

# shellcheck disable=SC2034,SC2154 # for the benchmarks, and theirs

declare -A cip=([4]=198.51.100.2 [6]=2001:db8:1::2)
declare -A vip=([4]=192.0.2.10 [6]=2001:db8:10::10)
declare -A rip=([4]=10.0.0.2 [6]=2001:db8:2::2)
declare -A real_net=([4]=10.0.0.0/24 [6]=2001:db8:2::/64)
mark=21
router=""

# Rivals in the order of the tables. The first is the floor. The last must be last: the
# helper that it loads serves all later services on port 21.
path_rivals=(floor empty_hook ipvs ipvs_fast snat snat_notrack masquerade
	iptables_legacy iptables_nft ipset nft tc floor_lean ipvs_lean
	flowtable forward forward_ftpmark forward_fast vip21 ip_vs_ftp)

# Those that show what the short way does for many connections, and for slow ones.
short_rivals=" floor ipvs ipvs_fast "

# The mark that packets to the VIP must have in the end, by rival.
declare -A marks=([floor]=0 [empty_hook]=0 [floor_lean]=0 [flowtable]=0
	[forward]=plain [forward_ftpmark]=plain [forward_fast]=plain
	[ip_vs_ftp]=0 [vip21]=0)
for rival in "${path_rivals[@]}"; do
	: "${marks[$rival]:=$mark}"
done

# Kinds that a rival cannot carry; the program fails if it can.
declare -A cannot=(
	# Nothing translates connections that a real server opens.
	[floor]="active new_active"
	[empty_hook]="active new_active"
	[floor_lean]="active new_active"
	[tc]="active new_active"
	[forward]="active new_active"
	[forward_ftpmark]="active new_active"
	[forward_fast]="active new_active"
	# A persistent service on port 21 also takes every port from 1024 on
	# (ip_vs_service_find()).
	[vip21]="active new_active"
)

in_router()
{
	ip netns exec "$router" "$@"
}

# Sink devices end a packet's way where a driver would get it. Nobody answers there,
# so the neighbours are given.
create_router() # NAME
{
	router=$1
	ip netns add "$router"
	in_router sysctl -q net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.{all,default}.rp_filter=0
	ip -n "$router" -batch - <<-END
	link set lo up
	link add front type ftpmark_sink
	link add back type ftpmark_sink
	address add ${cip[4]%.*}.1/24 dev front
	address add ${cip[6]%:*}:1/64 dev front nodad
	address add ${vip[4]}/32 dev front
	address add ${vip[6]}/128 dev front nodad
	address add ${rip[4]%.*}.1/24 dev back
	address add ${rip[6]%:*}:1/64 dev back nodad
	link set front up
	link set back up
	neighbor add ${cip[4]} lladdr 02:00:00:00:00:01 dev front
	neighbor add ${cip[6]} lladdr 02:00:00:00:00:01 dev front
	neighbor add ${rip[4]} lladdr 02:00:00:00:00:02 dev back
	neighbor add ${rip[6]} lladdr 02:00:00:00:00:02 dev back
	END
}

ipvs_service() # FAMILY -t ADDRESS:PORT | -f MARK
{
	local real=${rip[$1]} v6=()

	if [ "$1" = 6 ] && [ "$2" = -f ]; then
		v6=(-6)
	elif [ "$1" = 6 ]; then
		real="[$real]:${3##*:}"
	fi
	in_router ipvsadm -A "${@:2}" "${v6[@]}" -s rr -p 300
	in_router ipvsadm -a "${@:2}" "${v6[@]}" -r "$real" -m
}

ipvs_address() # FAMILY
{
	if [ "$1" = 6 ]; then
		echo "[${vip[6]}]"
	else
		echo "${vip[4]}"
	fi
}

rival_floor() # FAMILY
{
	ipvs_service "$1" -t "$(ipvs_address "$1"):0"
}

rival_empty_hook() # FAMILY
{
	rival_floor "$1"
	insmod "$modules/ftpmark_empty.ko"
}

# What a router that is only a router can do without: a second route lookup for each
# packet to the client, and a search for a local socket for each packet.
lean()
{
	in_router sysctl -q net.ipv4.vs.snat_reroute=0 net.ipv4.ip_early_demux=0
}

rival_floor_lean() # FAMILY
{
	rival_floor "$1"
	lean
}

rival_ipvs_lean() # FAMILY
{
	rival_ipvs "$1"
	lean
}

# One server, and conntrack's translation in the short way of nf_flow_table.
rival_flowtable() # FAMILY
{
	local ip=ip

	[ "$1" = 4 ] || ip=ip6
	in_router nft -f - <<-END
	table $ip ftp {
		flowtable ft {
			hook ingress priority filter
			devices = { front, back }
		}
		chain to_server {
			type nat hook prerouting priority dstnat
			$ip daddr ${vip[$1]} tcp dport { 21, 10000-20000 } dnat to ${rip[$1]}
		}
		chain to_client {
			type nat hook postrouting priority srcnat
			$ip saddr ${real_net[$1]} tcp sport 20 snat to ${vip[$1]}
		}
		chain short {
			type filter hook forward priority filter
			tcp flags & (fin | rst) == 0 flow add @ft
		}
	}
	END
}

# A router without any of it: clients talk to the real server's own address.
rival_forward()
{
	:
}

three_rules() # FAMILY IPTABLES
{
	local iptables=$2

	[ "$1" = 4 ] || iptables=ip6${2#ip}
	ipvs_service "$1" -f "$mark"
	in_router "$iptables" -t mangle -A PREROUTING -p tcp -d "${vip[$1]}" \
		--dport 21 -j MARK --set-mark "$mark"
	in_router "$iptables" -t mangle -A PREROUTING -p tcp -d "${vip[$1]}" \
		--dport 10000:20000 -j MARK --set-mark "$mark"
	in_router "$iptables" -t nat -A POSTROUTING -p tcp \
		-s "${real_net[$1]}" --sport 20 -j MASQUERADE
}

# The classic recipe.
rival_iptables_legacy() # FAMILY
{
	three_rules "$1" iptables-legacy
}

rival_iptables_nft() # FAMILY
{
	three_rules "$1" iptables-nft
}

rival_ipset() # FAMILY
{
	local iptables=iptables-legacy family=inet

	[ "$1" = 4 ] || { iptables=ip6tables-legacy; family=inet6; }
	ipvs_service "$1" -f "$mark"
	in_router ipset create vips hash:ip family "$family"
	in_router ipset add vips "${vip[$1]}"
	in_router "$iptables" -t mangle -A PREROUTING -p tcp \
		-m set --match-set vips dst \
		-m multiport --dports 21,10000:20000 -j MARK --set-mark "$mark"
	in_router "$iptables" -t nat -A POSTROUTING -p tcp \
		-s "${real_net[$1]}" --sport 20 -j SNAT --to-source "${vip[$1]}"
}

# The VIPs are in a hash: a set of addresses with port ranges costs ten times as much
# with a thousand of them. Control and passive flows bypass conntrack, which is on for
# active data.
rival_nft() # FAMILY
{
	local ip=ip type=ipv4_addr

	[ "$1" = 4 ] || { ip=ip6; type=ipv6_addr; }
	ipvs_service "$1" -f "$mark"
	in_router nft -f - <<-END
	table $ip ftp {
		map marks {
			type $type : mark
			elements = { ${vip[$1]} : $mark }
		}
		chain raw {
			type filter hook prerouting priority raw
			tcp dport 10000-20000 meta mark set $ip daddr map @marks notrack accept
			tcp dport 21 meta mark set $ip daddr map @marks notrack accept
			$ip saddr ${real_net[$1]} tcp sport 10000-20000 notrack accept
			$ip saddr ${real_net[$1]} tcp sport 21 notrack
		}
		chain nat {
			type nat hook postrouting priority srcnat
			$ip saddr ${real_net[$1]} tcp sport 20 snat to ${vip[$1]}
		}
	}
	END
}

rival_tc() # FAMILY
{
	local protocol=ip

	[ "$1" = 4 ] || protocol=ipv6
	ipvs_service "$1" -f "$mark"
	in_router tc qdisc add dev front clsact
	in_router tc filter add dev front ingress protocol "$protocol" prio 1 \
		flower ip_proto tcp dst_ip "${vip[$1]}" dst_port 21 \
		action skbedit mark "$mark"
	in_router tc filter add dev front ingress protocol "$protocol" prio 1 \
		flower ip_proto tcp dst_ip "${vip[$1]}" dst_port 10000-20000 \
		action skbedit mark "$mark"
}

rival_ip_vs_ftp() # FAMILY
{
	modprobe ip_vs_ftp
	in_router sysctl -q net.ipv4.vs.conntrack=1
	ipvs_service "$1" -t "$(ipvs_address "$1"):21"
}

rival_vip21() # FAMILY
{
	# Once loaded, the helper serves every such service.
	[ ! -d /sys/module/ip_vs_ftp ] || return
	ipvs_service "$1" -t "$(ipvs_address "$1"):21"
}

nf_ftpmark() # FAMILY ACTIVE [NOTRACK [FAST]]
{
	ipvs_service "$1" -f "$mark"
	# shellcheck disable=SC2016 # for the inner shell
	in_router sh -eu -c '
		cd /sys/kernel/nf_ftpmark/net
		echo ftp >add
		cd services/ftp
		echo "$1" >vip
		echo "$2" >real_servers
		echo "$3" >mark
		echo "$4" >active
		echo "$5" >notrack
		echo "$6" >fast
		echo "$7" >enabled
	' sh "${vip[$1]}" "${real_net[$1]}" "$mark" "$2" "${3:-0}" "${4:-0}" \
		"${enable:-1}"
}

rival_ipvs()
{
	nf_ftpmark "$1" ipvs
}

rival_ipvs_fast()
{
	nf_ftpmark "$1" ipvs 0 1
}

# Plain forwarding beside services without and with the short way.
rival_forward_ftpmark()
{
	nf_ftpmark "$1" off
}

rival_forward_fast()
{
	nf_ftpmark "$1" off 0 1
}

rival_snat()
{
	nf_ftpmark "$1" snat
}

rival_snat_notrack()
{
	nf_ftpmark "$1" snat 1
}

rival_masquerade()
{
	nf_ftpmark "$1" masquerade
}
