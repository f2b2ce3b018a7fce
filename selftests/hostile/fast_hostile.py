#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Packets of connections that take the short way, with hostile ones among them, sent
alike to two directors: one has fast 1, the other has not.

    fast_hostile.py WIRE FAST SLOW SEED PACKETS

is to be run in the first director's namespace, FAST, where a rule behind the module's
first hook logs to group 7. SLOW is that of the second. WIRE is the namespace of the
clients and real servers, with the devices fast_front, fast_back, slow_front and
slow_back. Both directors must send the same packets, byte for byte; a packet may have
gone the short way only if a model of the documentation says so; and what a packet
socket in the first director has seen is what was sent. Prints a line for each
difference, at most twenty, and numbers.
"""
import collections
import os
import random
import select
import sys
import time

import fast_packets
import nflog
from fast_packets import ACK, FLAGS, Flow, packet_socket, stat, SYN, VNET

GROUP = 7
DIFFERENCES_MAX = 20
BATCH = 24
# Seconds that a good run does not need.
PATIENCE = 120
LEASE = 1.0
# What a packet may have and go the short way.
SHORT_KINDS = ("ecn", "gso", "honest", "length", "partial", "sums", "tcp_options",
               "trailer", "urgent")
# Leases end by the director's ticks, which come late where a processor has stood still.
# So does CLOCK_MONOTONIC_COARSE, for which Python has no name.
TICK, COARSE = 0.02, 6
# Packets from the client that IPVS sees first.
PACKETS_FIRST = 8
# Of a packet socket, in MiB; nothing waits for a packet.
ROOM, AT_ONCE = 16, 0


def next_frame(end):
    """The next one that is there, or None."""
    try:
        return end.recv(1 << 17)
    except BlockingIOError:
        return None


def connections():
    """Both ends of those that IPVS has here, as a client sees them."""
    with open("/proc/self/net/ip_vs_conn") as file:
        return [tuple(line.split()[:5]) for line in file.readlines()[1:]]


class Wires:
    """The links of both directors, and what is seen there."""

    def __init__(self, wire, fast, slow):
        self.directors = slow, fast
        # The director's own packet sockets are opened when they are wanted.
        self.taps = {}
        nflog.enter_namespace(wire)
        self.ends = {(director, link): packet_socket(f"{director}_{link}", ROOM,
                                                     AT_ONCE)
                     for director in ("fast", "slow")
                     for link in ("front", "back")}
        nflog.enter_namespace(fast)
        self.log = nflog.Log(GROUP, 16)
        self.fences = 0

    def send(self, packet):
        for director in ("fast", "slow"):
            try:
                self.ends[director, packet.link].send(packet.frame)
            except OSError:
                # The packet socket itself refuses some.
                return False
        return True

    def tap(self, wanted):
        if wanted and not self.taps:
            self.taps = {link: packet_socket(link, ROOM, AT_ONCE, False)
                         for link in ("front", "back")}
        elif not wanted:
            for end in self.taps.values():
                end.close()
            self.taps = {}

    def settle(self):
        """All packets that left or arrived since the last time, by place."""
        self.fences += 1
        for link in ("front", "back"):
            self.send(fast_packets.fence(link, self.fences))
        seen = {place: self.until_fence(end, VNET.size)
                for place, end in self.ends.items()}
        seen.update({("tap", link): self.until_fence(end, 0)
                     for link, end in self.taps.items()})
        seen["log"] = self.logged()
        return seen

    def until_fence(self, end, skip):
        """Frames with the virtio header, which says how they are to be cut."""
        frames = []
        limit = time.monotonic() + PATIENCE
        while True:
            frame = next_frame(end)
            if frame is None:
                if time.monotonic() > limit:
                    raise TimeoutError("a packet has not arrived")
                select.select([end], [], [], 1)
            elif fast_packets.is_fence(frame[skip:], self.fences):
                return frames
            elif fast_packets.is_wanted(frame[skip:]):
                frames.append(frame)

    def until_single(self):
        """No connection is in a director's IPVS twice."""
        limit = time.monotonic() + PATIENCE
        for director in self.directors:
            nflog.enter_namespace(director)
            while len(seen := connections()) > len(set(seen)):
                if time.monotonic() > limit:
                    raise TimeoutError("an old connection stays")
                # The pause only leaves the processor to others.
                time.sleep(0.001)

    def logged(self):
        packets, fences = [], 0
        while fences < 2:
            for packet in self.log.receive():
                if fast_packets.is_fence(bytes(14) + packet.data, self.fences):
                    fences += 1
                else:
                    packets.append(packet.data)
        return packets


class Model:
    """Which packets may go the short way, by the documentation."""

    def __init__(self):
        # By direction of a connection: how packets looked that may have shown the
        # way, and when the last one did.
        self.shown = collections.defaultdict(dict)
        self.from_client = collections.Counter()

    @staticmethod
    def look(packet):
        return packet.link, packet.hops, packet.dscp

    def may(self, packet, now):
        """Whether a lease may be there. now: before the packet was sent."""
        then = self.shown[packet.key].get(self.look(packet))
        return packet.plain and packet.fits_mtu and \
            packet.flags & FLAGS == ACK and \
            then is not None and now < then + LEASE + TICK

    def usual(self, packet, now, translated):
        """One went the usual way. now: after it was processed."""
        key = packet.flow.key
        if packet.to_server:
            self.from_client[key] += 1
        if not translated:
            return
        # When it leaves, what kept it off the short way may no longer be seen.
        if packet.flags & FLAGS == ACK:
            if self.from_client[key] >= PACKETS_FIRST:
                self.shown[packet.key][self.look(packet)] = now
        elif packet.plain:
            for to_server in (False, True):
                self.shown[key + (to_server,)].clear()


