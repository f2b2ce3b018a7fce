#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fast: what else may be on a packet's path through the director. Either the short way
# does as the usual one, or packets take that one: br_netfilter, a VRF, VLANs, policy
# routing by mark, IPsec, flowtables, tc, hooks of devices.

# shellcheck disable=SC2119,SC2154 # words of load_module; of dial.sh
# shellcheck disable=SC2317 # called by check
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source=../lib/fast.sh
. "$selftests/lib/fast.sh"

# Nobody speaks FTP here.
cluster_servers_start()
{
	:
}

# More packets than show the way.
talk_long=24

# talk_usual NAME: the connection goes on, and nothing takes the short way.
talk_usual()
{
	local fast_packets before

	fast_packets_read
	before=$fast_packets
	talk "$1" "$talk_long" || return
	fast_packets_read
	[ "$fast_packets" = "$before" ]
}

# Sets $family, $cip, a new client, $vip, and how many $bits a host's prefix has.
family_set() # FAMILY
{
	new_cip "$1"
	family=$1 bits=32
	[ "$1" = 4 ] || bits=128
	vip=$(vip_of "$cip")
}

packets_came() # NAME TABLE
{
	# shellcheck disable=SC2034 # one of both is wanted
	local packets bytes

	counter_read "$@" && [ "$packets" -gt 0 ]
}

# Bridged packets are seen by rules for IP: those that are the director's pass
# PREROUTING in the bridge.
test_bridge() # FAMILY
{
	local file=call-iptables

	family_set "$1"
	[ "$1" = 4 ] || file=call-ip6tables
	in_ns "$director" sysctl -qw "net.bridge.bridge-nf-$file=1"
	talk_begin bridge
	check "IPv$1: with br_netfilter a connection takes the usual way" \
		talk_usual bridge
	in_ns "$director" sysctl -qw "net.bridge.bridge-nf-$file=0"
	check "IPv$1: without it, the short way" talk_fast bridge
	in_ns "$director" sysctl -qw "net.bridge.bridge-nf-$file=1"
	check "IPv$1: with it again it goes on" talk bridge "$talk_long"
	check "IPv$1: and takes the usual way in the end" \
		busywait 60 talk_usual bridge
	in_ns "$director" sysctl -qw "net.bridge.bridge-nf-$file=0"
	talk_end bridge
}

# A packet that comes by a VRF passes PREROUTING twice.
test_vrf() # FAMILY
{
	family_set "$1"
	in_ns "$director" sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1
	ip -n "$director" -batch - <<-END
	link add red type vrf table 10
	link set red up
	link set front master red
	route add $cip/$bits dev front
	END
	talk_begin vrf
	check "IPv$1: from a VRF a connection is whole" talk vrf "$talk_long"
	check "IPv$1: it goes on when its device leaves the VRF" \
		vrf_left vrf "$talk_long"
	check "IPv$1: and takes the short way then" talk_fast vrf
	talk_end vrf
}

vrf_left() # NAME TIMES
{
	ip -n "$director" link set front nomaster
	ip -n "$director" link del red
	talk "$@"
}

vlan_link()
{
	ip -n "$client" -batch - <<-END
	link add link wan name wan.5 type vlan id 5
	link set wan.5 up
	address add 203.0.113.1/24 dev wan.5
	address add 2001:db8:5::1/64 dev wan.5 nodad
	route add $vip4 via 203.0.113.254
	route add $vip6 via 2001:db8:5::fe
	END
	ip -n "$director" -batch - <<-END
	link add link front name front.5 type vlan id 5
	link set front.5 up
	address add 203.0.113.254/24 dev front.5
	address add 2001:db8:5::fe/64 dev front.5 nodad
	END
	in_ns "$client" nft -f - <<-END
	table inet t_vlan {
		counter tagged { }
		counter untagged { }
		chain input {
			type filter hook input priority 0
			iifname wan.5 tcp sport $talk_port counter name tagged
			iifname wan tcp sport $talk_port counter name untagged
		}
	}
	END
}

test_vlan() # FAMILY
{
	family_set "$1"
	cip=203.0.113.1
	[ "$1" = 4 ] || cip=2001:db8:5::1
	talk_begin vlan
	check "IPv$1: through a VLAN a connection takes the short way" \
		talk_fast vlan
	talk_end vlan
}

vlan_unlink()
{
	local director=$client

	check "packets have the VLAN's tag" packets_came tagged t_vlan
	check "and none has none" ! packets_came untagged t_vlan
	in_ns "$client" nft "delete table inet t_vlan"
	ip -n "$client" link del wan.5
}

