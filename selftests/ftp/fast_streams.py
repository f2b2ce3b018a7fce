#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Many connections at once, on which both ends send all the time, and compare every
byte that arrives. One request and one answer a line:

    listen ADDRESS PORT              takes all connections there
    open NUMBER SOURCE ADDRESS PORT  opens so many
    go                               until each has received a thousand bytes more
    quiet                            until none has received anything for two seconds;
                                     how long after the request the last one did
    state                            how many there are, broken, and wrong bytes

The answer is "ok" unless described otherwise, or what went wrong.
"""
import select
import socket
import struct
import sys
import time

# Each tick a connection sends a chunk, if it can: so there are many packets.
TICK = 0.05
CHUNK = 3000
MORE = 1000
QUIET = 2.0
# A time limit that a good run does not reach.
PATIENCE = 240
# Its length is odd: no multiple of it is that of a packet.
PATTERN = b"".join(struct.pack("!I", i * 2654435761 & 0xffffffff)
                   for i in range(16384)) + b"end"


def slice_at(at, length):
    """The stream's bytes from a place on."""
    at %= len(PATTERN)
    data = PATTERN[at:at + length]
    return data + PATTERN[:length - len(data)]


class Stream:
    """The first four bytes are its number, which both ends send."""

    def __init__(self, end, number=None):
        end.setblocking(False)
        self.end = end
        self.number = number
        self.head = b""
        self.sent = self.received = self.wrong = 0
        self.broken = False

    def send(self):
        if self.number is None:
            return
        if self.sent < 4:
            data = struct.pack("!I", self.number)[self.sent:]
        else:
            data = slice_at(self.number + self.sent, CHUNK)
        self.sent += self.end.send(data)

    def receive(self):
        data = self.end.recv(65536)
        if not data:
            raise ConnectionResetError
        if len(self.head) < 4:
            self.head += data[:4 - len(self.head)]
            # So short a beginning is never cut.
            data = data[4:]
            self.received += 4
            number = struct.unpack("!I", self.head)[0]
            self.wrong += self.number not in (None, number)
            self.number = number
        if data != slice_at(self.number + self.received, len(data)):
            self.wrong += 1
        self.received += len(data)


class Streams:
    def __init__(self):
        self.listeners = []
        self.streams = []
        self.last = time.monotonic()

    def live(self):
        return [one for one in self.streams if not one.broken]

    def step(self, stream, do):
        try:
            do()
        except BlockingIOError:
            pass
        except OSError:
            stream.broken = True

    def run(self, wait):
        """Receives what comes within a time."""
        ends = {one.end: one for one in self.live()}
        readable = select.select(
            [sys.stdin, *self.listeners, *ends], [], [], wait)[0]
        for end in readable:
            if end in self.listeners:
                self.streams.append(Stream(end.accept()[0]))
            elif end in ends:
                self.step(ends[end], ends[end].receive)
                self.last = time.monotonic()
        return sys.stdin in readable

    def tick(self):
        """Returns whether there is a request."""
        for one in self.live():
            self.step(one, one.send)
        until = time.monotonic() + TICK
        request = False
        while (left := until - time.monotonic()) > 0 and not request:
            request = self.run(left)
        return request

    def until(self, condition):
        limit = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > limit:
                return False
            self.tick()
        return True

    def listen(self, address, port):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        end = socket.socket(family, socket.SOCK_STREAM)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        end.bind((address, int(port)))
        end.listen(64)
        self.listeners.append(end)

    def open(self, number, source, address, port):
        for _ in range(int(number)):
            end = socket.create_connection((address, int(port)), PATIENCE,
                                           (source, 0))
            self.streams.append(Stream(end, 1 + len(self.streams) * 7919))

    def go(self):
        goals = {one: one.received + MORE for one in self.streams}
        if not self.until(lambda: all(one.broken or one.received >= goal
                                      for one, goal in goals.items())):
            return "stands still: " + " ".join(
                str(one.number) for one, goal in goals.items()
                if one.received < goal)
        return None if all(not one.broken for one in goals) else "broken"

    def quiet(self):
        begun = time.monotonic()
        self.last = begun
        if not self.until(lambda: time.monotonic() > self.last + QUIET):
            return "goes on"
        return f"{self.last - begun:.2f}"

    def state(self):
        return (f"{len(self.streams)} {sum(one.broken for one in self.streams)} "
                f"{sum(one.wrong for one in self.streams)}")


def main():
    streams = Streams()
    while True:
        if not streams.tick():
            continue
        # Requests come one by one: nothing is left in a buffer.
        verb, *words = sys.stdin.readline().split() or ["end"]
        if verb == "end":
            return
        try:
            answer = getattr(streams, verb)(*words)
            print("ok" if answer is None else answer, flush=True)
        except OSError as error:
            print(error, flush=True)


main()
