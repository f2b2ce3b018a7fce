# SPDX-License-Identifier: GPL-2.0-only
"""Packets of connections through a director: honest ones, and what others may make of
them. Frames have a virtio header in front, as packet sockets want it."""
import ipaddress
import socket
import struct

import nflog
from packets import checksum, TCP

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
# All but an ACK of these ends leases.
FLAGS = FIN | SYN | RST | ACK
DF, MF = 0x4000, 0x2000
MTU = {"front": 1500, "back": 1400}
MAC = {"front": bytes.fromhex("020000000001"),
       "back": bytes.fromhex("020000000002")}
HOST_MAC = bytes.fromhex("020000000009")
OTHER_MACS = [bytes.fromhex("020000000007"), b"\xff" * 6,
              bytes.fromhex("01005e000001")]
ETHERTYPE = {4: 0x0800, 6: 0x86dd}
VLAN, ICMP, ICMP6, FENCE = 0x8100, 1, 58, 253
HOP, FRAGMENT, DESTINATION = 0, 44, 60
ETH_P_ALL = 3
# Not in the socket module.
SOL_PACKET, PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING = 263, 15, 23
VNET = struct.Struct("=BBHHHH")
NEEDS_CSUM, GSO = 1, {4: 1, 6: 4}
SERVICE = "/sys/kernel/nf_ftpmark/net/services/ftp/"
VIP = {4: "192.0.2.10", 6: "2001:db8:10::10"}
CLIENT = {4: "198.51.100.", 6: "2001:db8:1::"}
SERVER = {4: "10.0.0.", 6: "2001:db8:2::"}
# Family, whether the real server opens it, the client's address and its port.
FLOWS = [(family, active, host, port) for family in (4, 6)
         for active in (False, False, True) for host in ("1", "2")
         for port in ((5000, 5001) if not active else (5100,))]


def packed(text):
    return ipaddress.ip_address(text).packed


# Where packets to the client come from, and others go to.
TRANSLATED = {"front": [packed(vip) for vip in VIP.values()],
              "back": [packed(net + host) for net in SERVER.values()
                       for host in ("1", "2")]}


def packet_socket(device, room, timeout, header=True):
    """For frames as above, or without the virtio header. room: in MiB."""
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    if header:
        end.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    end.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    end.setsockopt(socket.SOL_SOCKET, nflog.SO_RCVBUFFORCE, room << 20)
    end.bind((device, ETH_P_ALL))
    end.settimeout(timeout)
    return end


def stat(name):
    """A counter of the service in this namespace."""
    with open(SERVICE + "stats/" + name) as file:
        return int(file.read())


class Packet:
    """A frame to be sent, and what the model has to know of it."""

    def __init__(self, flow, to_server, kind):
        self.flow, self.to_server, self.kind = flow, to_server, kind
        self.key = flow.key + (to_server,)
        # Where its connection's packets arrive, and where this one does.
        self.home = self.link = "front" if to_server else "back"
        # Whether nothing but flags and lengths could keep it off the short way.
        self.plain = self.fits_mtu = True
        # With headers of the link; as netfilter sees it; as packet sockets do.
        self.frame = self.arrives = self.tapped = b""
        # Where TCP has its sequence number, and behind its header.
        self.number = self.inside = b""


def fence(link, number):
    """A packet behind all others: when it has passed, all have."""
    source, to = ("198.51.100.1", "10.0.0.1") if link == "front" else (
        "10.0.0.1", "198.51.100.1")
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 24, 0, 0, 64, FENCE, 0,
                         packed(source), packed(to))
    header = header[:10] + checksum(header) + header[12:]
    packet = Packet(Flow(None, 4, False, "1", 0), link == "front", "fence")
    ethernet = MAC[link] + HOST_MAC + struct.pack("!H", ETHERTYPE[4])
    frame = ethernet + header + struct.pack("!I", number)
    packet.frame = VNET.pack(0, 0, len(frame), 0, 0, 0) + frame
    return packet


def is_fence(frame, number):
    return frame[23] == FENCE and frame[34:38] == struct.pack("!I", number)


