#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""More connections at once than the table of leases has places for.

    fast_full.py WIRE FAST CONNECTIONS

is to be run in the director's namespace, FAST; WIRE has the devices fast_front and
fast_back. All connections are opened. Then each gets two packets both ways within a
lease, over and over, until some have found no place. Every packet has to leave the
director. Prints numbers.
"""
import random
import sys
import time

import fast_packets
import nflog
from fast_packets import stat

# Seconds that a good run does not need for a packet.
PATIENCE = 120
# And in which a machine that is fast enough has filled the table.
ROUNDS = 30


class Table:
    def __init__(self, wire, fast, count):
        nflog.enter_namespace(wire)
        self.ends = {link: fast_packets.packet_socket(f"fast_{link}", 256,
                                                      PATIENCE)
                     for link in ("front", "back")}
        nflog.enter_namespace(fast)
        rng = random.Random(1)
        self.flows = [fast_packets.Flow(rng, 4, False, "1", 2000 + number)
                      for number in range(count)]
        self.fences = 0

    def send(self, frames):
        """Sends frames of one link, and returns how many packets have left."""
        link, frames = frames
        send = self.ends[link].send
        for frame in frames:
            send(frame)
        self.fences += 1
        send(fast_packets.fence(link, self.fences).frame)
        out = self.ends["back" if link == "front" else "front"]
        seen = []
        while True:
            frame = out.recv(1 << 16)
            if fast_packets.is_fence(frame[fast_packets.VNET.size:], self.fences):
                return seen
            seen.append(frame)

    def open(self):
        """Until IPVS has seen enough of each; and who their servers are."""
        by_port = {flow.port: flow for flow in self.flows}
        for flow in self.flows:
            flow.renew()
        opened = self.send(("front", [flow.opening().frame
                                      for flow in self.flows]))
        for frame in opened:
            port = int.from_bytes(frame[44:46], "big")
            if port in by_port:
                by_port[port].find_server([frame])
        build = [("back", False, fast_packets.SYN | fast_packets.ACK)]
        build += [("front", True, fast_packets.ACK)] * 8
        for link, to_server, flags in build:
            self.send((link, [flow.build(to_server, "open", size=0,
                                         flags=flags).frame
                              for flow in self.flows]))

    def rounds(self):
        """Returns how many packets were sent, and how many have left."""
        frames = [(link, [flow.build(to_server, "round", size=0).frame
                          for flow in self.flows for _ in range(2)])
                  for link, to_server in (("back", False), ("front", True))]
        sent = left = 0
        limit = time.monotonic() + ROUNDS
        while time.monotonic() < limit and not stat("fast_full"):
            for one in frames:
                sent += len(one[1])
                left += len(self.send(one))
        return sent, left


def main():
    wire, fast, count = sys.argv[1:]
    table = Table(wire, fast, int(count))
    table.open()
    sent, left = table.rounds()
    print("sent", sent)
    print("left", left)
    print("full", stat("fast_full"))
    print("leases", stat("fast_leases"))
    print("short", stat("fast_packets"))


main()
