#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compares the mark of every packet that has passed the module's hook, and the
counters, with those of mark_model.py.

    hostile.py configure                makes the services
    hostile.py CLIENT ROUTER DEVICE MAC SEED PACKETS
    hostile.py CLIENT ROUTER DEVICE MAC listen

CLIENT and ROUTER are namespaces, DEVICE is the name of the veth pair at both ends,
MAC the router's address on it. "listen" generates nothing: it judges the packets of
other programs until it reads a line. Prints a line for each difference, at most
twenty, and in the end their number.
"""
import collections
import ipaddress
import random
import socket
import struct
import sys

import hostile_packets
import mark_model
import nflog
from packets import checksum

GROUP = 7
DIFFERENCES_MAX = 20
# Packets sent between two reads of the log.
BATCH = 200
IPV4, IPV6 = 0x0800, 0x86dd
ETHERNET = 14
# For experiments, RFC 3692; the address is of documentation, RFC 5737.
FENCE, FENCE_SOURCE = 253, b"\xcb\0\x71\2"
SOL_PACKET, PACKET_VNET_HDR = 263, 15  # not in the socket module
BASE = "/sys/kernel/nf_ftpmark/net/services"
# Rules ahead of the module mark by the DSCP, which is the traffic class without its
# two bits of ECN (RFC 3168).
MARKED_BEFORE = {1: 99, 2: 21}

VIPS = ["198.51.100.10", "198.51.100.20", "198.51.100.30", "2001:db8:1::10",
        "2001:db8:1::20"]
OTHERS = ["198.51.100.11", "203.0.113.1", "2001:db8:1::11", "2001:db8:2::10"]
PORTS = [21, 21, 2121, 990, 10000, 15000, 20000, 20001, 20010, 30000, 30009,
         40000, 65535]


def service(name, vips, control, passive, mark, keep, clients=False):
    return mark_model.Service(name, [ipaddress.ip_address(vip) for vip in vips],
                              control, passive, mark, keep, clients=clients)


SERVICES = [
    service("ftp", [VIPS[0], VIPS[1], VIPS[3]], [(21, 21)], [(10000, 20000)],
            21, False),
    service("keep", [VIPS[2], VIPS[4]], [(21, 21), (2121, 2121)],
            [(30000, 30009), (40000, 40000)], 22, True),
    # This service shares a VIP with each, and precedes both by name. Without IPVS
    # here it has no clients: no new connection gets to its passive ports.
    service("a", [VIPS[0], VIPS[4]], [(990, 990)],
            [(20001, 20010), (65535, 65535)], 0xffffffff, False, clients=True),
]


def configure():
    for one in SERVICES:
        put("add", one.name)
        put(f"services/{one.name}/vip", " ".join(map(str, one.vips)))
        for file, ranges in (("control_ports", one.control),
                             ("passive_ports", one.passive)):
            put(f"services/{one.name}/{file}",
                " ".join(f"{first}-{last}" for first, last in ranges))
        put(f"services/{one.name}/mark", str(one.mark))
        put(f"services/{one.name}/on_marked",
            "keep" if one.keep else "overwrite")
        put(f"services/{one.name}/passive_from",
            "clients" if one.clients else "anyone")
        put(f"services/{one.name}/enabled", "1")


def put(path, value):
    with open(f"/sys/kernel/nf_ftpmark/net/{path}", "w") as file:
        file.write(value + "\n")


class Sender:
    def __init__(self, device, mac):
        self.header = bytes.fromhex(mac.replace(":", "")) * 2
        self.whole, self.paged = (self.socket(device, vnet)
                                  for vnet in (False, True))

    @staticmethod
    def socket(device, vnet):
        end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        if vnet:
            end.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
        end.bind((device, 0))
        return end

    def send(self, family, packet, paged=False):
        frame = self.header + struct.pack(
            "!H", IPV4 if family == 4 else IPV6) + packet
        try:
            if paged:
                # A virtio header: only so much of the packet is in its linear part.
                frame = struct.pack("=BBHHHH", 0, 0, ETHERNET, 0, 0, 0) + frame
                self.paged.send(frame)
            else:
                self.whole.send(frame)
        except OSError:
            # The packet socket itself refuses some packets.
            return False
        return True

    def fence(self, number):
        """A packet behind all others: when it arrives, all have."""
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 24, 0, 0, 64, FENCE, 0,
                             FENCE_SOURCE, FENCE_SOURCE)
        self.send(4, header[:10] + checksum(header) + header[12:]
                  + struct.pack("!I", number))


class Judge:
    def __init__(self):
        self.model = mark_model.Model(SERVICES)
        self.marks = collections.Counter()
        self.differences = 0

    def differ(self, *what):
        self.differences += 1
        if self.differences <= DIFFERENCES_MAX:
            print("differs:", *what)

    def packet(self, packet):
        data = packet.data
        if data[0] >> 4 == 4:
            traffic_class = data[1]
        else:
            traffic_class = (data[0] << 4 | data[1] >> 4) & 0xff
        before = MARKED_BEFORE.get(traffic_class >> 2, 0)
        expected = self.model.mark(data, before)
        self.marks[packet.mark] += 1
        if packet.mark != expected:
            self.differ("mark", packet.mark, "model", expected, "before",
                        before, "packet", data.hex())

    def counters(self):
        for name, counts in self.model.counts.items():
            for counter in ("control_packets", "passive_packets", "bytes",
                            "out_of_range", "already_marked", "refused"):
                with open(f"{BASE}/{name}/stats/{counter}") as file:
                    got = int(file.read())
                if got != counts[counter]:
                    self.differ("counter", name, counter, got, "model",
                                counts[counter])


def generate(sender, log, judge, seed, count):
    rng = random.Random(seed)
    packets = hostile_packets.Packets(rng, VIPS, OTHERS, PORTS)
    sent = batches = 0
    while sent < count:
        batches += 1
        for _ in range(BATCH):
            for family, packet in packets.generate():
                sent += sender.send(family, packet, rng.random() < 0.1)
        sender.fence(batches)
        until_fence(log, judge, batches)
    return sent


def until_fence(log, judge, number):
    fence = FENCE_SOURCE * 2 + struct.pack("!I", number)
    ended = False
    while not ended:
        for packet in log.receive():
            if packet.data[9] == FENCE and packet.data[12:] == fence:
                ended = True
            else:
                judge.packet(packet)


def main():
    if sys.argv[1:] == ["configure"]:
        configure()
        return
    client, router, device, mac, *generated = sys.argv[1:]
    nflog.enter_namespace(client)
    sender = Sender(device, mac)
    nflog.enter_namespace(router)
    log = nflog.Log(GROUP, 32)
    judge = Judge()
    if generated == ["listen"]:
        listen(sender, log, judge)
    else:
        print("sent", generate(sender, log, judge, *map(int, generated)))
    judge.counters()
    print("arrived", sum(judge.marks.values()))
    for mark, packets in sorted(judge.marks.items()):
        print("mark", mark, packets)
    print("differences", judge.differences)


def listen(sender, log, judge):
    """Judges packets of other programs until a line of input says they ended."""
    print("ready", flush=True)
    sys.stdin.readline()
    sender.fence(1)
    until_fence(log, judge, 1)


main()