# A second link, which packets to the client take by their mark.
mark_link()
{
	ip link add wan2 netns "$client" type veth \
		peer name front2 netns "$director"
	ip -n "$client" link set wan2 address 02:00:00:00:02:02 up
	ip -n "$director" link set front2 up
	in_ns "$client" nft -f - <<-END
	table inet t_links {
		counter second { }
		chain input {
			type filter hook input priority 0
			iifname wan2 tcp sport $talk_port counter name second
		}
	}
	END
	in_ns "$director" nft -f - <<-END
	table inet t_marks {
		chain prerouting {
			type filter hook prerouting priority -150
			iifname back tcp sport $talk_port meta mark set 7
		}
	}
	table netdev t_marks {
		counter right { }
		counter wrong { }
		chain egress {
			type filter hook egress device front2 priority 0
			tcp sport $talk_port meta mark 7 counter name right
			tcp sport $talk_port meta mark != 7 counter name wrong
		}
	}
	END
}

second_read() # leaves $second, what came by the second link
{
	# shellcheck disable=SC2034 # one of both is wanted
	local director=$client packets bytes

	counter_read second t_links && second=$packets
}

# Whether the next packets to the client, with fresh leases, come by the first link.
rule_is_taken()
{
	local second before route after

	talk_fast mark || return
	service_stat_read route ftp fast_route
	ip -n "$director" "-$family" rule del fwmark 7 table 100
	second_read
	before=$second
	talk mark 4
	second_read
	service_stat_read after ftp fast_route
	[ "$second" = "$before" ] && [ "$after" -gt "$route" ] && return
	ip -n "$director" "-$family" rule add fwmark 7 table 100
	return 1
}

test_mark() # FAMILY
{
	local second

	family_set "$1"
	ip -n "$director" -batch - <<-END
	route add $cip/$bits dev front2 table 100
	neighbour replace $cip lladdr 02:00:00:00:02:02 dev front2
	END
	ip -n "$director" "-$1" rule add fwmark 7 table 100
	talk_begin mark
	check "IPv$1: routed by its mark, a connection takes the short way" \
		talk_fast mark
	second_read
	check "IPv$1: by the second link" [ "$second" -gt 8 ]
	check "IPv$1: without the rule it takes the first link at once" \
		again rule_is_taken
	check "IPv$1: and the short way" talk_fast mark
	ip -n "$director" route del "$cip/$bits" dev front2 table 100
	talk_end mark
}

mark_unlink()
{
	# shellcheck disable=SC2034 # one of both is wanted
	local packets bytes

	nft_counter_read "$director" netdev t_marks right
	check "marked packets leave with their marks" [ "$packets" -gt 8 ]
	nft_counter_read "$director" netdev t_marks wrong
	check_equal "all of them" 0 "$packets"
	in_ns "$director" nft "delete table netdev t_marks; delete table inet t_marks"
	in_ns "$client" nft "delete table inet t_links"
	ip -n "$director" link del front2
}

# An association of IPsec between the VIP and the client, in transport mode.
ipsec_batch() # add|delete policy-direction
{
	local key=0x00112233445566778899aabbccddeeff from to dir

	for from in "$vip" "$cip"; do
		to=$cip dir=$2
		[ "$from" = "$vip" ] || to=$vip dir=$3
		case $1 in
		add)
			echo "xfrm state add src $from dst $to proto esp spi 0x100" \
				"mode transport auth hmac(sha1) $key enc cbc(aes) $key"
			echo "xfrm policy add src $from/$bits dst $to/$bits dir $dir" \
				"tmpl src $from dst $to proto esp mode transport"
			;;
		*)
			echo "xfrm policy delete src $from/$bits dst $to/$bits dir $dir"
			echo "xfrm state delete src $from dst $to proto esp spi 0x100"
			;;
		esac
	done
}

ipsec() # add|delete
{
	ipsec_batch "$1" out in | ip -n "$director" -batch - &&
		ipsec_batch "$1" in out | ip -n "$client" -batch -
}

ipsec_count()
{
	in_ns "$client" nft -f - <<-END
	table inet t_ipsec {
		counter encrypted { }
		chain input {
			type filter hook input priority 0
			meta l4proto esp counter name encrypted
		}
	}
	END
}

esp_came()
{
	local director=$client

	packets_came encrypted t_ipsec
}

test_ipsec() # FAMILY
{
	family_set "$1"
	ipsec_count
	talk_begin ipsec
	check "IPv$1: without IPsec a connection takes the short way" \
		talk_fast ipsec
	check "IPv$1: an association is made" ipsec add
	check "IPv$1: with IPsec it goes on" talk ipsec "$talk_long"
	check "IPv$1: and takes the usual way" busywait 60 talk_usual ipsec
	check "IPv$1: on which it is encrypted" esp_came
	talk_end ipsec
	talk_begin ipsec2
	check "IPv$1: a new one takes the usual way" talk_usual ipsec2
	check "IPv$1: the association is undone" ipsec delete
	check "IPv$1: and then the short way" talk_fast ipsec2
	talk_end ipsec2
	in_ns "$client" nft "delete table inet t_ipsec"
}

