#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fast: the sync daemon tells the backup director of a connection as often as without
# it; and where it tells by the number of packets, often enough that the backup does
# not forget a connection that lives.

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

# More than twenty packets from the client, who says something and acknowledges.
talk_long=16

# Hears what the director sends, and answers a client's port with how often the
# daemon has told of its connection to the passive port.
listener_start()
{
	agent_start listener ip netns exec "$director" python3 -S -c '
import select, socket, struct, sys
SYNC, TEMPLATE = 8848, 0x1000
counts = {}

def hear(packet):
    # A header of eight bytes, which says how many entries follow.
    at, entries = 8, packet[4]
    while entries:
        size = struct.unpack_from("!H", packet, at + 2)[0] & 0xfff
        flags, _, client, vip = struct.unpack_from("!IHHH", packet, at + 4)
        if not flags & TEMPLATE and vip == int(sys.argv[1]):
            counts[client] = counts.get(client, 0) + 1
        at += size + 3 & ~3
        entries -= 1

with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3)) as end:
    end.bind(("back", 3))
    print("ready", flush=True)
    while True:
        readable = select.select([sys.stdin, end], [], [])[0]
        if end in readable:
            packet, where = end.recvfrom(65536)
            if packet[0] == 0x45 and packet[9] == 17 and where[2] == 4 and \
                    struct.unpack_from("!H", packet, 22)[0] == SYNC:
                hear(packet[28:])
        elif sys.stdin in readable:
            line = sys.stdin.readline()
            if not line:
                break
            print(counts.get(int(line), 0), flush=True)
' "$talk_port"
	IFS= read -r -t "$agent_patience" answer <&"${agent_out[listener]}"
}

told_times() # PORT NUMBER
{
	agent_ask listener "$1"
	[ "$answer" -ge "$2" ]
}

sync_start() # "THRESHOLD PERIOD"
{
	in_ns "$director" sysctl -qw net.ipv4.vs.sync_threshold="$1"
}

# Once by its number of packets, and once at its end.
test_count() # FAMILY FAST
{
	service_set ftp fast "$2"
	sync_start "20 0"
	new_cip "$1"
	talk_begin sync
	check "IPv$1, fast $2: a connection goes on" talk sync $talk_long
	[ "$2" = 0 ] ||
		check "IPv$1, fast $2: on the short way" talk_fast sync
	check "IPv$1, fast $2: the backup is told of it" \
		busywait 60 told_times "$port" 1
	talk_end sync
	check "IPv$1, fast $2: and of its end" busywait 60 told_times "$port" 2
	# Another connection's message comes behind all of this one's.
	told=$port
	talk_begin behind
	check "IPv$1, fast $2: another connection" talk behind $talk_long
	check "IPv$1, fast $2: of which the backup is told" \
		busywait 60 told_times "$port" 1
	talk_end behind
	agent_ask listener "$told"
	check_equal "IPv$1, fast $2: it was told as often as without fast" 2 "$answer"
}

# talk_until_told NAME NUMBER
talk_until_told()
{
	# As long on a slow kernel: with leases of a second it takes a hundred seconds.
	local end=$((SECONDS + 60))

	until told_times "$port" "$2"; do
		[ "$SECONDS" -lt "$end" ] || return
		talk "$1" 10 || return
	done
}

# IPVS forgets a connection after thirty seconds here, and tells of every fiftieth
# packet: it would tell too late of one that it sees once a second.
test_period()
{
	sync_start "3 50"
	in_ns "$director" ipvsadm --set 30 10 10
	new_cip 4
	talk_begin period
	check "by number of packets: a connection takes the short way" \
		talk_fast period
	check "and the backup is told of it again and again" \
		talk_until_told period 3
	in_ns "$director" ipvsadm --set 900 120 300
	talk_end period
}

need python3
load_module
cluster_up || exit
active_up
talk_up
cluster_marker_module
listener_start
check "the sync daemon starts" in_ns "$director" ipvsadm --start-daemon master \
	--mcast-interface back
test_count 4 0
test_count 4 1
test_period
check "the sync daemon ends" in_ns "$director" ipvsadm --stop-daemon master
finish