def is_wanted(frame):
    """What the director sends on its own does not count."""
    kind = struct.unpack_from("!H", frame, 12)[0]
    if kind == ETHERTYPE[6]:
        return not (frame[20] == ICMP6 and frame[54] >= 130) and not (
            frame[20] == HOP and frame[54] == ICMP6)
    return kind in (ETHERTYPE[4], VLAN)


def translated(link, frames):
    """The numbers of packets that IPVS has translated."""
    for frame in frames:
        ip = frame[24:]
        size, at, length = (20, 12, 4) if frame[22:24] == b"\x08\0" else (40, 8, 16)
        source, to = ip[at:at + length], ip[at + length:at + 2 * length]
        if (source if link == "front" else to) in TRANSLATED[link]:
            yield ip[size + 4:size + 8]


def comparable(frame):
    """Errors of ICMP have an identification of the director's own."""
    if frame[22:24] == b"\x08\0" and frame[33] == ICMP:
        return frame[:28] + bytes(2) + frame[30:34] + bytes(2) + frame[36:]
    return frame


class Flow:
    """A connection of a client through the director."""
    marks = iter(range(1, 1 << 32))

    def __init__(self, rng, family, active, host, port):
        self.rng, self.family, self.active, self.port = rng, family, active, port
        self.client = packed(CLIENT[family] + host)
        self.vip = packed(VIP[family])
        self.vip_port = 20 if active else 10000 + port % 7
        # Real servers of active data have clients of their own.
        self.server = packed(SERVER[family] + host) if active else None
        self.key = family, active, host, port
        # When it has had packets.
        self.seen = float("-inf")
        self.renew()

    def renew(self):
        """A new connection; its packets look different from the last one's."""
        if not self.rng:
            return
        self.hops = {True: self.rng.choice((64, 63, 128)),
                     False: self.rng.choice((64, 62, 255))}
        self.tos = {True: self.rng.choice((0, 0, 0x28)),
                    False: self.rng.choice((0, 0, 0x48))}

    def opening(self):
        return self.build(not self.active, "opening", flags=SYN, size=0)

    def find_server(self, frames):
        """Sees from a packet that has left which server has the connection."""
        if self.active:
            return True
        for frame in frames:
            if frame[22:24] != struct.pack("!H", ETHERTYPE[self.family]):
                continue
            ip = frame[24:]
            source, to, ports = (ip[12:16], ip[16:20], ip[20:24]) \
                if self.family == 4 else (ip[8:24], ip[24:40], ip[40:44])
            if source == self.client and ports == struct.pack(
                    "!HH", self.port, self.vip_port):
                self.server = to
                return True
        return False

    def answers(self):
        yield self.build(self.active, "answer", flags=SYN | ACK, size=0)
        yield self.build(not self.active, "ack", flags=ACK, size=0)
        for _ in range(9):
            yield self.honest(True)

    def honest(self, to_server):
        return self.build(to_server, "honest")

    def packet(self):
        to_server = self.rng.random() < 0.5
        if self.rng.random() < 0.5:
            return self.honest(to_server)
        kind, change = self.rng.choice(CHANGES)
        fields = change(self.rng, self.family)
        if fields is None:
            return self.honest(to_server)
        return self.build(to_server, kind, **fields)

    def build(self, to_server, kind, size=None, flags=PSH | ACK, **fields):
        packet = Packet(self, to_server, kind)
        packet.link = {"front": "back", "back": "front"}[packet.home] \
            if fields.get("wrong_device") else packet.home
        packet.flags = flags
        packet.hops = fields.get("hops", self.hops[to_server])
        tos = self.tos[to_server]
        tos = fields.get("tos", tos) | fields.get("ecn", 0)
        packet.dscp = tos & 0xfc
        if size is None:
            size = self.rng.choice((0, 0, 1, 10, 100, 701))
        segment, ends = self.segment(packet, flags, size, fields)
        build = self.ipv4 if self.family == 4 else self.ipv6
        header, segment = build(packet, ends, tos, segment, fields)
        self.finish(packet, header, segment, size, fields)
        return packet

    def segment(self, packet, flags, size, fields):
        """A TCP header and data; and the addresses."""
        source, to = (self.client, self.vip) if packet.to_server else (
            self.server, self.client)
        ports = (self.port, self.vip_port) if packet.to_server else (
            self.vip_port, self.port)
        ports = ports[0] + fields.get("port", 0), ports[1]
        packet.plain &= "port" not in fields
        options = fields.get("tcp_options", b"")
        offset = fields.get("offset", 5 + len(options) // 4)
        segment = struct.pack("!HHIIBBHHH", *ports, next(self.marks), 1,
                              offset << 4 | fields.get("reserved", 0),
                              flags, 1000, 0, fields.get("urgent", 0))
        packet.number = segment[4:8]
        packet.inside = options + self.rng.randbytes(size)
        segment += packet.inside
        pseudo = source + to + struct.pack("!II", len(segment), TCP)
        if "partial" in fields:
            # Of the pseudo header only; the sender leaves the rest to others.
            total = bytes(~byte & 0xff for byte in checksum(pseudo))
        else:
            total = checksum(pseudo + segment)
        total = fields.get("tcp_checksum", total)
        segment = segment[:16] + total + segment[18:]
        return segment[:fields.get("cut", len(segment))], (source, to)

    def ipv4(self, packet, ends, tos, segment, fields):
        options = fields.get("ip_options", b"")
        words = fields.get("words", 5 + len(options) // 4)
        fragment = fields.get("fragment", self.rng.choice((0, DF)))
        total = 20 + len(options) + len(segment)
        header = struct.pack(
            "!BBHHHBBH4s4s", fields.get("version", 4) << 4 | words, tos,
            min(total + fields.get("length", 0), 0xffff),
            self.rng.getrandbits(16), fragment, packet.hops,
            fields.get("proto", TCP), 0, *ends) + options
        # The checksum is over what the kernel takes for the header.
        total = checksum((header + segment)[:max(words, 5) * 4])
        header = header[:10] + fields.get("ip_checksum", total) + header[12:]
        packet.plain &= header[0] == 0x45 and not fragment & ~DF and \
            not {"proto", "ip_checksum", "cut"} & set(fields)
        return header, segment

    def ipv6(self, packet, ends, tos, segment, fields):
        following = fields.get("proto", TCP)
        for kind in fields.get("extensions", ()):
            if kind == FRAGMENT:
                segment = struct.pack("!BBHI", following, 0,
                                      fields.get("fragment6", 0), 1) + segment
            else:
                segment = bytes([following, 0, 1, 4, 0, 0, 0, 0]) + segment
            following = kind
        packet.plain &= not {"extensions", "proto", "cut"} & set(fields)
        label = self.rng.getrandbits(20) if "label" in fields else 0
        return struct.pack(
            "!IHBB16s16s", 6 << 28 | tos << 20 | label,
            min(len(segment) + fields.get("length", 0), 0xffff),
            following, packet.hops, *ends), segment

    def finish(self, packet, header, segment, size, fields):
        """Puts headers of the link in front."""
        mac = fields.get("mac", MAC[packet.link])
        ethernet = mac + HOST_MAC
        ethertype = struct.pack("!H", ETHERTYPE[self.family])
        tag = struct.pack("!HH", VLAN, fields["vlan"]) if "vlan" in fields else b""
        data = header + segment
        longer = fields.get("length", 0)
        packet.arrives = data[:len(data) + min(longer, 0)]
        packet.plain &= "mac" not in fields and longer <= 0 and \
            not fields.get("vlan", 0) & 0xfff and \
            len(packet.arrives) >= len(header) + 20
        frame = ethernet + tag + ethertype + data + fields.get("trailer", b"")
        # The kernel has taken the tag off.
        packet.tapped = ethernet + ethertype + data + fields.get("trailer", b"")
        longest = len(packet.arrives)
        virtio = VNET.pack(0, 0, len(frame), 0, 0, 0)
        piece = fields.get("partial")
        if piece is not None:
            headers = len(header) + len(segment) - size
            virtio = VNET.pack(
                NEEDS_CSUM, GSO[self.family] if piece else 0,
                14 + headers, piece, 14 + len(header), 16)
            if piece:
                longest = min(longest, headers + piece)
        out = "back" if packet.to_server else "front"
        packet.fits_mtu = longest <= MTU[out]
        packet.frame = virtio + frame


def change(kind):
    """Registers what makes fields of a packet out of the random numbers."""
    def register(function):
        CHANGES.append((kind, function))
        return function
    return register


CHANGES = []


@change("flags")
def change_flags(rng, family):
    if rng.random() < 0.7:
        # Few, or no connection would last.
        return None
    return {"flags": rng.choice((0, PSH, rng.getrandbits(8)))}


@change("end")
def change_end(rng, family):
    if rng.random() < 0.7:
        return None
    return {"flags": rng.choice((RST, RST | ACK, FIN | ACK, SYN, SYN | ACK))}


@change("hops")
def change_hops(rng, family):
    return {"hops": rng.choice((0, 1, 2, 61, 64, 254, 255))}


@change("dscp")
def change_dscp(rng, family):
    return {"tos": rng.getrandbits(6) << 2}


@change("ecn")
def change_ecn(rng, family):
    return {"ecn": rng.randrange(1, 4)}


@change("options")
def change_options(rng, family):
    if family == 6:
        return {"extensions": rng.choices((HOP, FRAGMENT, DESTINATION), k=1)}
    return {"ip_options": rng.choice((bytes([1] * 4), bytes([7, 7, 4, 0, 0, 0,
                                                             0, 0])))}


@change("fragment")
def change_fragment(rng, family):
    if family == 6:
        return {"extensions": [FRAGMENT],
                "fragment6": rng.choice((1, 8, 0x2000, 0xfff8))}
    return {"fragment": rng.choice((MF, 0x8000, 1, 0x1fff, MF | 4, DF | MF))}


@change("sums")
def change_sums(rng, family):
    if family == 4 and rng.random() < 0.3:
        return {"ip_checksum": rng.randbytes(2)}
    return {"tcp_checksum": rng.choice((bytes(2), b"\xff\xff",
                                        rng.randbytes(2)))}


@change("header")
def change_header(rng, family):
    return {rng.choice(("offset", "reserved", "version", "words")):
            rng.getrandbits(4)} if family == 4 else {
                rng.choice(("offset", "reserved", "label")): rng.getrandbits(4)}


@change("tcp_options")
def change_tcp_options(rng, family):
    return {"tcp_options": bytes([1] * 4 * rng.randrange(1, 11))}


@change("urgent")
def change_urgent(rng, family):
    return {"urgent": rng.getrandbits(16), "flags": ACK | 32}


@change("length")
def change_length(rng, family):
    return {"length": rng.choice((-1, -8, 1, 9, -20, 40000))}


@change("cut")
def change_cut(rng, family):
    return {"cut": rng.randrange(0, 20), "size": 0}


@change("trailer")
def change_trailer(rng, family):
    return {"trailer": rng.randbytes(rng.randrange(1, 40))}


@change("mac")
def change_mac(rng, family):
    return {"mac": rng.choice(OTHER_MACS)}


@change("device")
def change_device(rng, family):
    return {"wrong_device": True}


@change("vlan")
def change_vlan(rng, family):
    return {"vlan": rng.choice((0, 0x2000, 5))}


@change("proto")
def change_proto(rng, family):
    return {"proto": rng.choice((17, 132, 255))}


@change("port")
def change_port(rng, family):
    return {"port": rng.choice((1, 7))}


@change("long")
def change_long(rng, family):
    return {"size": rng.randrange(1320, 1440)}


@change("gso")
def change_gso(rng, family):
    return {"size": rng.randrange(1500, 9000), "flags": ACK,
            "partial": rng.choice((500, 1000, 1390))}


@change("partial")
def change_partial(rng, family):
    return {"partial": 0}
