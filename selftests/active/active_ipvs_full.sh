#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# active = ipvs when the VIP has no port left for one port of a client: a connection
# that gets no entry is dropped and counted, and others are not affected.

# shellcheck disable=SC2119,SC2154 # words of load_module; of cluster.sh
# shellcheck disable=SC2317 # called by busywait
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"

need python3
ftp_active=ipvs
port=61000 other_port=61001
# The VIP has the data port and so many dynamic ports.
dynamic=64
sent=2000

# The client does not answer, so that the entries stay.
count_arrivals()
{
	in_ns "$client" nft -f - <<-END
	table inet full {
		counter arrivals {}
		counter elsewhere {}
		chain prerouting {
			type filter hook prerouting priority -400
			tcp dport $port counter name arrivals drop
			tcp dport $other_port counter name elsewhere drop
		}
	}
	END
}

counter_is() # NAME PACKETS
{
	# shellcheck disable=SC2034 # one of both is wanted
	local packets bytes

	nft_counter_read "$client" inet full "$1" && [ "$packets" -eq "$2" ]
}

# A source may be chosen twice, which makes no new connection.
all_counted()
{
	failed=$(service_stat ftp active_failed)
	counter_is arrivals $((sent - failed)) || return
	# Only now, since packets were still arriving before.
	connections=$(service_stat ftp active_connections)
	[ "$((connections + failed))" -ge $((sent - 100)) ]
}

arrived_elsewhere()
{
	counter_is elsewhere 1
}

entries()
{
	in_ns "$director" ipvsadm -Lcn | grep -c ":$port "
}

load_module
cluster_up || exit
cluster_marker_module real_servers=10.0.0.0/8
count_arrivals
new_cip 4
agent_start flood ip netns exec "$rs1" python3 -S "$selftests/lib/flood.py" eth \
	"$(in_ns "$director" cat /sys/class/net/back/address)" 10 20

begun=$SECONDS
agent_ask flood "$cip $port $sent"
check "each packet has arrived or was counted as failed" \
	busywait 60 all_counted
check "$failed of $sent could not be entered" [ "$failed" -gt 0 ]
check "$connections have, no more than there are ports" \
	[ "$connections" -le $((dynamic + 1)) ]
check_entries "entries of IPVS" "$begun" "$connections" "$(entries)"

agent_ask flood "$cip $other_port 1"
check "another port of the client is as free as before" \
	busywait 60 arrived_elsewhere
check_equal "and nothing more has failed" "$failed" \
	"$(service_stat ftp active_failed)"

# All entries are in one hash chain of IPVS's table, which must be emptied.
in_ns "$director" ipvsadm -C
check "the module goes away with the entries there" unload_module
finish
