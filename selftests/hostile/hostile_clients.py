#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Control connections of clients under a flood of forged packets: compares the mark
of every packet, and the counters, with those of mark_model.py.

    hostile_clients.py CLIENT ROUTER DEVICE MAC SEED PACKETS

CLIENT and ROUTER are namespaces, DEVICE is the name of the veth pair at both ends,
MAC the router's address on it. The service is "ftp". First come forged packets that
open no connection: the model knows exactly who is let in. Then come forged
connections that IPVS takes for established, more than some buckets of the module's
memory hold: a client that has just said something is let in, one whose connection has
ended is not. Prints a line for each
difference, at most twenty, and numbers.
"""
import collections
import ipaddress
import os
import random
import sys

import mark_model
import nflog
import packets

GROUP = 7
DIFFERENCES_MAX = 20
BATCH = 100
VIPS = ["198.51.100.10", "198.51.100.20", "2001:db8:1::10"]
CLIENTS = 40
STATS = "/sys/kernel/nf_ftpmark/net/services/ftp/stats/"
SERVICE = mark_model.Service(
    "ftp", [ipaddress.ip_address(vip) for vip in VIPS], [(21, 21)],
    [(10000, 20000)], 21, False, clients=True)


class Wire:
    """Sends packets, and judges them in the order in which they arrive."""

    def __init__(self, client, router, device, mac):
        nflog.enter_namespace(client)
        self.sender = packets.Sender("192.0.2.2", "2001:db8:c::2", mac)
        self.device = device
        self.model = mark_model.Model([SERVICE], mark_model.Clients())
        self.sent = self.seen = self.differences = 0
        # By (kind, mark): what the packets of a kind got.
        self.marks = collections.Counter()
        self.kinds = collections.deque()
        # The first socket is made in the client's namespace.
        self.sender.socket(device, False)
        nflog.enter_namespace(router)
        self.log = nflog.Log(GROUP, BATCH)

    def send(self, kind, source, vip, flags, **more):
        want = {"dev": self.device, "from": source, "to": vip, "flags": flags}
        want.update((key, str(value)) for key, value in more.items())
        self.sender.send(want)
        self.kinds.append(kind)
        self.sent += 1
        if self.sent - self.seen >= BATCH:
            self.settle()

    def settle(self):
        while self.seen < self.sent:
            for packet in self.log.receive():
                self.seen += 1
                kind = self.kinds.popleft()
                self.marks[kind, packet.mark] += 1
                self.compare(kind, packet.mark, self.model.mark(packet.data, 0))

    def compare(self, what, got, expected):
        if got == expected:
            return
        self.differences += 1
        if self.differences <= DIFFERENCES_MAX:
            print("differs:", what, "is", got, "model", expected)

    def counters(self):
        for name in ("control_packets", "passive_packets", "bytes", "refused"):
            with open(STATS + name) as file:
                self.compare(name, int(file.read()),
                             self.model.counts["ftp"][name])


class Session:
    """A control connection of a client."""
    ports = iter(range(20000, 60000))

    def __init__(self, wire, source, vip):
        self.wire, self.source, self.vip = wire, source, vip
        self.port = next(self.ports)

    def segment(self, flags, **more):
        self.wire.send("control", self.source, self.vip, flags,
                       sport=self.port, **more)

    def command(self):
        self.segment("PA", data=6)

    def open_data(self, kind, port):
        self.wire.send(kind, self.source, self.vip, "S", port=port, sport=1024)


def address(number, vip):
    if ":" in vip:
        return f"2001:db8:c::{number:x}"
    return f"192.0.2.{number}"


def forged(rng, vip):
    if ":" in vip:
        return f"2001:db8:f::{rng.randrange(1, 1 << 16):x}:{rng.randrange(1 << 16):x}"
    return f"11.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"


def forge_packet(wire, rng):
    vip = rng.choice(VIPS)
    source = forged(rng, vip)
    kind = rng.randrange(4)
    if kind == 0:
        wire.send("forged data", source, vip, "S", port=rng.randrange(10000, 20001))
    elif kind == 1:
        wire.send("forged control", source, vip, "S")
        # So it seems to be a client, but has not answered.
        wire.send("forged data", source, vip, "S", port=rng.randrange(10000, 20001))
    else:
        wire.send("forged control", source, vip, rng.choice(("A", "PA")), data=6)


def forge_connection(wire, rng):
    vip = rng.choice(VIPS)
    source = forged(rng, vip)
    for flags in rng.choice((("S", "A", "PA"), ("S", "A", "PA", "R"))):
        wire.send("forged control", source, vip, flags,
                  data=6 if flags == "PA" else 0)


def connections_begin(wire, rng, sessions, count):
    """Forged packets that open no connection, among the packets of clients."""
    while wire.sent < count:
        for _ in range(8):
            forge_packet(wire, rng)
        vip = rng.choice(VIPS)
        source = address(rng.randrange(1, CLIENTS + 1), vip)
        chance = rng.random()
        if not sessions or chance < 0.1:
            sessions.append(Session(wire, source, vip))
            for flags in "S", "A":
                sessions[-1].segment(flags)
                forge_packet(wire, rng)
                sessions[-1].open_data("data", rng.randrange(10000, 20001))
        elif chance < 0.5:
            rng.choice(sessions).command()
        elif chance < 0.6:
            session = sessions.pop(rng.randrange(len(sessions)))
            session.segment(rng.choice(("FA", "R")))
            session.open_data("data", rng.randrange(10000, 20001))
        elif chance < 0.9:
            rng.choice(sessions).open_data("data", rng.randrange(10000, 20001))
        else:
            wire.send("data", source, vip, "S", sport=1024,
                      port=rng.randrange(10000, 20001))


def connections_forged(wire, rng, count):
    """Forged connections, among clients that say something and open another."""
    sessions = []
    for number in range(101, 101 + CLIENTS):
        vip = rng.choice(VIPS)
        session = Session(wire, address(number, vip), vip)
        session.segment("S")
        session.segment("A")
        sessions.append(session)
    end = wire.sent + count
    while wire.sent < end:
        for _ in range(8):
            forge_connection(wire, rng)
        session = rng.choice(sessions)
        session.command()
        session.open_data("data after a command", rng.randrange(10000, 20001))
    for session in sessions:
        session.segment("FA")
        session.open_data("data after the end", 10000)


def main():
    client, router, device, mac, seed, count = sys.argv[1:]
    # One processor: packets arrive in the order in which they were sent.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    wire = Wire(client, router, device, mac)
    rng = random.Random(int(seed))
    connections_begin(wire, rng, [], int(count))
    connections_forged(wire, rng, 3 * int(count))
    wire.settle()
    wire.counters()
    for (kind, mark), number in sorted(wire.marks.items()):
        print("packets", kind.replace(" ", "_"), mark, number)
    print("differences", wire.differences)


main()
