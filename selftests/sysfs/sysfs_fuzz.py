#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes generated values to the module's files and compares the results with those
of settings_model.py.

    sysfs_fuzz.py SEED WRITES

Prints a line for each difference, at most twenty, and at the end how many
writes were taken and refused, by errno. Exit status 1 if anything differed.
"""
import collections
import errno
import ipaddress
import os
import random
import sys

import settings_model

BASE = "/sys/kernel/nf_ftpmark/net"
DIFFERENCES_MAX = 20

# There are few, so that services collide.
NAMES = ["a", "b", "ftp", "Z9", "a.b-c_d", "n" * 31]
NOT_NAMES = ["-a", ".", "..", "_", "a/b", "n" * 32, "\xe9", "a b", "a,b", ""]
VIPS = ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"]
HOSTS = VIPS + [
    "1.0.0.0", "223.255.255.255", "240.0.0.1", "255.255.255.254", "10.0.0.255",
    "fe80::1", "FE80::ABCD", "2001:DB8:0:0:1::", "::1.2.3.4", "::2",
    "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::8",
    "1:0:0:4:5:0:0:8", "64:ff9b::192.0.2.33", "fe80::5efe:192.0.2.1",
    "2001:db8::200:5efe:1.2.3.4", "0:0:0:1::", "1:2:3:4:5:6:1.2.3.4",
    # Since 5.3 Linux accepts the rest of 0.0.0.0/8 as hosts.
    "0.1.2.3", "1::0.0.0.0", "2001:0db8:0000:0000:0000:0000:0000:0001"]
NOT_HOSTS = [
    "0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "::",
    "::1", "ff02::1", "::ffff:192.0.2.1", "1.2.3", "1.2.3.4.5", "256.1.1.1",
    "01.2.3.4", "1.2.3.04", "1..2.3", "1.2.3.4/32", "12345::", "1:2:3", ":::",
    "1::2::3", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "fe80::1%lo", "localhost", "0x7f.1",
    ":1", "1:", "1.2.3.4:5", "2001:db8::g", "3232235521", "1:2:3:4:5:6:7",
    "::00001", "::1.2.3.04", "::1.2.3.4:5", "/", "::/0"]
PREFIXES = [
    "10.0.0.0/8", "10.0.0.0/24", "10.0.0.0", "10.0.0.0/32", "128.0.0.0/1",
    "192.0.2.128/25", "10.0.0.2/31", "2001:db8::/32", "2001:db8::/128",
    "8000::/1", "2001:db8::2/127", "fe80::/10"]
NOT_PREFIXES = [
    "10.0.0.1/24", "10.0.0.0/0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/",
    "10.0.0.0/08", "10.0.0.0/8/8", "10.0.0.0/255.0.0.0", "0.0.0.0/0", "::/0",
    "2001:db8::1/127", "2001:db8::/129", "/8", "224.0.0.0/4", "ff00::/8",
    "127.0.0.0/8", "0.0.0.0/8", "::ffff:0.0.0.0/96"]
PORTS = ["21", "20", "1", "65535", "2121", "990", "1-65535", "10000-20000",
         "10000-10000", "20001-30000", "65534-65535", "20001", "9999", "22"]
NOT_PORTS = ["0", "65536", "-1", "1-", "-", "2-1", "0-5", "1-65536", "021",
             "0x15", "+21", "21.", "ftp", "1-2-3", "1--2", "99999999999", "1:2"]
MARKS = ["1", "21", "4294967295", "0x1", "0xffffffff", "0XFF", "0x80000000",
         "0x00000015", "0x000000000000015"]
NOT_MARKS = ["0", "4294967296", "0x0", "0x", "0x100000000", "-1", "+1", "021",
             "1e3", "1.0", "0x-1", "0x0x1", "ff", "21/0xff", "42949672950"]
WORDS = [word for words in settings_model.CHOICES.values() for word in words]
NOT_WORDS = ["2", "00", "on", "yes", "Keep", "IPVS", "ipv", "ipvss", "", "off,"]

# Most of the time one is open.
TRANSACTION = [b"open\n", b"open", b"open\n", b"commit\n", b" commit\n",
               b"discard\n", b"close\n", b"open commit\n", b"\n", b"Open"]

SEPARATORS = [" ", "  ", ",", ", ", "\n", "\t", " ,\n", ",,"]
NO_SEPARATORS = [";", "\r", "\v", "\xa0", "|"]
LETTERS = "0123456789abcdefxX.:/-,_ \n\t\r\0\x7f\xe9%+"


def mutated(rng, text):
    """The text with a character less, more or different."""
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(LETTERS + " ") * rng.randrange(2) + \
        text[at + rng.randrange(2):]


class Values:
    """Values for a file; most are near the border of what is accepted."""

    def __init__(self, rng):
        self.rng = rng

    def host(self):
        if self.rng.random() < 0.3:
            return f"192.0.2.{self.rng.randrange(256)}"
        if self.rng.random() < 0.3:
            groups = [f"{self.rng.choice([0, 0, 1, self.rng.getrandbits(16)]):x}"
                      for _ in range(8)]
            return ":".join(groups)
        return self.rng.choice(HOSTS)

    def alike(self):
        """Addresses that differ in one byte."""
        base = self.rng.choice(VIPS)
        host = bytearray(ipaddress.ip_address(base).packed)
        at = self.rng.randrange(len(host))
        numbers = self.rng.sample(range(1, 127), self.rng.randrange(1, 17))
        hosts = []
        for number in numbers:
            host[at] = number
            hosts.append(str(ipaddress.ip_address(bytes(host))))
        return hosts

    def port(self):
        if self.rng.random() < 0.5:
            return self.rng.choice(PORTS)
        first = self.rng.randrange(1, 65536)
        return f"{first}-{min(65535, first + self.rng.randrange(3000))}"

    def good(self, file):
        if file == "vip":
            # Services should conflict now and then, not always.
            return self.rng.choice(VIPS) if self.rng.random() < 0.3 \
                else self.host()
        if file == "real_servers":
            return self.rng.choice(PREFIXES) if self.rng.random() < 0.6 \
                else self.host()
        if file.endswith("ports"):
            return self.port()
        if file == "mark":
            return self.rng.choice(MARKS + [str(self.rng.getrandbits(32))])
        return self.rng.choice(settings_model.CHOICES[file])

    def bad(self, file):
        words = {"vip": NOT_HOSTS + PREFIXES[:2], "mark": NOT_MARKS,
                 "real_servers": NOT_PREFIXES + NOT_HOSTS}
        if file.endswith("ports"):
            return self.rng.choice(NOT_PORTS)
        return self.rng.choice(words.get(file, NOT_WORDS + WORDS))

    def item(self, file):
        chance = self.rng.random()
        if chance < 0.02:
            return self.bad(file)
        if chance < 0.03:
            return mutated(self.rng, self.good(file))
        return self.good(file)

    def length(self, file):
        highest = settings_model.ADDRESSES_MAX.get(
            file, settings_model.RANGES_MAX)
        chance = self.rng.random()
        if chance < 0.05:
            return highest + self.rng.randrange(-1, 2)
        return self.rng.choice([0, 1, 1, 1, 2, 2, 3, 5])

    def list(self, file):
        if file == "vip" and self.rng.random() < 0.3:
            words = self.alike()
        else:
            words = [self.item(file) for _ in range(self.length(file))]
        text = self.rng.choice(["", "", "", " ", ",", "\n"])
        for word in words:
            text += word + self.rng.choice(
                NO_SEPARATORS if self.rng.random() < 0.01 else SEPARATORS)
        return text if self.rng.random() < 0.5 else text.rstrip(" ,\n\t")

    def one(self, file):
        chance = self.rng.random()
        if chance < 0.25:
            text = self.bad(file)
        elif chance < 0.4:
            text = mutated(self.rng, self.good(file))
        else:
            text = self.good(file)
        if self.rng.random() < 0.05:
            text += self.rng.choice(SEPARATORS) + self.good(file)
        return self.rng.choice(["", "", "", " ", "\t", ",", "\n"]) + text

    def value(self, file):
        """The bytes to write: at least one, since an empty write is no store."""
        many = file in settings_model.ADDRESSES_MAX or file.endswith("ports")
        text = self.list(file) if many else self.one(file)
        text += self.rng.choice(["\n", "\n", "\n", "", " \n", "\n\n", ","])
        if self.rng.random() < 0.01:
            text += self.rng.choice([" ", "0", ","]) * self.rng.choice(
                [100, 4094 - len(text), 4095 - len(text), 4096 - len(text),
                 9000])
        if self.rng.random() < 0.01:
            text = "".join(self.rng.choice(LETTERS)
                           for _ in range(self.rng.randrange(1, 40)))
        return text.encode("latin-1") or b"\n"

    def name(self):
        chance = self.rng.random()
        if chance < 0.1:
            text = self.rng.choice(NOT_NAMES)
        elif chance < 0.2:
            text = mutated(self.rng, self.rng.choice(NAMES))
        else:
            text = self.rng.choice(NAMES)
        text += self.rng.choice(["\n", "\n", "", " ", ",", "\na"])
        return text.encode("latin-1") or b"\n"


class Fuzz:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.values = Values(self.rng)
        self.model = settings_model.Namespace()
        self.results = collections.Counter()
        self.differences = 0

    def differ(self, what, *details):
        self.differences += 1
        if self.differences <= DIFFERENCES_MAX:
            print(what, *(repr(detail) for detail in details))

    def choose(self):
        """A file and a value for it."""
        services = self.model.directories()
        chance = self.rng.random()
        if self.rng.random() < 0.03:
            return "transaction", self.rng.choice(TRANSACTION)
        if not services or chance < 0.04:
            return "add", self.values.name()
        if chance < 0.06:
            return "remove", self.values.name()
        service = self.rng.choice(services)
        if chance < 0.08:
            return "remove", service.encode()
        if chance < 0.2:
            return self.enable(service)
        file = self.rng.choice(list(settings_model.DEFAULTS))
        path = f"services/{service}/{file}"
        if chance < 0.25:
            # What is read can be written.
            return path, read(path)
        return path, self.values.value(file)

    def enable(self, service):
        """The next step to a service that works."""
        if not self.model.seen(service)["vip"]:
            return (f"services/{service}/vip",
                    self.rng.choice(VIPS).encode() + b"\n")
        return (f"services/{service}/enabled",
                self.rng.choice([b"1\n", b"1\n", b"0\n"]))

    def compare(self, service, seen):
        for file, text in seen(service).items():
            path = f"services/{service}/{file}"
            got = read(path)
            if got != text.encode() + b"\n":
                self.differ("read", path, got, "model", text)

    def compare_names(self):
        got = sorted(os.listdir(f"{BASE}/services"))
        if got != self.model.directories():
            self.differ("services", got, "model", self.model.directories())

    def compare_by_others(self):
        """Another process reads what is in force."""
        pid = os.fork()
        if not pid:
            self.differences = 0
            for service in self.model.directories():
                self.compare(service, self.model.seen_by_others)
            os._exit(min(self.differences, 1))
        self.differences += os.waitpid(pid, 0)[1] != 0

    def step(self):
        path, data = self.choose()
        got = write(path, data)
        expected = self.model.write(path, data)
        self.results[got or "taken"] += 1
        if got != expected:
            self.differ("write", path, data, "got", got, "model", expected)
            return False
        if path in ("add", "remove", "transaction"):
            self.compare_names()
        if path == "transaction":
            self.compare_by_others()
        # Compares the service that was written, and one that must not have changed.
        for service in {path.split("/")[1] if "/" in path else "",
                        self.rng.choice(NAMES)} & set(self.model.directories()):
            self.compare(service, self.model.seen)
        return True

    def run(self, writes):
        for _ in range(writes):
            if not self.step():
                self.start_again()

    def start_again(self):
        """Removes all services after a difference, or all that follows would differ."""
        write("transaction", b"discard")
        for service in os.listdir(f"{BASE}/services"):
            write("remove", service.encode())
        self.model = settings_model.Namespace()


def write(path, data):
    end = os.open(f"{BASE}/{path}", os.O_WRONLY)
    try:
        os.write(end, data)
    except OSError as error:
        return errno.errorcode[error.errno]
    finally:
        os.close(end)
    return None


def read(path):
    end = os.open(f"{BASE}/{path}", os.O_RDONLY)
    try:
        return os.read(end, 65536)
    finally:
        os.close(end)


def main():
    seed, writes = map(int, sys.argv[1:])
    fuzz = Fuzz(seed)
    fuzz.run(writes)
    for service in fuzz.model.directories():
        fuzz.compare(service, fuzz.model.seen)
    fuzz.compare_names()
    print("differences", fuzz.differences)
    print("results", *(f"{result}={count}" for result, count
                       in sorted(fuzz.results.items())))
    sys.exit(fuzz.differences > 0)


main()
