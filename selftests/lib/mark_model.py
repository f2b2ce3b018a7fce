# SPDX-License-Identifier: GPL-2.0-only
"""Which mark a packet gets and what is counted, according to the documentation.

This is slow, simple and independent of the module's code: it reads the bytes of a
packet, walks every header and every list, and caches nothing.
"""
import collections
import ipaddress
import struct

TCP = 6
# RFC 8200 and RFC 4302. ESP is not listed: what follows it is encrypted.
HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION = 0, 43, 44, 51, 60
FIN, SYN, RST, ACK = 1, 2, 4, 16
TCP_HEADER = 20

Service = collections.namedtuple(
    "Service", "name vips control passive mark keep active clients",
    defaults=[[(20, 20)], False])


def tcp_in_ipv4(packet):
    """Its source, its destination and where its TCP header begins, if it has one."""
    if packet[9] != TCP or struct.unpack_from("!H", packet, 6)[0] & 0x1fff:
        return None
    return packet[12:16], packet[16:20], (packet[0] & 15) * 4


def tcp_in_ipv6(packet):
    following, at = packet[6], 40
    while following != TCP:
        if following not in (HOP, ROUTING, FRAGMENT, AUTHENTICATION,
                             DESTINATION):
            return None
        header = packet[at:at + 8]
        # Every extension header has at least 8 bytes.
        if len(header) < (8 if following == FRAGMENT else 2):
            return None
        if following == FRAGMENT:
            if struct.unpack_from("!H", header, 2)[0] & 0xfff8:
                return None
            at += 8
        elif following == AUTHENTICATION:
            at += (header[1] + 2) * 4
        else:
            at += (header[1] + 1) * 8
        following = header[0]
    return packet[8:24], packet[24:40], at


def holds(ranges, port):
    return any(first <= port <= last for first, last in ranges)


class Clients:
    """Who has a control connection, where IPVS has one for each.

    IPVS has a connection as established from the client's first answer to its end.
    The module knows of it from its next data on, and remembers four of a client.
    """
    REMEMBERED = 4

    def __init__(self):
        self.state = {}
        self.remembered = collections.defaultdict(list)

    def control(self, source, vip, ports, flags, data):
        connection = source, vip, ports
        state = self.state.get(connection)
        if data and state == "established":
            known = self.remembered[source, vip]
            if connection in known:
                known.remove(connection)
            known.insert(0, connection)
            del known[self.REMEMBERED:]
        if flags & SYN:
            state = state or "begun"
        elif state and flags & (FIN | RST):
            state = "ended"
        elif state == "begun" and flags & ACK:
            state = "established"
        self.state[connection] = state

    def has(self, source, vip):
        return any(self.state[connection] == "established"
                   for connection in self.remembered[source, vip])


class Model:
    """Without clients, which are IPVS's, nobody is one."""

    def __init__(self, services, clients=None):
        self.clients = clients
        # In name order: the first service of a VIP counts packets to other ports.
        self.services = sorted(services)
        self.counts = {service.name: collections.Counter()
                       for service in services}

    def mark(self, packet, mark):
        """The mark behind the module of a packet that had this mark before."""
        found = (tcp_in_ipv4 if packet[0] >> 4 == 4 else tcp_in_ipv6)(packet)
        if not found or len(packet) < found[2] + TCP_HEADER:
            return mark
        source, address = (ipaddress.ip_address(bytes(one)) for one in found[:2])
        sport, port, words, flags = struct.unpack_from("!HH8xBB", packet, found[2])
        here = [service for service in self.services if address in service.vips]
        for service in here:
            counts = self.counts[service.name]
            if holds(service.control, port):
                kind = "control_packets"
            elif holds(service.passive, port):
                kind = "passive_packets"
            else:
                continue
            # This answers a connection that somebody opened from the VIP.
            if flags & SYN and flags & ACK and not holds(service.active, port):
                return mark
            if (service.clients and kind == "passive_packets" and flags & SYN
                    and not (self.clients and self.clients.has(source, address))):
                counts["refused"] += 1
                return mark
            if mark not in (0, service.mark):
                counts["already_marked"] += 1
                if service.keep:
                    return mark
            counts[kind] += 1
            counts["bytes"] += len(packet)
            if self.clients and kind == "control_packets":
                self.clients.control(source, address, (sport, port), flags,
                                     len(packet) > found[2] + (words >> 4) * 4)
            return service.mark
        if here and flags & (SYN | ACK | RST | FIN) == SYN:
            self.counts[here[0].name]["out_of_range"] += 1
        return mark
