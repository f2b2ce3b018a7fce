/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_ENDS_H
#define FTPMARK_ENDS_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>

/**
 * struct ftpmark_ends4 - both ends of a TCP packet of IPv4
 * @source: address
 * @destination: address
 * @source_port: of TCP
 * @destination_port: of TCP
 * @ports: both
 *
 * In a plain packet they follow each other just like this.
 */
struct ftpmark_ends4 {
	__be32 source;
	__be32 destination;
	union {
		struct {
			__be16 source_port;
			__be16 destination_port;
		};
		__be32 ports;
	};
};

/**
 * struct ftpmark_ends6 - the same of IPv6
 * @source: address
 * @destination: address
 * @source_port: of TCP
 * @destination_port: of TCP
 * @ports: both
 */
struct ftpmark_ends6 {
	struct in6_addr source;
	struct in6_addr destination;
	union {
		struct {
			__be16 source_port;
			__be16 destination_port;
		};
		__be32 ports;
	};
};

/**
 * union ftpmark_ends - both ends of a TCP packet, as they stand in it
 * @v4: of IPv4
 * @v6: of IPv6
 */
union ftpmark_ends {
	struct ftpmark_ends4 v4;
	struct ftpmark_ends6 v6;
};

/* Of a plain packet of IPv4, in which they may be replaced. */
static inline struct ftpmark_ends4 *ftpmark_ends4(const struct iphdr *ip)
{
	return (void *)ip + offsetof(struct iphdr, saddr);
}

/* Of a plain packet of IPv6. */
static inline struct ftpmark_ends6 *ftpmark_ends6(const struct ipv6hdr *ip)
{
	return (void *)ip + offsetof(struct ipv6hdr, saddr);
}

static inline size_t ftpmark_ends_size(u8 family)
{
	return family == NFPROTO_IPV4 ? sizeof(struct ftpmark_ends4) :
					sizeof(struct ftpmark_ends6);
}

/* Puts together the ends of a packet. */
static inline void ftpmark_ends_set(union ftpmark_ends *ends, u8 family,
				    const union nf_inet_addr *source,
				    __be16 source_port,
				    const union nf_inet_addr *destination,
				    __be16 destination_port)
{
	memset(ends, 0, sizeof(*ends));
	if (family == NFPROTO_IPV4) {
		ends->v4.source = source->ip;
		ends->v4.destination = destination->ip;
		ends->v4.source_port = source_port;
		ends->v4.destination_port = destination_port;
	} else {
		ends->v6.source = source->in6;
		ends->v6.destination = destination->in6;
		ends->v6.source_port = source_port;
		ends->v6.destination_port = destination_port;
	}
}

/* Takes them apart. The addresses are zero beforehand. */
static inline void ftpmark_ends_get(const union ftpmark_ends *ends, u8 family,
				    union nf_inet_addr *source,
				    __be16 *source_port,
				    union nf_inet_addr *destination,
				    __be16 *destination_port)
{
	if (family == NFPROTO_IPV4) {
		source->ip = ends->v4.source;
		destination->ip = ends->v4.destination;
		*source_port = ends->v4.source_port;
		*destination_port = ends->v4.destination_port;
	} else {
		source->in6 = ends->v6.source;
		destination->in6 = ends->v6.destination;
		*source_port = ends->v6.source_port;
		*destination_port = ends->v6.destination_port;
	}
}

/* Of a packet in the other direction. */
static inline void ftpmark_ends_reverse(union ftpmark_ends *reverse, u8 family,
					const union ftpmark_ends *ends)
{
	memset(reverse, 0, sizeof(*reverse));
	if (family == NFPROTO_IPV4) {
		reverse->v4.source = ends->v4.destination;
		reverse->v4.destination = ends->v4.source;
		reverse->v4.source_port = ends->v4.destination_port;
		reverse->v4.destination_port = ends->v4.source_port;
	} else {
		reverse->v6.source = ends->v6.destination;
		reverse->v6.destination = ends->v6.source;
		reverse->v6.source_port = ends->v6.destination_port;
		reverse->v6.destination_port = ends->v6.source_port;
	}
}

#endif
