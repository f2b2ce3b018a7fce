#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Sends single crafted packets, one request and one answer a line.

    packets.py SOURCE4 SOURCE6 MAC

MAC is the receiver's. A request is a list of words:

    dev=NAME        the device to send from, required
    to=ADDRESS      destination, required; decides the family
    proto=NUMBER    of the IP header; the ports are where TCP has them, for
                    any protocol (default 6)
    port=N          destination port (default 21)
    sport=N         source port (default 40000)
    from=ADDRESS    source, instead of those above
    flags=LETTERS   of FSRPA (default S)
    data=BYTES      length of the data behind the TCP header (default 0)
    cut=BYTES       the packet ends after so many bytes of the TCP header
    options=BYTES   of IPv4 options, a multiple of 4
    ext=LIST        IPv6 extension headers: hop, dst, fragment
    fragment=N[+]   the packet is a fragment at offset N * 8; "+": more follow
    paged           the kernel gets a packet whose headers are in a page
    count=N         how often the packet is sent

The answer: number of packets and of IP bytes, or what went wrong.
"""
import ipaddress
import socket
import struct
import sys

TCP, FRAGMENT = 6, 44
EXTENSIONS = {"hop": 0, "dst": 60, "fragment": FRAGMENT}
FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16}
SOL_PACKET, PACKET_VNET_HDR = 263, 15  # not in the socket module
ETHERNET = 14


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack("!H", ~total & 0xffff)


def tcp_segment(want, source, destination):
    flags = sum(FLAGS[letter] for letter in want.get("flags", "S"))
    header = struct.pack("!HHIIBBHHH", int(want.get("sport", 40000)),
                         int(want.get("port", 21)), 1, 1, 5 << 4, flags,
                         64240, 0, 0)
    segment = header + bytes(int(want.get("data", 0)))
    pseudo = source.packed + destination.packed + struct.pack(
        "!II", TCP, len(segment))
    segment = segment[:16] + checksum(pseudo + segment) + segment[18:]
    return segment[:int(want.get("cut", len(segment)))]


def fragment_field(want, shift, more_bit):
    offset = want.get("fragment", "0")
    more = more_bit if offset.endswith("+") else 0
    return int(offset.rstrip("+")) << shift | more


def ipv4(want, source, destination):
    payload = tcp_segment(want, source, destination)
    options = bytes([1]) * int(want.get("options", 0))  # "no operation"
    words = 5 + len(options) // 4
    header = struct.pack("!BBHHHBBH4s4s", 4 << 4 | words, 0,
                         words * 4 + len(payload), 1,
                         fragment_field(want, 0, 0x2000), 64,
                         int(want.get("proto", TCP)), 0,
                         source.packed, destination.packed) + options
    header = header[:10] + checksum(header) + header[12:]
    return header + payload


def extension(kind, following, want):
    if kind == FRAGMENT:
        return struct.pack("!BBHI", following, 0,
                           fragment_field(want, 3, 1), 1)
    # An options header of eight bytes, filled by one PadN of four.
    return bytes([following, 0, 1, 4, 0, 0, 0, 0])


def ipv6(want, source, destination):
    payload = tcp_segment(want, source, destination)
    following = int(want.get("proto", TCP))
    kinds = [EXTENSIONS[name] for name in want.get("ext", "").split(",") if name]
    for kind in reversed(kinds):
        payload = extension(kind, following, want) + payload
        following = kind
    return struct.pack("!IHBB16s16s", 6 << 28, len(payload), following, 64,
                       source.packed, destination.packed) + payload


class Sender:
    def __init__(self, source4, source6, mac):
        self.source = {4: ipaddress.ip_address(source4),
                       6: ipaddress.ip_address(source6)}
        self.mac = bytes.fromhex(mac.replace(":", ""))
        self.sockets = {}

    def socket(self, dev, paged):
        if (dev, paged) not in self.sockets:
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            sock.bind((dev, 0))
            if paged:
                sock.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
            self.sockets[dev, paged] = sock
        return self.sockets[dev, paged]

    def send(self, want):
        destination = ipaddress.ip_address(want["to"])
        source = ipaddress.ip_address(
            want.get("from", self.source[destination.version]))
        build = ipv4 if destination.version == 4 else ipv6
        packet = build(want, source, destination)
        protocol = 0x0800 if destination.version == 4 else 0x86dd
        frame = self.mac * 2 + struct.pack("!H", protocol) + packet
        paged = "paged" in want
        if paged:
            # A virtio header: only this much of the packet is in its linear part.
            frame = struct.pack("=BBHHHH", 0, 0, ETHERNET, 0, 0, 0) + frame
        count = int(want.get("count", 1))
        for _ in range(count):
            self.socket(want["dev"], paged).send(frame)
        return count, count * len(packet)


def main():
    sender = Sender(*sys.argv[1:])
    for line in iter(sys.stdin.readline, ""):
        words = (word.partition("=") for word in line.split())
        try:
            print(*sender.send({key: value for key, _, value in words}),
                  flush=True)
        except (KeyError, OSError, ValueError) as error:
            print(repr(error), flush=True)


if __name__ == "__main__":
    main()
