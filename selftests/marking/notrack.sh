#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# notrack: where something else has switched conntrack on, a service's control and
# passive packets bypass it, and all others do not.

# shellcheck disable=SC2034 # of cluster.sh
# shellcheck disable=SC2119,SC2154 # words of load_module; of dial.sh
# shellcheck disable=SC2317 # called by check
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source=../lib/dial.sh
. "$selftests/lib/dial.sh"

tracing=/sys/kernel/tracing
ftp_active=ipvs
big_size=$((1 << 16))
# A session has one process rather than three.
cluster_server_lines="one_process_model=YES"

# Counts packets by what conntrack makes of them on arrival. IPVS drops the entries
# of its own packets, so the table would not show them.
conntrack_watch()
{
	local kind state

	{
		echo "table inet track {"
		for kind in vip4 vip6 server4 server6 other; do
			for state in tracked untracked; do
				echo "counter ${kind}_$state { packets 0 bytes 0 }"
			done
		done
		cat <<-END
		chain prerouting {
			type filter hook prerouting priority -145
			meta l4proto != tcp return
			ip daddr $vip4 tcp dport { 21, $passive_first-$passive_last } ct state untracked counter name vip4_untracked return
			ip daddr $vip4 tcp dport { 21, $passive_first-$passive_last } counter name vip4_tracked return
			ip6 daddr $vip6 tcp dport { 21, $passive_first-$passive_last } ct state untracked counter name vip6_untracked return
			ip6 daddr $vip6 tcp dport { 21, $passive_first-$passive_last } counter name vip6_tracked return
			ip saddr $real_net4 tcp sport { 21, $passive_first-$passive_last } ct state untracked counter name server4_untracked return
			ip saddr $real_net4 tcp sport { 21, $passive_first-$passive_last } counter name server4_tracked return
			ip6 saddr $real_net6 tcp sport { 21, $passive_first-$passive_last } ct state untracked counter name server6_untracked return
			ip6 saddr $real_net6 tcp sport { 21, $passive_first-$passive_last } counter name server6_tracked return
			ct state untracked counter name other_untracked return
			counter name other_tracked
		}
		}
		END
	} | in_ns "$director" nft -f -
}

# Leaves the counters that went up since the last call in $tracked, sorted. It is asked
# very often: so without a process.
tracked_read()
{
	local text word name='' before=''
	local -A up=()

	in_ns "$director" nft_run -v text "reset counters table inet track"
	for word in $text; do
		case $before in
		counter) name=$word ;;
		packets) [ "$word" -eq 0 ] || up[$name]=1 ;;
		esac
		before=$word
	done
	tracked=
	for name in {other,server4,server6,vip4,vip6}_{tracked,untracked}; do
		[ -z "${up[$name]-}" ] || tracked+=${tracked:+ }$name
	done
}

check_tracked() # NAME EXPECTED
{
	local tracked

	tracked_read
	check_equal "$1" "$2" "$tracked"
}

# A kprobe counts how often the hook is entered.
probe_on()
{
	[ -e "$tracing/kprobe_events" ] || mount -t tracefs tracefs "$tracing"
	echo "p:nf_ftpmark_test/notrack nf_ftpmark:ftpmark_notrack" \
		>>"$tracing/kprobe_events" &&
		echo 1 >"$tracing/events/nf_ftpmark_test/enable"
}

probe_off()
{
	echo 0 >"$tracing/events/nf_ftpmark_test/enable"
	echo "-:nf_ftpmark_test/notrack" >>"$tracing/kprobe_events"
}

hook_calls()
{
	[ -z "$probes" ] ||
		awk '$1 == "notrack" { print $2 }' "$tracing/kprobe_profile"
}

# check_hook NAME TEST NUMBER: compares how often the hook was entered, where the
# kernel can count that.
check_hook()
{
	if [ -n "$probes" ]; then
		check "$1" [ "$(hook_calls)" "$2" "$3" ]
	else
		skip "$1" "no kprobes"
	fi
}

service_entries()
{
	in_ns "$director" grep -E 'sport=21 |dport=21 |port=1[0-9]{4} ' \
		/proc/net/nf_conntrack
}

# check_transfers WHEN PASSIVE ACTIVE: what conntrack must see of passive and of
# active sessions, without the family.
check_transfers()
{
	local family mode

	for family in 4 6; do
		for mode in epsv eprt; do
			new_cip "$family"
			check "$1: $mode over IPv$family" \
				session_run curl "$mode" "$cip"
			check_equal "$1: peer, $mode over IPv$family" \
				"$(expected_peer "$mode" "$family")" "$session_peers"
			if [ "$mode" = epsv ]; then
				check_tracked "$1: seen of passive, IPv$family" \
					"${2//N/$family}"
			else
				check_tracked "$1: seen of active, IPv$family" \
					"${3//N/$family}"
			fi
		done
	done
}

# check_others WHEN: conntrack must see packets that are no part of the service.
check_others()
{
	local before cport

	before=$(service_stat ftp active_unmatched)
	tracked_read
	new_cip 4
	port=22
	cport=$((++fresh_port))
	tcp client "dial other $cip $cport $rip1_4 22"
	tcp rs1 "accept 22 ssh"
	check_exchange "$1: another connection to a server" rs1 other
	check "$1: it is tracked" ct_entries "$cport"
	hang_up rs1 other

	new_port
	tcp client "listen plain $cip $port"
	dial rs1 "$cip" 2222
	tcp client "accept plain_end plain"
	check_equal "$1: a server's own connection is untouched" \
		"$rip1_4 2222" "$answer"
	check_exchange "$1: a server's own connection" rs1 plain_end
	check "$1: it is tracked too" ct_entries "$port"
	hang_up rs1 plain_end
	check_tracked "$1: all packets of both are tracked" "other_tracked"
	check_equal "$1: active_unmatched: the server's own" \
		$((before + 1)) "$(service_stat ftp active_unmatched)"
}

