#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writers of transactions that are killed at random moments.

    sysfs_transaction.py SEED KILLS SEEN

Kills KILLS times, and goes on until a transaction was left behind, a write was
refused since one was open, and the configuration changed, SEEN times each: how
often that happens depends on the machine.

Two processes change SERVICES services over and over, each time as one transaction:
every service gets the number of the change as its mark, the first two exchange
their ranges, and a further service is removed, added, or both. The numbers of one
writer are even, those of the other odd. One of the two is killed now and then.
Whoever comes next must find the configuration whole, and be able to change it.

Prints a line for each fault, at most twenty, and then how often what has happened.
Exit status 1 after a fault.
"""
import errno
import os
import random
import signal
import sys
import time

BASE = "/sys/kernel/nf_ftpmark/net"
SERVICES = [f"s{number}" for number in range(8)]
EXTRA = "extra"
RANGES = ["10000-19999", "20000-29999"]
PATIENCE = 120
AWAITED = ("left", "EBUSY", "changes")


def write(path, text):
    """The name of the errno, or None when the write was taken."""
    try:
        end = os.open(f"{BASE}/{path}", os.O_WRONLY)
    except OSError as error:
        return errno.errorcode[error.errno]
    try:
        os.write(end, text.encode() + b"\n")
    except OSError as error:
        return errno.errorcode[error.errno]
    finally:
        os.close(end)
    return None


def read(path):
    with open(f"{BASE}/{path}", encoding="ascii") as file:
        return file.read().rstrip("\n")


def must(path, text):
    refused = write(path, text)
    if refused:
        print(f"{path} <- {text}: {refused}", flush=True)
        os._exit(3)


def open_transaction():
    end = time.monotonic() + PATIENCE
    while (refused := write("transaction", "open")) == "EBUSY":
        if time.monotonic() > end:
            break
        time.sleep(0.001)
    return refused


def set_up():
    for number, service in enumerate(SERVICES):
        must("add", service)
        must(f"services/{service}/mark", "1000")
        if number < 2:
            must(f"services/{service}/vip", "192.0.2.1 2001:db8::1")
            must(f"services/{service}/control_ports", f"{21 + number}")
            must(f"services/{service}/passive_ports", RANGES[number])
        else:
            must(f"services/{service}/vip", f"192.0.2.{10 + number}")
        must(f"services/{service}/enabled", "1")


def change(number):
    """The settings follow from the number, so anybody can check them."""
    extra = EXTRA in os.listdir(f"{BASE}/services")
    if extra:
        must("remove", EXTRA)
    for service in SERVICES:
        must(f"services/{service}/mark", f"{number}")
    for place in range(2):
        must(f"services/{SERVICES[place]}/passive_ports",
             RANGES[(place + number // 2) % 2])
    if number // 4 % 2:
        must("add", EXTRA)
        must(f"services/{EXTRA}/vip", "192.0.2.9")
        must(f"services/{EXTRA}/mark", f"{number}")
        must(f"services/{EXTRA}/enabled", "1")


def writer(first, seed):
    rng = random.Random(seed)
    number = first
    while True:
        refused = open_transaction()
        if refused:
            print(f"open: {refused}", flush=True)
            os._exit(3)
        change(number)
        must("transaction", "commit" if rng.random() < 0.8 else "discard")
        number += 2


class Killer:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.faults = 0
        self.seen = dict.fromkeys(
            ("none", "open", "left", "taken", "EBUSY", "changes"), 0)
        self.last = "1000"
        self.writers = [self.start(2000), self.start(2001)]

    def fault(self, *what):
        self.faults += 1
        if self.faults <= 20:
            print("fault:", *what, flush=True)

    def start(self, first):
        # A new number, so that each stands for one change.
        first += int(self.rng.random() * 1000000) * 8
        seed = self.rng.random()
        pid = os.fork()
        if not pid:
            writer(first, seed)
        return pid

    def kill(self):
        which = self.rng.randrange(2)
        victim = self.writers[which]
        os.kill(victim, signal.SIGKILL)
        _, status = os.waitpid(victim, 0)
        if not os.WIFSIGNALED(status):
            self.fault("a writer ended with", status)
        state = read("transaction").split()
        self.seen[state[0]] += 1
        if state[0] == "left" and int(state[2]) != victim:
            self.fault("left by", state, "killed", victim)
        if state[0] == "open" and int(state[2]) == victim:
            self.fault("the dead hold it:", state)
        return which

    def plain_write(self):
        """Goes on at once, or is refused while a living process has one open."""
        refused = write(f"services/{SERVICES[-1]}/active_ports",
                        str(self.rng.randrange(1, 65536)))
        self.seen[refused or "taken"] += 1

    def check_whole(self):
        """What is in force is one change, and all of it."""
        refused = open_transaction()
        if refused:
            self.fault("open:", refused)
            return
        if read("transaction").split()[2] != str(os.getpid()):
            self.fault("open by", read("transaction"))
        marks = {read(f"services/{name}/mark") for name in SERVICES}
        number = int(min(marks))
        there = sorted(os.listdir(f"{BASE}/services"))
        expected = SERVICES + [EXTRA] * (number != 1000 and number // 4 % 2)
        if there != sorted(expected):
            self.fault(number, "services", there)
        elif EXTRA in there:
            marks.add(read(f"services/{EXTRA}/mark"))
        for place in range(2):
            ports = read(f"services/{SERVICES[place]}/passive_ports")
            if ports != RANGES[(place + number // 2) % 2]:
                self.fault(number, "ports", place, ports)
        enabled = {read(f"services/{name}/enabled") for name in there}
        if len(marks) != 1 or enabled != {"1"}:
            self.fault("mixed:", marks, "enabled:", enabled)
        self.seen["changes"] += self.last != str(number)
        self.last = str(number)
        must("transaction", "discard")

    def run(self, kills, seen):
        end = time.monotonic() + 5 * PATIENCE
        while kills > 0 or (time.monotonic() < end and
                            min(self.seen[what] for what in AWAITED) < seen):
            kills -= 1
            # The moment is to be random.
            time.sleep(self.rng.random() * 0.1)
            which = self.kill()
            if self.rng.random() < 0.5:
                self.plain_write()
            self.check_whole()
            self.writers[which] = self.start(2000 + which)
        for pid in self.writers:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self.check_whole()


def main():
    seed, kills, seen = map(int, sys.argv[1:])
    set_up()
    killer = Killer(seed)
    killer.run(kills, seen)
    print(*(f"{what}={count}" for what, count in killer.seen.items()))
    sys.exit(killer.faults > 0)


main()