# A flowtable takes connections that conntrack tracks: not those of IPVS.
test_flowtable() # FAMILY
{
	family_set "$1"
	in_ns "$director" nft -f - <<-END
	table inet t_flows {
		flowtable both {
			hook ingress priority 0
			devices = { back, front }
		}
		chain forward {
			type filter hook forward priority 0
			meta l4proto tcp ct state established flow add @both
		}
	}
	END
	talk_begin flowtable
	check "IPv$1: beside a flowtable a connection takes the short way" \
		talk_fast flowtable
	talk_end flowtable
	in_ns "$director" nft "delete table inet t_flows"
}

# IPVS can have conntrack track its connections.
test_conntrack() # FAMILY
{
	family_set "$1"
	in_ns "$director" nft -f - <<-END
	table inet t_tracked {
		chain forward {
			type filter hook forward priority 0
			ct state established accept
		}
	}
	END
	in_ns "$director" sysctl -qw net.ipv4.vs.conntrack=1
	talk_begin tracked
	check "IPv$1: one that conntrack tracks takes the usual way" \
		talk_usual tracked
	talk_end tracked
	in_ns "$director" sysctl -qw net.ipv4.vs.conntrack=0
	in_ns "$director" nft "delete table inet t_tracked"
}

# tc and hooks of devices count all packets, by whichever way.
device_watch()
{
	in_ns "$director" tc qdisc add dev front clsact
	in_ns "$director" tc qdisc add dev back clsact
	in_ns "$director" tc filter add dev front ingress protocol "$1" flower \
		ip_proto tcp dst_port "$talk_port" action ok
	in_ns "$director" tc filter add dev back egress protocol "$1" flower \
		ip_proto tcp dst_port "$talk_port" action ok
	in_ns "$director" nft -f - <<-END
	table netdev t_devices {
		counter arrived { }
		counter left { }
		chain ingress {
			type filter hook ingress device front priority 0
			tcp dport $talk_port counter name arrived
		}
		chain egress {
			type filter hook egress device back priority 0
			tcp dport $talk_port counter name left
		}
	}
	END
}

tc_counted() # DEVICE DIRECTION
{
	in_ns "$director" tc -s filter show dev "$1" "$2" |
		awk '$1 == "Sent" { print $4 }'
}

# Leaves what rules have counted ahead of the module, and what others have.
devices_read()
{
	# shellcheck disable=SC2034 # one of both is wanted
	local packets bytes

	counter_read before t_before || return
	before="$packets $packets $packets $packets"
	others="$(tc_counted front ingress) $(tc_counted back egress)"
	nft_counter_read "$director" netdev t_devices arrived || return
	others+=" $packets"
	nft_counter_read "$director" netdev t_devices left || return
	others+=" $packets"
}

devices_agree()
{
	devices_read && [ "$before" = "$others" ]
}

test_devices() # FAMILY
{
	local before others ethertype=ip

	family_set "$1"
	[ "$1" = 4 ] || ethertype=ipv6
	device_watch $ethertype
	in_ns "$director" nft -f - <<-END
	table inet t_before {
		counter before { }
		chain prerouting {
			type filter hook prerouting priority -500
			iifname front tcp dport $talk_port counter name before
		}
	}
	END
	talk_begin devices
	check "IPv$1: under tc a connection takes the short way" talk_fast devices
	# An acknowledgement may still be under way.
	busywait 60 devices_agree
	check_equal "IPv$1: rules of tc, and hooks of devices, see every packet" \
		"$before" "$others"
	talk_end devices
	in_ns "$director" tc qdisc del dev front clsact
	in_ns "$director" tc qdisc del dev back clsact
	in_ns "$director" nft \
		"delete table netdev t_devices; delete table inet t_before"
}

# Where it is loaded, bridges of all tests have it.
undo_more()
{
	rmmod br_netfilter
}

need tc
modprobe -q -a br_netfilter vrf 8021q nft_flow_offload esp4 esp6 cls_flower ||
	skip_all "a module of the kernel is missing"
load_module
cluster_up || exit
in_ns "$director" sysctl -qw net.bridge.bridge-nf-call-iptables=0 \
	net.bridge.bridge-nf-call-ip6tables=0
active_up
talk_up
cluster_marker_module fast=1
for family in 4 6; do
	test_bridge "$family"
	test_ipsec "$family"
	test_flowtable "$family"
	test_conntrack "$family"
	test_devices "$family"
done
mark_link
test_mark 4
test_mark 6
mark_unlink
vlan_link
test_vlan 4
test_vlan 6
vlan_unlink
test_vrf 4
test_vrf 6
finish