class Judge:
    def __init__(self, wires):
        self.wires = wires
        self.model = Model()
        self.counts = collections.Counter()
        self.differences = 0
        self.sent = []
        self.short_before = stat("fast_packets")

    def differ(self, *what):
        self.differences += 1
        if self.differences <= DIFFERENCES_MAX:
            print("differs:", *what)

    def send(self, packet):
        """A SYN comes alone. If it begins a connection anew, IPVS removes the old
        one a bit later, and until then both are there."""
        if packet.flags & SYN:
            self.settle()
        self.send_one(packet)
        if packet.flags & SYN:
            seen = self.settle()
            self.wires.until_single()
            return seen
        return None

    def send_one(self, packet):
        now = time.clock_gettime(COARSE)
        if self.wires.send(packet):
            self.sent.append((packet, now))
            self.counts["sent"] += 1

    def settle(self):
        """Judges what was sent since the last time; what the second director sent."""
        seen = self.wires.settle()
        now = time.clock_gettime(COARSE)
        for link in ("front", "back"):
            self.compare(link, seen["fast", link], seen["slow", link])
            if ("tap", link) in seen:
                self.compare_tap(link, seen["tap", link])
        translated = {packet for link in ("front", "back")
                      for packet in fast_packets.translated(
                          link, seen["fast", link])}
        self.judge_ways(seen["log"], translated, now)
        self.sent = []
        return seen["slow", "back"]

    def compare(self, link, fast, slow):
        fast = [fast_packets.comparable(frame) for frame in fast]
        slow = [fast_packets.comparable(frame) for frame in slow]
        self.counts["left"] += len(slow)
        if fast == slow:
            return
        for left, right in zip(fast + [b""], slow + [b""]):
            if left != right:
                self.differ(link, "fast", left.hex(), "slow", right.hex())
                return

    def compare_tap(self, link, seen):
        wanted = [packet.tapped for packet, _ in self.sent
                  if packet.link == link and packet.tapped]
        self.counts["tapped"] += len(wanted)
        for left, right in zip(seen + [b""], wanted + [b""]):
            if left != right:
                self.differ("tap", link, "seen", left.hex(), "sent", right.hex())
                return

    def judge_ways(self, log, translated, now):
        """Packets arrive in the order in which they were sent."""
        log = collections.deque(log)
        short, ways = 0, []
        for packet, sent in self.sent:
            way = "neither"
            then = self.model.shown[packet.key].get(self.model.look(packet), 0)
            if log and log[0] == packet.arrives:
                log.popleft()
                way = "usual"
                self.model.usual(packet, now, packet.number in translated)
            elif self.model.may(packet, sent):
                short += 1
                way = "short"
                self.counts["short " + packet.kind] += 1
            self.counts[way] += 1
            ways.append(f"{packet.kind}:{way}:{sent - then:.3f}")
        if log:
            self.differ("log", log[0].hex(), "was not sent so")
        got = stat("fast_packets") - self.short_before
        self.short_before += got
        if got != short:
            self.differ("short way", got, "model", short, "of", *ways)


def open_flow(judge, flow):
    """Until both directions may have a lease. Returns whether IPVS has a server."""
    flow.renew()
    if not flow.find_server(judge.send(flow.opening())):
        return False
    for packet in flow.answers():
        judge.send(packet)
    judge.settle()
    for to_server in (False, True, False, True):
        judge.send(flow.honest(to_server))
    return True


def enough(judge, count):
    """Too few would prove nothing."""
    return judge.counts["sent"] >= count and all(
        judge.counts["short " + kind] >= count // 1000 for kind in SHORT_KINDS)


def generate(judge, rng, count):
    flows = [Flow(rng, *which) for which in fast_packets.FLOWS]
    batch = 0
    while not enough(judge, count) and judge.counts["sent"] < count * 20:
        batch += 1
        # Half of the time somebody looks at all packets.
        if batch % 8 == 1:
            judge.wires.tap(batch % 16 == 1)
        flow = rng.choice(flows)
        if flow.seen < time.monotonic() - 4 or rng.random() < 0.5:
            if not open_flow(judge, flow):
                continue
        flow.seen = time.monotonic()
        # IPVS forgets connections that have ended after ten seconds.
        live = [one for one in flows if one.seen > time.monotonic() - 4]
        for _ in range(BATCH):
            one = flow if rng.random() < 0.8 else rng.choice(live)
            judge.send(one.packet())
        judge.settle()


def main():
    wire, fast, slow, seed, count = sys.argv[1:]
    # One processor: packets arrive in the order in which they were sent.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    judge = Judge(Wires(wire, fast, slow))
    generate(judge, random.Random(int(seed)), int(count))
    for what, number in sorted(judge.counts.items()):
        print(what.replace(" ", "_"), number)
    print("differences", judge.differences)


main()
