/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_VIPS_H
#define FTPMARK_VIPS_H

#include <linux/in6.h>

#include "index.h"
#include "portmap.h"

struct ftpmark_client_memories;
struct ftpmark_refusal;

/**
 * struct ftpmark_vip - what the mark hook needs to know of a virtual IP
 * @addr: IPv4 only
 * @passive_first: lowest port of the widest passive range, host byte order
 * @passive_count: number of ports in it, 0 for none
 * @control_first: lowest port of the widest control range
 * @control_count: number of ports in it, at most 255; further ones are for the
 *	slow path. 0 in a free slot, for each VIP has a control port
 * @passed: whether a VIP whose lookup comes by this slot lies behind it
 * @mark: mark of both ranges
 * @stats: counters of both ranges
 * @map: all ports, for the slow path
 *
 * Half a cache line, so that the fast path touches one line of a VIP.
 */
struct ftpmark_vip {
	__be32 addr;
	u16 passive_first;
	u16 passive_count;
	u16 control_first;
	u8 control_count;
	bool passed;
	u32 mark;
	struct ftpmark_stats __percpu *stats;
	const struct ftpmark_port_map *map;
} __aligned(32);

/**
 * struct ftpmark_vip6 - a virtual IP of IPv6
 * @vip: as for IPv4
 * @addr: the address
 */
struct ftpmark_vip6 {
	struct ftpmark_vip vip;
	struct in6_addr addr;
} __aligned(64);

/* Logarithms of their sizes. */
#define FTPMARK_VIP_SHIFT	5
#define FTPMARK_VIP6_SHIFT	6

/**
 * struct ftpmark_vips - the VIPs of a table
 * @vip4: struct ftpmark_vip by address
 * @vip6: struct ftpmark_vip6 by address
 * @maps: port maps of all VIPs
 * @rules: rules of all port maps
 */
struct ftpmark_vips {
	struct ftpmark_index vip4;
	struct ftpmark_index vip6;
	struct ftpmark_port_map *maps;
	struct ftpmark_port_rule *rules;
};

extern struct ftpmark_vip6 ftpmark_no_vip;

/* An index without a VIP: its one slot is free. */
#define FTPMARK_INDEX_EMPTY {			\
	.slots	= &ftpmark_no_vip,		\
}

/* Initializes struct ftpmark_vips: no VIP of either family. */
#define FTPMARK_VIPS_EMPTY {			\
	.vip4 = FTPMARK_INDEX_EMPTY,		\
	.vip6 = FTPMARK_INDEX_EMPTY,		\
}

int ftpmark_vips_build(struct ftpmark_vips *vips,
		       const struct ftpmark_source *sources,
		       const struct ftpmark_target *targets, u32 count,
		       const struct ftpmark_client_memories *clients,
		       size_t *bytes, struct ftpmark_refusal *refusal);
void ftpmark_vips_destroy(struct ftpmark_vips *vips);
const struct ftpmark_port_map *
ftpmark_vips_ports(const struct ftpmark_vips *vips, u8 family,
		   const union nf_inet_addr *addr);

/*
 * Finds an IPv4 VIP; returns whether there is one. The address 0.0.0.0 may also
 * find a free slot, where no port means anything: packets to a VIP then need
 * one comparison. (It returns no pointer, since the caller's test for NULL
 * would cost each of them two instructions.)
 */
static inline bool ftpmark_vip4_lookup(const struct ftpmark_vips *vips,
				       __be32 addr,
				       const struct ftpmark_vip **found)
{
	const struct ftpmark_index *index = &vips->vip4;
	u64 hash = ftpmark_index_hash4(index, addr);
	unsigned long at = ftpmark_index_first(index, hash, FTPMARK_VIP_SHIFT);

	for (;;) {
		const struct ftpmark_vip *vip = index->slots + at;

		if (vip->addr == addr) {
			*found = vip;
			return true;
		}
		if (likely(!vip->passed))
			return false;
		at = ftpmark_index_next(index, at, FTPMARK_VIP_SHIFT);
	}
}

/* Finds an IPv6 VIP; as ftpmark_vip4_lookup(). */
static inline bool ftpmark_vip6_lookup(const struct ftpmark_vips *vips,
				       const struct in6_addr *addr,
				       const struct ftpmark_vip6 **found)
{
	const struct ftpmark_index *index = &vips->vip6;
	u64 hash = ftpmark_index_hash6(index, addr);
	unsigned long at = ftpmark_index_first(index, hash, FTPMARK_VIP6_SHIFT);

	for (;;) {
		const struct ftpmark_vip6 *vip6 = index->slots + at;

		if (ftpmark_index_equal6(&vip6->addr, addr)) {
			*found = vip6;
			return true;
		}
		if (likely(!vip6->vip.passed))
			return false;
		at = ftpmark_index_next(index, at, FTPMARK_VIP6_SHIFT);
	}
}

#endif
