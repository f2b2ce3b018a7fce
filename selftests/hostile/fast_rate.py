#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Connections with few packets, and one with more.

    fast_rate.py WIRE FAST PACKETS

is to be run in the director's namespace, FAST; WIRE has the devices fast_front and
fast_back. A connection of each family gets PACKETS packets both ways, further apart
than a lease lasts: none may get a lease. Then packets come in a row. Prints numbers.
"""
import random
import sys
import time

import fast_packets
import nflog
from fast_packets import stat

# Seconds: more than a lease and a quarter; and what a good run does not need.
APART, PATIENCE = 1.4, 120


class Director:
    def __init__(self, wire, fast):
        nflog.enter_namespace(wire)
        self.ends = {link: fast_packets.packet_socket(f"fast_{link}", 1, PATIENCE)
                     for link in ("front", "back")}
        nflog.enter_namespace(fast)
        self.fences = 0

    def send(self, packet):
        """Sends a packet; what has left when it has been processed."""
        self.ends[packet.link].send(packet.frame)
        self.fences += 1
        self.ends[packet.link].send(
            fast_packets.fence(packet.link, self.fences).frame)
        out = self.ends["back" if packet.link == "front" else "front"]
        seen = []
        while True:
            frame = out.recv(1 << 16)
            if fast_packets.is_fence(frame[fast_packets.VNET.size:], self.fences):
                return seen
            seen.append(frame)

    def open(self, flow):
        """Until IPVS has seen enough of a connection."""
        flow.renew()
        if not flow.find_server(self.send(flow.opening())):
            raise RuntimeError("IPVS has no server")
        for packet in flow.answers():
            self.send(packet)


def main():
    wire, fast, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    director = Director(wire, fast)
    flows = [fast_packets.Flow(random.Random(family), family, False, "1", 5000)
             for family in (4, 6)]
    for flow in flows:
        director.open(flow)
    slow_before = stat("fast_packets"), stat("fast_leases")
    for _ in range(count):
        time.sleep(APART)
        for flow in flows:
            for to_server in (True, False):
                director.send(flow.honest(to_server))
    slow_after = stat("fast_packets"), stat("fast_leases")
    print("slow_short", slow_after[0] - slow_before[0])
    print("slow_leases", slow_after[1] - slow_before[1])

    limit = time.monotonic() + PATIENCE
    while stat("fast_leases") < slow_after[1] + 2 * len(flows) and \
            time.monotonic() < limit:
        for flow in flows:
            for to_server in (False, True):
                director.send(flow.honest(to_server))
    print("row_leases", stat("fast_leases") - slow_after[1])


main()
