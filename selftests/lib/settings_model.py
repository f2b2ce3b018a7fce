# SPDX-License-Identifier: GPL-2.0-only
"""What a namespace's files accept and return, according to the documentation.

This knows nothing of the module's code: addresses are read by Python's own
ipaddress module, sets of ports are big integers with a bit for each port.
"""
import ipaddress
import re

ADDRESSES_MAX = {"vip": 16, "real_servers": 64}
RANGES_MAX = 64
SERVICES_MAX = 4096
PAGE = 4096

DEFAULTS = {
    "enabled": "0",
    "vip": "",
    "control_ports": "21",
    "passive_ports": "10000-20000",
    "mark": "21",
    "on_marked": "overwrite",
    "real_servers": "",
    "active": "ipvs",
    "active_ports": "20",
    "notrack": "0",
    "passive_from": "anyone",
    "fast": "0",
}
CHOICES = {
    "enabled": ("0", "1"),
    "fast": ("0", "1"),
    "notrack": ("0", "1"),
    "on_marked": ("overwrite", "keep"),
    "passive_from": ("anyone", "clients"),
    "active": ("ipvs", "snat", "masquerade", "off"),
}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,30}")
# No leading zeros: other programs would read them as octal.
DECIMAL = re.compile(r"0|[1-9][0-9]*")
HEXADECIMAL = re.compile(r"0[xX][0-9A-Fa-f]+")


class Refused(Exception):
    """A write that fails; the argument is the name of the errno."""


def items(text):
    """The words of a list, which blanks, commas and newlines separate."""
    return [item for item in re.split("[ \t\n,]+", text) if item]


def single(text):
    """The word of a value that is no list, without blanks around it."""
    word = text.strip(" \t\n")
    if not word or re.search("[ \t\n,]", word):
        raise Refused("EINVAL")
    return word


def decimal(text, lowest, highest):
    if not DECIMAL.fullmatch(text) or not lowest <= int(text) <= highest:
        raise Refused("EINVAL")
    return int(text)


def mark(text):
    word = single(text)
    if HEXADECIMAL.fullmatch(word):
        number = int(word, 16)
    else:
        number = decimal(word, 0, 0xffffffff)
    if not 1 <= number <= 0xffffffff:
        raise Refused("EINVAL")
    return str(number)


def name(text):
    word = single(text)
    if not NAME.fullmatch(word):
        raise Refused("EINVAL")
    return word


def port_bits(text):
    """Ports and ranges as an integer whose bit N is port N."""
    bits = 0
    words = items(text)
    if len(words) > RANGES_MAX:
        raise Refused("E2BIG")
    for word in words:
        first, dash, last = word.partition("-")
        first = decimal(first, 1, 65535)
        last = decimal(last, 1, 65535) if dash else first
        if last < first:
            raise Refused("EINVAL")
        bits |= (1 << (last + 1)) - (1 << first)
    return bits


def ports(text):
    bits = port_bits(text)
    words = []
    while bits:
        first = (bits & -bits).bit_length() - 1
        # Adding one to a run of bits moves it to the first 0 above it.
        last = (bits + (1 << first)) & ~bits
        last = (last & -last).bit_length() - 2
        words.append(f"{first}-{last}" if last > first else f"{first}")
        bits &= -1 << (last + 1)
    return " ".join(words)


def ports_not_empty(text):
    return ports(text) or refuse("EINVAL")


def refuse(errno):
    raise Refused(errno)


def address(text):
    """An address that a host can have."""
    try:
        # A scope (%eth0) would name an interface.
        if "%" in text:
            raise ValueError
        host = ipaddress.ip_address(text)
    except ValueError:
        raise Refused("EINVAL") from None
    if (host.is_unspecified or host.is_loopback or host.is_multicast
            or host == ipaddress.ip_address("255.255.255.255")
            or getattr(host, "ipv4_mapped", None)):
        raise Refused("EINVAL")
    return host


def virtual(text):
    """One that can be a VIP."""
    host = address(text)
    if host.version == 6 and host.is_link_local:
        raise Refused("EINVAL")
    return host


