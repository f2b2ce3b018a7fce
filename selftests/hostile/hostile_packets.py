# SPDX-License-Identifier: GPL-2.0-only
"""Generates packets that no honest host would send, and some honest ones."""
import ipaddress
import struct

from packets import checksum

TCP, FRAGMENT = 6, 44
# Hop-by-hop, routing, fragment, AH, destination; ESP, none, mobility, HIP,
# shim6, and one that is not assigned.
EXTENSIONS = [0, 43, FRAGMENT, 51, 60, 60, 0]
RARE_EXTENSIONS = [50, 59, 135, 139, 140, 252]
# Few bits of the traffic class: rules of the test mark packets by them.
CLASSES = [0, 0, 0, 0, 0, 0, 4, 8]


def addresses(*texts):
    return [ipaddress.ip_address(text).packed for text in texts]


class Packets:
    """vips and others are addresses of both families, as text."""

    def __init__(self, rng, vips, others, ports):
        self.rng = rng
        self.ports = ports
        self.to = {4: [], 6: []}
        # Most go to a VIP.
        for text in vips * 3 + others:
            host = ipaddress.ip_address(text)
            self.to[host.version].append(host.packed)

    def chance(self, probability):
        return self.rng.random() < probability

    def port(self):
        if self.chance(0.1):
            return self.rng.getrandbits(16)
        return (self.rng.choice(self.ports)
                + self.rng.choice([0, 0, 0, 0, -1, 1])) & 0xffff

    def tcp(self):
        """A header and some data, with any offset, flags and checksum."""
        offset = 5 if self.chance(0.8) else self.rng.getrandbits(4)
        flags = self.rng.choice([2, 2, 16, 24, 17, 4, 0, 0xff,
                                 self.rng.getrandbits(8)])
        segment = struct.pack(
            "!HHIIBBHHH", self.rng.choice([20, self.rng.getrandbits(16)]),
            self.port(), self.rng.getrandbits(32), self.rng.getrandbits(32),
            offset << 4 | self.rng.getrandbits(4), flags,
            self.rng.getrandbits(16), self.rng.getrandbits(16),
            self.rng.getrandbits(16))
        segment += self.rng.randbytes(self.rng.choice([0, 0, 4, 40, 200]))
        return self.cut(segment)

    def cut(self, data):
        if self.chance(0.1):
            return data[:self.rng.randrange(min(len(data), 24) + 1)]
        return data

    def payload(self):
        """A protocol's number and what its packet holds."""
        if self.chance(0.9):
            return TCP, self.tcp()
        protocol = self.rng.choice([0, 1, 4, 17, 41, 47, 50, 58, 132, 136, 255])
        return protocol, self.tcp()

    def length(self, true):
        """What a header says of it."""
        if self.chance(0.95):
            return true
        return self.rng.choice([0, 1, true - 1, true + 1, 0xffff,
                                self.rng.getrandbits(16)]) & 0xffff

    def ipv4_options(self):
        if self.chance(0.7):
            return b""
        words = self.rng.randrange(1, 11)
        if self.chance(0.7):
            # "No operation", or "end of options" and garbage behind it.
            return self.rng.choice([b"\1", b"\0"]) * 4 * words
        # Source routes, record route, timestamp, router alert and garbage.
        kind = self.rng.choice([7, 68, 131, 137, 148, self.rng.getrandbits(8)])
        option = bytes([kind, self.rng.choice([3, 4, 7, 0, 1, 255]), 4])
        return (option + self.rng.randbytes(words * 4))[:words * 4]

    def ipv4(self, source, destination, protocol, payload, fragment):
        options = self.ipv4_options()
        words = 5 + len(options) // 4
        if self.chance(0.03):
            words = self.rng.getrandbits(4)
        version = 4 if self.chance(0.99) else self.rng.getrandbits(4)
        header = struct.pack(
            "!BBHHHBBH4s4s", version << 4 | words, self.rng.choice(CLASSES),
            self.length(20 + len(options) + len(payload)), self.identity,
            fragment, self.rng.choice([64, 64, 64, 1, 0]), protocol, 0, source,
            destination) + options
        # The checksum is over what the kernel takes for the header.
        end = words * 4 if words >= 5 else len(header)
        if self.chance(0.98):
            whole = (header + payload)[:end]
            header = header[:10] + checksum(whole) + header[12:]
        return header + payload

    def extension(self, kind, following):
        if kind == FRAGMENT:
            field = self.rng.choice([0, 0, 0, 1, 8, self.rng.getrandbits(16)])
            return struct.pack("!BBHI", following, self.rng.getrandbits(8),
                               field, self.identity)
        units = self.rng.choice([0, 0, 0, 1, 2])
        if kind == 51:
            size, length = (units + 2) * 8, (units + 2) * 2 - 2
        else:
            size, length = (units + 1) * 8, units
        if self.chance(0.05):
            length = self.rng.getrandbits(8)
        # PadN for all of it, or garbage such as jumbograms and segments left.
        body = bytes([1, (size - 4) & 0xff]) + bytes(size - 4)
        if self.chance(0.1):
            body = bytes([self.rng.choice([0xc2, 5, 4, self.rng.getrandbits(8)])]
                         ) + self.rng.randbytes(size - 3)
        return bytes([following, length]) + body

    def ipv6(self, source, destination, protocol, payload, fragment):
        following = protocol
        if fragment is not None:
            payload = struct.pack("!BBHI", following, 0, fragment,
                                  self.identity) + payload
            following = FRAGMENT
        if self.chance(0.5):
            for _ in range(self.rng.choice([1, 1, 2, 3, 6])):
                kind = self.rng.choice(EXTENSIONS if self.chance(0.95) else
                                       RARE_EXTENSIONS)
                payload = self.extension(kind, following) + payload
                following = kind
        payload = self.cut(payload) if self.chance(0.3) else payload
        version = 6 if self.chance(0.99) else self.rng.getrandbits(4)
        return struct.pack(
            "!IHBB16s16s", version << 28 | self.rng.choice(CLASSES) << 20
            | self.rng.getrandbits(20), self.length(len(payload)), following,
            self.rng.choice([64, 64, 1, 0]), source, destination) + payload

    def pieces(self, payload, family):
        """The offsets and contents of fragments, honest or not."""
        if self.chance(0.85):
            field = None if family == 6 else 0
            if self.chance(0.1):
                field = self.rng.choice([0x2000, 0x4000, 0x8000, 1, 0x1fff,
                                         self.rng.getrandbits(16)])
                field = field if family == 4 else self.rng.getrandbits(16)
            return [(field, payload)]
        step = self.rng.choice([8, 16, 24, 40])
        pieces = []
        for at in range(0, len(payload) or 1, step):
            # Some overlap the next or leave a hole.
            size = step + self.rng.choice([0, 0, 0, 0, 8, -8])
            more = at + step < len(payload)
            field = at // 8 | more << 13 if family == 4 else at | more
            pieces.append((field, payload[at:at + size]))
        if self.chance(0.3):
            self.rng.shuffle(pieces)
        if self.chance(0.1):
            pieces.append(self.rng.choice(pieces))
        return pieces

    def source(self, family):
        if family == 4:
            return bytes([self.rng.choice([11, 12, 10, 198])]) + \
                self.rng.randbytes(3)
        return bytes.fromhex("20010db8000c") + self.rng.randbytes(10)

    def generate(self):
        """One or several packets."""
        family = self.rng.choice([4, 6])
        self.identity = self.rng.getrandbits(16)
        source, destination = self.source(family), self.rng.choice(
            self.to[family])
        protocol, payload = self.payload()
        build = self.ipv4 if family == 4 else self.ipv6
        for field, piece in self.pieces(payload, family):
            packet = build(source, destination, protocol, piece, field)
            if self.chance(0.03):
                packet = packet[:self.rng.randrange(1, len(packet) + 1)]
            if self.chance(0.02):
                packet = bytearray(packet)
                packet[self.rng.randrange(len(packet))] ^= \
                    1 << self.rng.randrange(8)
                packet = bytes(packet)
            yield family, packet
