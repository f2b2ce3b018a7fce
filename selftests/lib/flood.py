#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Sends SYNs from addresses that nobody has, faster than packets.py would:

    flood.py DEVICE MAC [NET [PORT [DATA]]]

MAC is the receiver's. Each line of input is "ADDRESS PORT COUNT": so many IPv4
SYNs to there, each from a random address of NET.0.0.0/8 (by default 11) and
from PORT (40000). With DATA they are not SYNs but have so many bytes of data. The
answer is "ok".
"""
import ipaddress
import os
import socket
import struct
import sys


def main():
    device, mac = sys.argv[1:3]
    net = bytes([int(sys.argv[3])]) if len(sys.argv) > 3 else b"\x0b"
    source_port = int(sys.argv[4]) if len(sys.argv) > 4 else 40000
    data = bytes(int(sys.argv[5])) if len(sys.argv) > 5 else b""
    flags = 0x18 if data else 2
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    end.bind((device, 0))
    # The sender needs its own MAC address: a bridge drops frames from its own.
    ethernet = bytes.fromhex(mac.replace(":", "") + "0200000000ff" + "0800")

    for line in iter(sys.stdin.readline, ""):
        address, port, count = line.split()
        to = ipaddress.ip_address(address).packed
        # The IP header without checksum and source, which alone differ.
        start = struct.pack("!BBHHHBB", 0x45, 0, 40 + len(data), 1, 0, 64, 6)
        partial = sum(struct.unpack("!7H", start + to))
        start = ethernet + start
        rest = to + struct.pack("!HHIIBBHHH", source_port, int(port), 1, 0, 5 << 4,
                                flags, 64240, 0, 0) + data
        for _ in range(int(count)):
            source = net + os.urandom(3)
            total = partial + sum(struct.unpack("!2H", source))
            total = (total & 0xffff) + (total >> 16)
            total = (total & 0xffff) + (total >> 16)
            end.send(start + struct.pack("!H", ~total & 0xffff) + source + rest)
        print("ok", flush=True)


main()