def printed(host):
    # The kernel writes ISATAP addresses (RFC 5214) in mixed notation.
    if host.version == 6 and (int(host) >> 32) & 0xfdffffff == 0x5efe:
        low = int(host) & 0xffffffff
        # 1 stands for each half of the IPv4 part, which is no part of a run of zeros.
        high = ipaddress.IPv6Address(int(host) >> 32 << 32 | 0x00010001)
        return str(high).removesuffix("1:1") + str(ipaddress.IPv4Address(low))
    return str(host)


def prefix(text):
    base, slash, length = text.partition("/")
    host = address(base)
    if not slash:
        return printed(host)
    length = decimal(length, 1, host.max_prefixlen)
    if int(host) & ((1 << (host.max_prefixlen - length)) - 1):
        raise Refused("EINVAL")
    if length == host.max_prefixlen:
        return printed(host)
    return f"{printed(host)}/{length}"


def addresses(file, text):
    words = items(text)
    if len(words) > ADDRESSES_MAX[file]:
        raise Refused("E2BIG")
    parse = prefix if file == "real_servers" else lambda word: printed(
        virtual(word))
    # Addresses keep the order in which they were written, each once.
    return " ".join(dict.fromkeys(parse(word) for word in words))


def canonical(file, text):
    """What reading gives back, or Refused."""
    if file in CHOICES:
        word = single(text)
        return word if word in CHOICES[file] else refuse("EINVAL")
    if file == "mark":
        return mark(text)
    if file == "passive_ports":
        return ports(text)
    if file in ("control_ports", "active_ports"):
        return ports_not_empty(text)
    return addresses(file, text)


class Namespace:
    """Everything is written by one process, which holds each transaction."""

    def __init__(self):
        self.services = {}  # in force
        self.staged = None  # what the transaction that is open would make of it

    def directories(self):
        """Services that have files."""
        return sorted(self.services.keys() | (self.staged or {}).keys())

    def seen(self, service):
        """What the holder reads in the files of a service."""
        if self.staged is None:
            return self.services[service]
        return self.staged.get(service) or dict(self.services[service],
                                                enabled="0")

    def seen_by_others(self, service):
        return self.services.get(service) or dict(DEFAULTS)

    def write(self, path, data):
        """The name of the errno, or None when the write is taken."""
        try:
            self.change(path, data)
        except Refused as refused:
            return refused.args[0]
        return None

    def change(self, path, data):
        if len(data) >= PAGE:
            raise Refused("E2BIG")
        if b"\0" in data:
            raise Refused("EINVAL")
        text = data.decode("latin-1")
        if path == "transaction":
            self.transact(single(text))
            return
        changed = dict(self.services if self.staged is None else self.staged)
        self.apply(changed, path, text)
        if self.staged is None:
            check(changed)
            self.services = changed
        else:
            self.staged = changed

    def apply(self, services, path, text):
        """Changes a copy of the services, whose settings are never altered."""
        if path == "add":
            service = name(text)
            if service in services:
                raise Refused("EEXIST")
            if len(services) >= SERVICES_MAX:
                raise Refused("ENOSPC")
            services[service] = dict(DEFAULTS)
        elif path == "remove":
            if services.pop(name(text), None) is None:
                raise Refused("ENOENT")
        else:
            _, service, file = path.split("/")
            if service not in services:
                raise Refused("ENODEV")
            services[service] = dict(services[service],
                                     **{file: canonical(file, text)})

    def transact(self, word):
        if word not in ("open", "commit", "discard"):
            raise Refused("EINVAL")
        if word == "open":
            if self.staged is not None:
                raise Refused("EALREADY")
            self.staged = dict(self.services)
            return
        if self.staged is None:
            raise Refused("EINVAL")
        staged, self.staged = self.staged, None
        if word == "commit":
            check(staged)
            self.services = staged


def check(services):
    """What enabled services must not do together, or without a VIP."""
    enabled = [its for its in services.values() if its["enabled"] == "1"]
    if not all(its["vip"] for its in enabled):
        raise Refused("EINVAL")
    for place, its in enumerate(enabled):
        vips = set(its["vip"].split())
        for other in enabled[:place]:
            if (vips & set(other["vip"].split())
                    and served(its) & served(other)):
                raise Refused("EEXIST")


def served(settings):
    return (port_bits(settings["control_ports"])
            | port_bits(settings["passive_ports"]))
