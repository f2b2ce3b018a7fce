#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Packets of one connection on two processors at once, both ways, while its leases are
ended and given, and settings and routes change.

    fast_race.py WIRE FAST PACKETS

is to be run in the director's namespace, FAST; WIRE has the devices fast_front and
fast_back. Each packet has to leave the director once, translated as IPVS does it, with
right checksums and what it had within. Prints numbers, which end with that of the
packets that were wrong.
"""
import collections
import os
import random
import struct
import subprocess
import sys
import threading
import time

import fast_packets
import nflog
from fast_packets import SERVICE, stat
from packets import checksum, TCP

# A time limit that a good run does not reach.
PATIENCE = 900
WINDOW = 200
FAULTS_TOLD = 20


class Race:
    def __init__(self, wire, fast, family, count):
        nflog.enter_namespace(wire)
        self.ends = {link: fast_packets.packet_socket(f"fast_{link}", 64, 1)
                     for link in ("front", "back")}
        nflog.enter_namespace(fast)
        self.count = count
        self.flow = fast_packets.Flow(random.Random(family), family, False, "1",
                                      5000)
        self.lock = threading.Lock()
        self.counts = collections.Counter()
        # By the number in their TCP header: how often they have to leave.
        self.expected = {}
        self.stop = False

    def send(self, packet):
        # Random numbers and the list are shared; the kernel's work is not.
        self.ends[packet.link].send(packet.frame)

    def make(self, build, *arguments, **more):
        with self.lock:
            packet = build(*arguments, **more)
            self.expected[packet.number] = packet
            self.counts["sent"] += 1
        return packet

    def fault(self, *what):
        self.counts["wrong"] += 1
        if self.counts["wrong"] <= FAULTS_TOLD:
            print("wrong:", *what)

    def judge(self, link, frame):
        """One that has left."""
        ip = frame[fast_packets.VNET.size + 14:]
        family = self.flow.family
        size = 20 if family == 4 else 40
        if frame[22:24] != struct.pack("!H", fast_packets.ETHERTYPE[family]) or \
                ip[9 if family == 4 else 6] != TCP:
            return
        source, to = (ip[12:16], ip[16:20]) if family == 4 else (
            ip[8:24], ip[24:40])
        segment = ip[size:]
        with self.lock:
            packet = self.expected.pop(segment[4:8], None)
        if packet is None:
            self.fault("not sent, or twice", ip.hex())
            return
        self.counts["received"] += 1
        server = link == "back"
        hops = ip[8] if family == 4 else ip[7]
        pseudo = source + to + struct.pack("!II", len(segment), TCP)
        want = (self.flow.client, self.flow.server) if server else (
            self.flow.vip, self.flow.client)
        if (source, to) != want or packet.to_server != server:
            self.fault("addresses", ip.hex())
        elif hops != packet.hops - 1 or segment[20:] != packet.inside:
            self.fault("contents", ip.hex(), packet.arrives.hex())
        elif checksum(pseudo + segment) != bytes(2) or (
                family == 4 and checksum(ip[:20]) != bytes(2)):
            self.fault("checksum", ip.hex())

    def receive(self, link):
        while not (self.stop and not self.expected):
            try:
                self.judge(link, self.ends[link].recv(1 << 16))
            except TimeoutError:
                if self.stop and time.monotonic() > self.stop + PATIENCE:
                    return

    def sender(self, cpu):
        os.sched_setaffinity(threading.get_native_id(), {cpu})
        rng = random.Random(cpu)
        while not self.stop:
            if len(self.expected) > WINDOW:
                time.sleep(0.001)
                continue
            to_server = rng.random() < 0.5
            # One in fifty ends the leases.
            flags = fast_packets.SYN if to_server and rng.random() < 0.02 else \
                fast_packets.ACK
            self.send(self.make(self.flow.build, to_server, "race", flags=flags))

    def change(self):
        """Settings, routes and devices, so that nothing is lost."""
        rng = random.Random(1)
        family = self.flow.family
        route = "10.0.0.0/25" if family == 4 else "2001:db8:2::/112"
        while not self.stop:
            kind = rng.randrange(4)
            if kind == 0:
                for value in "0", "1":
                    with open(SERVICE + "fast", "w") as file:
                        file.write(value)
            elif kind == 1:
                with open(SERVICE + "passive_ports", "w") as file:
                    file.write(f"10000-{20000 + rng.randrange(2)}")
            elif kind == 2:
                for verb in "add", "del":
                    subprocess.run(["ip", f"-{family}", "route", verb, route,
                                    "dev", "back"], check=True)
            else:
                with open("/proc/sys/net/ipv4/conf/back/forwarding", "w") as file:
                    file.write("1")
            self.counts["changes"] += 1
            time.sleep(0.05)

    def begin(self):
        """A connection that IPVS knows as established."""
        flow = self.flow
        flow.renew()
        self.ends["front"].send(flow.opening().frame)
        while not flow.find_server([self.next_frame("back")]):
            pass
        for packet in flow.answers():
            self.ends[packet.link].send(packet.frame)
            # What leaves shows that it has been processed.
            out = "back" if packet.link == "front" else "front"
            self.next_frame(out)

    def next_frame(self, link):
        """The next one that the director has not sent on its own."""
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            try:
                frame = self.ends[link].recv(1 << 16)
            except TimeoutError:
                continue
            if fast_packets.is_wanted(frame[fast_packets.VNET.size:]):
                return frame
        raise TimeoutError("a packet has not left")

    def run(self):
        self.begin()
        cpus = sorted(os.sched_getaffinity(0))
        short = stat("fast_packets")
        threads = [threading.Thread(target=self.receive, args=(link,))
                   for link in self.ends]
        threads += [threading.Thread(target=self.sender, args=(cpu,))
                    for cpu in (cpus * 2)[:2]]
        threads.append(threading.Thread(target=self.change))
        for thread in threads:
            thread.start()
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit and (
                self.counts["received"] < self.count
                or stat("fast_packets") < short + self.count // 10
                or self.counts["changes"] < 10):
            time.sleep(0.1)
        self.stop = time.monotonic()
        for thread in threads:
            thread.join()
        self.counts["short"] = stat("fast_packets") - short
        self.counts["lost"] = len(self.expected)
        self.counts["wrong"] += 0
        return self.counts


def main():
    wire, fast, count = sys.argv[1:]
    for family in (4, 6):
        counts = Race(wire, fast, family, int(count)).run()
        for what, number in sorted(counts.items()):
            print(f"{what}{family}", number)


main()
