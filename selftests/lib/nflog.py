# SPDX-License-Identifier: GPL-2.0-only
"""Receives the packets of a rule "log group N", with their marks."""
import collections
import ctypes
import os
import socket
import struct

CLONE_NEWNET = 0x40000000
NETLINK_NETFILTER = 12
NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 1, 4, 2
SO_RCVBUFFORCE = 33
# linux/netfilter/nfnetlink_log.h
NFULNL_MSG_PACKET, NFULNL_MSG_CONFIG = 4 << 8, 4 << 8 | 1
CFG_CMD, CFG_MODE, CFG_TIMEOUT, CFG_QTHRESH = 1, 2, 4, 5
CMD_BIND, COPY_PACKET = 1, 2
ATTR_MARK, ATTR_PAYLOAD = 2, 9

Packet = collections.namedtuple("Packet", "mark data")


def enter_namespace(name):
    """Moves the whole process; sockets opened before stay where they are."""
    libc = ctypes.CDLL(None, use_errno=True)
    end = os.open(f"/run/netns/{name}", os.O_RDONLY)
    if libc.setns(end, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
    os.close(end)


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(
        -len(data) % 4)


def attributes(data, at, end):
    while at + 4 <= end:
        length, kind = struct.unpack_from("=HH", data, at)
        yield kind & 0x3fff, data[at + 4:at + length]
        at += length + 3 & ~3


class Log:
    """Packets of a group, in this process's namespace."""

    def __init__(self, group, threshold):
        self.end = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                 NETLINK_NETFILTER)
        self.end.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        # A time limit that a good run does not reach.
        self.end.settimeout(1200)
        self.group = group
        self.configure(attribute(CFG_CMD, bytes([CMD_BIND])))
        self.configure(
            attribute(CFG_MODE, struct.pack("!IBx", 0xffff, COPY_PACKET))
            + attribute(CFG_QTHRESH, struct.pack("!I", threshold))
            # How long an incomplete batch waits, in 1/100 s.
            + attribute(CFG_TIMEOUT, struct.pack("!I", 1)))

    def configure(self, data):
        body = struct.pack("!BBH", 0, 0, self.group) + data
        self.end.send(struct.pack("=IHHII", 16 + len(body), NFULNL_MSG_CONFIG,
                                  NLM_F_REQUEST | NLM_F_ACK, 0, 0) + body)
        answer = self.end.recv(65536)
        error = struct.unpack_from("=i", answer, 16)[0]
        if struct.unpack_from("=H", answer, 4)[0] != NLMSG_ERROR or error:
            raise OSError(-error, "nflog")

    def receive(self):
        """Some packets; an OSError if any were lost for want of room."""
        data = self.end.recv(1 << 20)
        at = 0
        while at + 16 <= len(data):
            length, kind = struct.unpack_from("=IH", data, at)
            if kind == NFULNL_MSG_PACKET:
                # No attribute means no mark.
                mark, payload = 0, b""
                for name, value in attributes(data, at + 20, at + length):
                    if name == ATTR_MARK:
                        mark = struct.unpack("!I", value)[0]
                    elif name == ATTR_PAYLOAD:
                        payload = value
                yield Packet(mark, payload)
            at += length + 3 & ~3
