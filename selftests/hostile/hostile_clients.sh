#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# passive_from=clients under floods of forged packets: each client is let in, nobody
# else is, and memory has a bound.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck disable=SC2016,SC2034 # awk; wire.sh's names
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=../lib/wire.sh
. "$selftests/lib/wire.sh"

need ipvsadm nft python3
modprobe -q nfnetlink_log || skip_all "no nfnetlink_log"
modprobe -q -a ip_vs ip_vs_rr || skip_all "no IPVS"
setup_ns client router
load_module
packets=$(soak 6000 300000)
seed=${FTPMARK_SEED:-1}

wire_link "$client" "$router" wire0
{
	echo "link set wire0 addrgenmode none up"
	echo "link add back type dummy"
	echo "link set back up"
	for address in $vip/32 $vip2/32 192.0.2.254/24; do
		echo "address add $address dev wire0"
	done
	for address in $vip6/128 2001:db8:c::fe/64; do
		echo "address add $address dev wire0 nodad"
	done
	echo "address add 10.0.0.254/24 dev back"
	echo "address add 2001:db8:a::fe/64 dev back nodad"
	echo "neighbour add 10.0.0.1 lladdr 02:00:00:00:00:99 dev back"
	echo "neighbour add 2001:db8:a::1 lladdr 02:00:00:00:00:99 dev back"
} | ip -n "$router" -batch -
ip netns exec "$router" sysctl -qw net.ipv4.conf.all.rp_filter=0 \
	net.ipv4.conf.wire0.rp_filter=0
wire_ipvs "$router"
# What is established stays so until it is ended.
ip netns exec "$router" ipvsadm --set 86400 0 0
# IPVS gets the packets of control connections; others end behind the hook.
ip netns exec "$router" nft -f - <<-END
table inet hostile {
	chain behind {
		type filter hook prerouting priority -148
		iif != wire0 accept
		meta l4proto != tcp accept
		log group 7 queue-threshold 100
		tcp dport != 21 drop
	}
}
END

files_start conf ip netns exec "$router"
service conf ftp vip="$vip $vip2 $vip6" passive_from=clients enabled=1
output=$(ip netns exec "$router" python3 -S \
	"$selftests/hostile/hostile_clients.py" "$client" "$router" wire0 \
	"$router_mac" "$seed" "$packets" 2>&1)
note "$output"

number_of() # KIND MARK
{
	awk -v kind="$1" -v mark="$2" '$1 == "packets" && $2 == kind &&
		$3 == mark { n = $4 } END { print n + 0 }' <<<"$output"
}

check_equal "every mark and counter is the model's" \
	"differences 0" "$(grep '^differences ' <<<"$output")"
check_equal "no forged data connection is let in" 0 "$(number_of forged_data 21)"
check "thousands are refused" \
	[ "$(number_of forged_data 0)" -gt $((packets / 5)) ]
check "of clients, some are let in" \
	[ "$(number_of data 21)" -gt $((packets / 1000)) ]
check "and some refused, which have no control connection" \
	[ "$(number_of data 0)" -gt $((packets / 1000)) ]
check_equal "among forged connections, no client is locked out" 0 \
	"$(number_of data_after_a_command 0)"
check "each of many is let in" \
	[ "$(number_of data_after_a_command 21)" -gt $((packets / 50)) ]
check_equal "nobody is when the control connection has ended" 0 \
	"$(number_of data_after_the_end 21)"
finish
