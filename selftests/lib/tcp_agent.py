#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""One end of TCP connections: the test chooses their ports and when things happen on
them. One request and one answer a line:

    listen NAME ADDRESS PORT
    dial NAME SOURCE PORT ADDRESS PORT  begins to connect; source port 0 is any
    connected NAME                      the result of that
    accept NAME LISTENER                the answer: address and port of the peer
    send NAME BYTES SEED                the answer: a checksum
    receive NAME BYTES                  the answer: the checksum of the data
    line NAME                           receives a line of text
    say NAME TEXT                       sends a line of text
    end NAME                            waits until the peer closes
    options NAME                        packets have IP options from now on
    close NAME
    reset NAME                          closes with a reset

The test chooses each NAME. The answer is "ok" unless described otherwise, or the
name of an errno. A request that needs the peer waits for it.
"""
import errno
import random
import select
import socket
import struct
import sys
import zlib

# A time limit that a good run does not reach.
PATIENCE = 600


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class Ends:
    def __init__(self):
        self.named = {}

    def make(self, name, address, port):
        end = socket.socket(family_of(address), socket.SOCK_STREAM)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        end.bind((address, int(port)))
        self.named[name] = end
        return end

    def listen(self, name, address, port):
        self.make(name, address, port).listen()

    def dial(self, name, source, source_port, address, port):
        end = self.make(name, source, source_port)
        end.setblocking(False)
        end.connect_ex((address, int(port)))
        end.settimeout(PATIENCE)

    def connected(self, name):
        end = self.named[name]
        # The socket becomes writable when it is connected or has failed.
        if not select.select([], [end], [], PATIENCE)[1]:
            raise TimeoutError(errno.ETIMEDOUT, "")
        error = end.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, "")

    def accept(self, name, listener):
        self.named[listener].settimeout(PATIENCE)
        end, peer = self.named[listener].accept()
        end.settimeout(PATIENCE)
        self.named[name] = end
        return f"{peer[0]} {peer[1]}"

    def send(self, name, count, seed):
        data = random.Random(seed).randbytes(int(count))
        self.named[name].sendall(data)
        return zlib.crc32(data)

    def receive(self, name, count):
        data = b""
        while len(data) < int(count):
            more = self.named[name].recv(int(count) - len(data))
            if not more:
                return f"only {len(data)} bytes"
            data += more
        return zlib.crc32(data)

    def line(self, name):
        text = b""
        while not text.endswith(b"\n"):
            more = self.named[name].recv(1)
            if not more:
                break
            text += more
        return text.decode().rstrip()

    def say(self, name, *words):
        self.named[name].sendall((" ".join(words) + "\r\n").encode())

    def end(self, name):
        while self.named[name].recv(4096):
            pass

    def options(self, name):
        # "No operation", RFC 791.
        self.named[name].setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS,
                                    bytes([1] * 4))

    def close(self, name):
        self.named.pop(name).close()

    def reset(self, name):
        self.named[name].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                    struct.pack("ii", 1, 0))
        self.close(name)


def main():
    ends = Ends()
    for request in sys.stdin:
        verb, *words = request.split()
        try:
            answer = getattr(ends, verb)(*words)
            print("ok" if answer is None else answer, flush=True)
        except KeyError:
            print("ENOENT", flush=True)
        except OSError as error:
            print(errno.errorcode.get(error.errno, "ETIMEDOUT"), flush=True)


main()