# Gives what servers send to the client another source. One connection gets the
# VIP and a port of the service.
uplink_nat()
{
	in_ns "$director" nft -f - <<-END
	table inet uplink {
		chain postrouting {
			type nat hook postrouting priority 100
			ip saddr $real_net4 tcp sport 40000 oif front snat ip to $vip4:15502
			ip6 saddr $real_net6 tcp sport 40000 oif front snat ip6 to [$vip6]:15502
			ip saddr $real_net4 oif front masquerade
			ip6 saddr $real_net6 oif front masquerade
		}
	}
	END
}

# check_own NAME FAMILY PORT SOURCE TRACKING: a server connects to a client from
# PORT, for which the client sees SOURCE, and conntrack must see all of it.
check_own()
{
	local arrivals name="$1, IPv$2"

	new_cip "$2"
	new_port
	raw rs1 "$cip" "sport=$3"
	busywait 60 has_arrived "$port"
	arrived_read "$port"
	check_equal "$name: its source" "tcp $4 1" "$arrivals"
	# Without that it would be in vain to wait for the client.
	[ "$arrivals" = "tcp $4 1" ] || return

	new_port
	tcp client "listen own $cip $port"
	dial rs1 "$cip" "$3"
	tcp client "accept own_end own"
	check_equal "$name: the connection's source" "$4" "$answer"
	tracked_read
	check_exchange "$name" rs1 own_end
	check_tracked "$name: tracked" "${5//N/$2}"
	hang_up rs1 own_end
}

# Ports of the service are the sources of other connections, too.
test_own_connections()
{
	local family front vip

	uplink_nat
	for family in 4 6; do
		front=front$family vip=vip$family
		check_own "from a passive port" $family 15001 \
			"${!front} 15001" "other_tracked serverN_tracked"
		check_own "as a passive port of the VIP" $family 40000 \
			"${!vip} 15502" "other_tracked vipN_tracked"
	done
	in_ns "$director" nft delete table inet uplink
}

# Data ports may be among the passive ports, as of servers without port 20.
test_active_ports()
{
	local mode family source

	service_set ftp active_ports "20 15100-15199"
	for mode in snat masquerade ipvs; do
		service_set ftp active "$mode"
		for family in 4 6; do
			source=vip$family
			[ $mode != masquerade ] || source=front$family
			case $mode in
			snat) set -- "serverN_tracked vipN_tracked" ;;
			masquerade) set -- "other_tracked serverN_tracked" ;;
			ipvs) set -- "serverN_untracked vipN_untracked" ;;
			esac
			check_own "$mode, data from a passive port" $family \
				15100 "${!source} 15100" "$1"
		done
	done
	service_set ftp active_ports 20
}

# Servers that are not listed are known to IPVS.
test_unlisted()
{
	local family

	service_set ftp real_servers ""
	for family in 4 6; do
		new_cip "$family"
		tracked_read
		check "real servers not listed: epsv over IPv$family" \
			session_run curl epsv "$cip"
		check_tracked "real servers not listed: seen of passive, IPv$family" \
			"server${family}_untracked vip${family}_untracked"
	done
	service_set ftp real_servers "$real_net4 $real_net6"
}

load_module
cluster_up || exit
active_up
tcp rs1 "listen ssh $rip1_4 22"
conntrack_watch
# These are valid segments, which the client accepts.
in_ns "$client" nft insert rule inet watch input tcp sport "{ 22, 2222 }" accept
probes=""
! probe_on || probes=1
cluster_marker_module

check_transfers "notrack=0" "serverN_tracked vipN_tracked" \
	"other_tracked serverN_tracked vipN_tracked"
check_hook "notrack=0: the hook is not there" -eq 0
check_others "notrack=0"

service_set ftp notrack 1
check_transfers "notrack=1" "serverN_untracked vipN_untracked" \
	"other_tracked serverN_untracked vipN_untracked"
check_equal "notrack=1: no entry of the service" "" "$(service_entries)"
check_hook "notrack=1: the hook is there" -gt 0
check_others "notrack=1"
check_counts "with active=ipvs" ftp 16 2 0

ftp_active=snat
service_set ftp active snat
check_transfers "snat, notrack=1" "serverN_untracked vipN_untracked" \
	"other_tracked serverN_untracked vipN_untracked"
check_equal "snat, notrack=1: no entry of the service" "" "$(service_entries)"
check_counts "with active=snat" ftp 24 2 0

test_own_connections
test_active_ports
test_unlisted

ftp_active=snat
service_set ftp active snat
service_set ftp notrack 0
calls=$(hook_calls)
new_cip 4
check "notrack=0 again: a transfer" session_run curl epsv "$cip"
check_tracked "notrack=0 again: tracked" "server4_tracked vip4_tracked"
check_hook "notrack=0 again: the hook is gone" -eq "$calls"
[ -z "$probes" ] || probe_off
finish
