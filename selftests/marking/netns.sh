#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Network namespaces: each has its own services and marks its own packets, and
# each may go away at any time, and so may the module.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck disable=SC2016,SC2317 # for other shells; called by check
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=../lib/wire.sh
. "$selftests/lib/wire.sh"

need nft python3
setup_ns client left right
load_module
wire_up "$client" "$left" wire0
wire_up "$client" "$right" wire1
wire_sender "$client"
wire_watcher nft_left "$left"
wire_watcher nft_right "$right"
files_start left ip netns exec "$left"
files_start right ip netns exec "$right"
files_start host

# check_sides NAME LEFT RIGHT REQUEST...: sends the same packets to both sides.
check_sides()
{
	device=wire0 watcher=nft_left check_marks "$1: left" "$2" "${@:4}"
	device=wire1 watcher=nft_right check_marks "$1: right" "$3" "${@:4}"
}

check_services() # NAME NAMESPACE EXPECTED
{
	local services

	services_read "$2"
	check_equal "$1" "$3" "$services"
}

each_its_own()
{
	check_services "a new namespace has no service" "$left" ""
	service left ftp vip="$vip $vip6" mark=1 enabled=1
	check_services "a service: not in another namespace" "$right" ""
	files host stat services/ftp
	check_equal "a service: not in the initial namespace" ENOENT "$result"
	check_sides "service in one" "1=3" "0=3" \
		"to=$vip" "to=$vip port=10000" "to=$vip6"

	service right ftp vip="$vip $vip2 $vip6" mark=2 enabled=1
	service right more vip="$vip" control_ports=2121 passive_ports= \
		mark=3 enabled=1
	check_services "left's services" "$left" "ftp"
	check_services "right's services" "$right" "ftp more"
	check_file left services/ftp/mark 1 "left's mark"
	check_file right services/ftp/mark 2 "right's mark"
	check_sides "services in both" "0=2 1=2" "2=3 3=1" \
		"to=$vip port="{21,2121} "to=$vip2" "to=$vip6"
	check_stats "left has counted its own" left ftp control_packets=4 \
		passive_packets=1 bytes=$((40 * 3 + 60 * 2)) out_of_range=1
	check_stats "right has counted its own" right ftp control_packets=3 \
		bytes=$((40 * 2 + 60))

	put right services/ftp/enabled 0
	check_sides "disabled in one" "1=1" "0=1" "to=$vip"
	put right remove more
	put left remove ftp
	put right services/ftp/enabled 1
	check_sides "removed in the other" "0=1" "2=1" "to=$vip"
}

# configure NAMESPACE: a service that masquerades in both families.
configure()
{
	ip netns exec "$1" configure_here
}

configure_here()
{
	local net=/sys/kernel/nf_ftpmark/net

	echo four >"$net/add" && echo six >"$net/add" &&
		echo "$vip" >"$net/services/four/vip" &&
		echo "$vip6" >"$net/services/six/vip" &&
		echo "${cip%.*}.0/24" >"$net/services/four/real_servers" &&
		echo "${cip6%::*}::/64" >"$net/services/six/real_servers" &&
		echo 1-65535 >"$net/services/four/active_ports" &&
		echo 1-65535 >"$net/services/six/active_ports" &&
		echo masquerade >"$net/services/four/active" &&
		echo masquerade >"$net/services/six/active" &&
		echo 1 >"$net/services/four/enabled" &&
		echo 1 >"$net/services/six/enabled"
}

# Gives a router an uplink, so that packets are forwarded and meet all hooks.
uplink() # NAMESPACE DEVICE
{
	ip netns exec "$1" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.accept_dad=0
	ip -n "$1" -batch - <<-END
	link add name up0 type dummy
	link set up0 up
	link set $2 up
	address add 203.0.113.1/24 dev up0
	address add 2001:db8:f::1/64 dev up0 nodad
	route add default dev up0
	route add ::/0 dev up0
	route add ${cip%.*}.0/24 dev $2
	route add ${cip6%::*}::/64 dev $2
	END
}

# flood DEVICE: sends packets for both hooks of both families until it is killed.
flood()
{
	become ip netns exec "$client" \
		python3 -S "$selftests/lib/packets.py" "$cip" \
		"$cip6" "$router_mac" >/dev/null 2>&1 < <(
		for ((i = 0; i < 40000; i++)); do
			for to in "$vip" "$vip6" 203.0.113.99 2001:db8:f::99; do
				echo "dev=$1 to=$to sport=$((1024 + i))"
			done
		done
	) &
	flood=$!
	disown
}

# hits NAMESPACE: whether packets have met each of the four hooks.
hits()
{
	ip netns exec "$1" hits_here
}

hits_here()
{
	local file count

	for file in {four,six}/stats/{control_packets,active_connections}; do
		read -r count <"/sys/kernel/nf_ftpmark/net/services/$file" &&
			[ "$count" -gt 20 ] || return
	done
}

gone() # DEVICE
{
	! ip -n "$client" link show dev "$1"
}

# The namespace's last reference is dropped while packets flow.
deleted_in_use()
{
	local round name

	for round in 1 2 3; do
		setup_ns doomed
		wire_link "$client" "$doomed" wire2
		uplink "$doomed" wire2
		configure "$doomed"
		flood wire2
		check "round $round: packets meet all hooks" \
			busywait 60 hits "$doomed"
		check "round $round: and still arrive" kill -0 "$flood"
		ip netns delete "$doomed"
		unset 'namespaces[-1]'
		check "round $round: the namespace goes away" \
			busywait 60 gone wire2
		kill "$flood" 2>/dev/null
	done
	check_sides "the other namespaces are as before" "0=1" "2=1" "to=$vip"
}

# Namespaces come and go without waiting for the cleanup of the last one.
many()
{
	check "namespaces come and go with their services" bash -c '
		for ((i = 0; i < 20; i++)); do
			unshare --net --mount bash -c "
				mount -t sysfs sys /sys &&
				cd /sys/kernel/nf_ftpmark/net &&
				[ -z \"\$(echo services/*/mark | grep ftp)\" ] &&
				echo ftp >add &&
				echo 192.0.2.1 2001:db8::1 >services/ftp/vip &&
				echo 10.0.0.0/8 2001:db8::/32 \
					>services/ftp/real_servers &&
				echo 1 >services/ftp/enabled" || exit 1
		done'
	check_sides "the other namespaces are as before" "0=1" "2=1" "to=$vip"
}

counted_some()
{
	files left read services/ftp/stats/control_packets
	[ "$text" -gt 20 ]
}

unloaded_in_use()
{
	service left ftp vip="$vip $vip6" mark=4 \
		real_servers="10.0.0.0/24 2001:db8:a::/64" enabled=1
	check_sides "before unloading" "4=1" "2=1" "to=$vip"
	flood wire0
	check "packets arrive" busywait 60 counted_some
	check "the module can be unloaded" unload_module
	check "its files are gone" ! ls -d /sys/kernel/nf_ftpmark
	kill "$flood" 2>/dev/null
	busywait 60 eval '! kill -0 "$flood"'
	check "it can be loaded again" load_module
	check_services "no service: left" "$left" ""
	check_services "no service: right" "$right" ""
	watcher=nft_left marks_forget behind
	check_sides "no service: no mark" "0=2" "0=2" "to=$vip" "to=$vip6"
	service left ftp vip="$vip" mark=5 enabled=1
	service right ftp vip="$vip6" mark=6 enabled=1
	check_sides "services again" "0=1 5=1" "0=1 6=1" "to=$vip" "to=$vip6"
}

each_its_own
deleted_in_use
many
unloaded_in_use
finish
