#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Usage: memory_payer.py CGROUP

Writes the module's files so that the memory is charged to CGROUP, a directory. The
process is a member of it only while it writes: its own memory is charged elsewhere,
and nothing is killed for lack of memory. One request and one answer a line, with
tabs between fields:

    group pays          for the writes from now on; the default
    others pay
    write PATH VALUE    a file below /sys/kernel/nf_ftpmark/net
    add PREFIX COUNT [FILE VALUE]...
                        PREFIX0, PREFIX1, ... with these settings
    remove PREFIX COUNT

The answer: "ok" or the name of an errno, and how many services were added or
removed.
"""
import errno
import gc
import os
import sys

FILES = "/sys/kernel/nf_ftpmark/net"


class Payer:
    def __init__(self, group):
        self.pid = str(os.getpid()).encode()
        with open("/proc/self/cgroup", encoding="ascii") as file:
            home = file.read().splitlines()[-1].partition("::")[2]
        mount = os.path.dirname(group)
        self.inside = os.open(f"{group}/cgroup.procs", os.O_WRONLY)
        self.outside = os.open(f"{mount}{home}/cgroup.procs", os.O_WRONLY)
        self.group_pays = True
        self.done = 0
        # Each processor charges some memory ahead.
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write("-1000")

    def group(self, _):
        self.group_pays = True

    def others(self, _):
        self.group_pays = False

    def write_paid(self, fd, data):
        os.write(self.inside, self.pid)
        try:
            os.write(fd, data)
        finally:
            os.write(self.outside, self.pid)

    def write(self, path, value=""):
        write = self.write_paid if self.group_pays else os.write
        data = value.encode() + b"\n"
        fd = os.open(f"{FILES}/{path}", os.O_WRONLY)
        try:
            write(fd, data)
        finally:
            os.close(fd)

    def add(self, prefix, count, *settings):
        for number in range(int(count)):
            self.write("add", f"{prefix}{number}")
            self.done += 1
            for file, value in zip(settings[::2], settings[1::2]):
                self.write(f"services/{prefix}{number}/{file}", value)

    def remove(self, prefix, count):
        for number in range(int(count)):
            self.write("remove", f"{prefix}{number}")
            self.done += 1


def main():
    payer = Payer(sys.argv[1])
    # The garbage collector would allocate while the cgroup has no memory left.
    gc.disable()
    for line in iter(sys.stdin.readline, ""):
        verb, *arguments = line.rstrip("\n").split("\t")
        payer.done = 0
        try:
            getattr(payer, verb)(*arguments)
            result = "ok"
        except OSError as error:
            result = errno.errorcode[error.errno]
        print(result, payer.done, flush=True)


main()
