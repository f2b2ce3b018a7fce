#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Usage: faults.py CLIENT ROUTER PROBE...

Makes each allocation of a system call fail once, by /proc/self/fail-nth, and
compares the module's state after each failure: its files in the namespace ROUTER,
and the marks of packets from CLIENT to each PROBE, an ADDRESS#PORT such as
192.0.2.1#21. One request and one answer a line, with tabs between fields:

    write PATH VALUE    a file below /sys/kernel/nf_ftpmark/net
    commit PATH=VALUE.. a transaction of these writes: only its commit is to fail
    within PATH=VALUE.. writes in a transaction, which is discarded afterwards: only
                        the last of them is to fail
    load FILE [PARAM]   loads the module, and unloads it again
    namespace           makes a new namespace, and leaves it again

The answer has words: "failed=N" refusals, "tolerated=N" failed allocations in spite
of which the call succeeded, "errors=" the names of refusals, "marks=" the marks of
packets in the end. Or it is "broken: " and what a failure has changed.
"""
import collections
import ctypes
import errno
import gc
import os
import socket
import struct
import sys

import nflog

FILES = "/sys/kernel/nf_ftpmark/net"
SO_RCVMARK = 75
SYS_FINIT_MODULE = 313
ATTEMPTS = 5000
libc = ctypes.CDLL(None, use_errno=True)


class Broken(Exception):
    """A refused change has changed something, or its failures never end."""


def call(result):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


class Probes:
    """Sends packets to addresses and ports and receives their marks."""

    def __init__(self, client, router, probes):
        self.targets = [(address, int(port)) for address, port in
                        (probe.split("#") for probe in probes)]
        self.port = 20000
        self.senders = self.sockets(client)
        self.receivers = self.sockets(router)
        for receiver in self.receivers.values():
            receiver.setsockopt(socket.SOL_SOCKET, SO_RCVMARK, 1)
            receiver.settimeout(600)

    @staticmethod
    def sockets(name):
        nflog.enter_namespace(name)
        return {family: socket.socket(family, socket.SOCK_RAW,
                                      socket.IPPROTO_TCP)
                for family in (socket.AF_INET, socket.AF_INET6)}

    def mark(self, address, port):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.port += 1
        # An ACK of no connection, whose checksum nobody verifies.
        segment = struct.pack("!HHIIBBHHH", self.port, port, 1, 1, 5 << 4,
                              0x10, 1024, 0, 0)
        self.senders[family].sendto(segment, (address, 0))
        while True:
            data, control, _, _ = self.receivers[family].recvmsg(2048, 256)
            header = 0 if family == socket.AF_INET6 else (data[0] & 15) * 4
            if struct.unpack_from("!HH", data, header) == (self.port, port):
                return sum(struct.unpack("I", value)[0]
                           for level, kind, value in control
                           if (level, kind) == (socket.SOL_SOCKET,
                                                socket.SO_MARK))

    def marks(self):
        return ",".join(str(self.mark(*target)) for target in self.targets)


class Faults:
    def __init__(self):
        self.nth = os.open("/proc/self/fail-nth", os.O_RDWR)

    def armed_call(self, nth, function):
        """The error if any, and whether an allocation failed."""
        number = str(nth).encode()
        failed = None
        os.write(self.nth, number)
        try:
            function()
        except OSError as error:
            failed = error.errno
        left = os.pread(self.nth, 16, 0)
        os.write(self.nth, b"0")
        return failed, int(left) == 0

    def exhaust(self, function, unchanged, undo, prepare=lambda: None):
        """Repeats a call until none of its allocations is left to fail."""
        errors = collections.Counter()
        tolerated = 0
        for nth in range(1, ATTEMPTS):
            prepare()
            failed, injected = self.armed_call(nth, function)
            if failed is not None:
                if not injected:
                    raise OSError(failed, os.strerror(failed))
                errors[errno.errorcode[failed]] += 1
                unchanged(f"{errno.errorcode[failed]} at allocation {nth}")
            elif not injected:
                return errors, tolerated
            else:
                tolerated += 1
                undo()
        raise Broken(f"more than {ATTEMPTS} allocations")


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def settings():
    """Every setting of every service."""
    found = {}
    for directory, _, names in os.walk(f"{FILES}/services"):
        if not directory.endswith("/stats"):
            found[directory] = None
            for name in names:
                path = os.path.join(directory, name)
                found[path] = read(path)
    return found


class Agent:
    def __init__(self, client, router, probes):
        self.probes = Probes(client, router, probes)
        self.faults = Faults()

    def answer(self, errors, tolerated, marks):
        return (f"failed={sum(errors.values())} tolerated={tolerated} "
                f"errors={','.join(sorted(errors))} marks={marks}")

    def watch(self):
        """A snapshot of settings and marks, to compare with later."""
        before = settings()
        marks = self.probes.marks()

        def unchanged(when):
            now = settings()
            if now != before:
                raise Broken(f"{when}: {set(now.items()) ^ set(before.items())}")
            now = self.probes.marks()
            if now != marks:
                raise Broken(f"{when}: marks {now} after {marks}")

        return before, unchanged

    def write(self, path, value):
        data = value.encode() + b"\n"
        path = f"{FILES}/{path}"
        before, unchanged = self.watch()
        file = os.open(path, os.O_WRONLY)

        def undo():
            if path.endswith("/add"):
                self.put(f"{FILES}/remove", data)
            elif path.endswith("/remove"):
                self.restore(value, before)
            else:
                self.put(path, before[path].encode())
            unchanged("after undoing")

        try:
            result = self.faults.exhaust(lambda: os.write(file, data),
                                         unchanged, undo)
        finally:
            os.close(file)
        return self.answer(*result, self.probes.marks())

    def begin(self, writes):
        self.put(f"{FILES}/transaction", b"open")
        for write in writes:
            path, _, value = write.partition("=")
            self.put(f"{FILES}/{path}", value.encode() + b"\n")

    def commit(self, *writes):
        """Each refusal ends the transaction, so it is made again for each."""
        before, unchanged = self.watch()
        file = os.open(f"{FILES}/transaction", os.O_WRONLY)

        def ended(when):
            if read(f"{FILES}/transaction") != "none\n":
                # kernfs has no buffer, so the module does not know of the write.
                if not when.endswith(" allocation 1"):
                    raise Broken(f"{when}: the transaction goes on")
                os.write(file, b"discard")
            unchanged(when)

        def undo():
            os.write(file, b"open")
            for service in os.listdir(f"{FILES}/services"):
                self.put(f"{FILES}/remove", service.encode())
            for path in before:
                if before[path] is None and not path.endswith("/services"):
                    self.restore(os.path.basename(path), before)
            os.write(file, b"commit")
            unchanged("after undoing")

        try:
            result = self.faults.exhaust(lambda: os.write(file, b"commit"),
                                         ended, undo,
                                         lambda: self.begin(writes))
        finally:
            os.close(file)
        return self.answer(*result, self.probes.marks())

    def within(self, *writes):
        """A refused write changes nothing of what is staged either."""
        _, unchanged = self.watch()
        self.begin(writes[:-1])
        before = settings()
        path, _, value = writes[-1].partition("=")
        data = value.encode() + b"\n"
        file = os.open(f"{FILES}/{path}", os.O_WRONLY)

        def staged(when):
            now = settings()
            if now != before:
                raise Broken(f"{when}: {set(now.items()) ^ set(before.items())}")

        def again():
            self.put(f"{FILES}/transaction", b"discard")
            self.begin(writes[:-1])

        try:
            result = self.faults.exhaust(lambda: os.write(file, data), staged,
                                         again)
        finally:
            os.close(file)
            self.put(f"{FILES}/transaction", b"discard")
        unchanged("after discarding")
        return self.answer(*result, self.probes.marks())

    def restore(self, service, before):
        self.put(f"{FILES}/add", service.encode())
        directory = f"{FILES}/services/{service}/"
        files = [path for path in before if path.startswith(directory)]
        for path in sorted(files, key=lambda path: path.endswith("/enabled")):
            self.put(path, before[path].encode())

    @staticmethod
    def put(path, data):
        with open(path, "wb", buffering=0) as file:
            file.write(data)

    def load(self, file, parameters=""):
        module = os.open(file, os.O_RDONLY)
        text = parameters.encode()

        def load():
            call(libc.syscall(SYS_FINIT_MODULE, module, text, 0))

        def unchanged(when):
            for path in ("/sys/module/nf_ftpmark", "/sys/kernel/nf_ftpmark"):
                if os.path.exists(path):
                    raise Broken(f"{when}: {path} is there")

        def unload():
            call(libc.delete_module(b"nf_ftpmark", 0))

        errors, tolerated = self.faults.exhaust(load, unchanged, unload)
        os.close(module)
        return self.answer(errors, tolerated, self.probes.marks())

    def namespace(self):
        _, others_unchanged = self.watch()
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        name = os.readlink("/proc/self/ns/net")

        def create():
            call(libc.unshare(nflog.CLONE_NEWNET))

        def leave():
            call(libc.setns(home, nflog.CLONE_NEWNET))

        def unchanged(when):
            now = os.readlink("/proc/self/ns/net")
            if now != name:
                raise Broken(f"{when}: in {now} after {name}")
            others_unchanged(when)

        try:
            result = self.faults.exhaust(create, unchanged, leave)
        finally:
            leave()
            os.close(home)
        return self.answer(*result, self.probes.marks())


def main():
    agent = Agent(sys.argv[1], sys.argv[2], sys.argv[3:])
    verbs = {"write": agent.write, "commit": agent.commit,
             "within": agent.within, "load": agent.load,
             "namespace": agent.namespace}
    # The garbage collector would allocate where allocations fail.
    gc.disable()
    for line in iter(sys.stdin.readline, ""):
        verb, *arguments = line.rstrip("\n").split("\t")
        try:
            print(verbs[verb](*arguments), flush=True)
        except Broken as error:
            print(f"broken: {error}", flush=True)
        except OSError as error:
            print(f"error: {error}", flush=True)
        gc.collect()


main()
