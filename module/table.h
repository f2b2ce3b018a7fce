/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_TABLE_H
#define FTPMARK_TABLE_H

#include <linux/rcupdate.h>
#include <net/ipv6.h>

#include "index.h"
#include "portmap.h"
#include "realserver.h"

/**
 * struct ftpmark_vip - what the mark hook needs to know of a virtual IP
 * @addr: IPv4 only
 * @passive_first: lowest port of the widest passive range, host byte order
 * @passive_count: number of ports in it, 0 for none
 * @control_first: lowest port of the widest control range
 * @control_count: number of ports in it, 0 for none
 * @mark: mark of both ranges
 * @stats: counters of both ranges
 * @map: all ports, for what is in neither
 *
 * Half a cache line, so that one VIP is one line touched.
 */
struct ftpmark_vip {
	__be32 addr;
	u16 passive_first;
	u16 passive_count;
	u16 control_first;
	u16 control_count;
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
 * struct ftpmark_table_source - an enabled service, as the table is made of it
 * @name: valid while the table is built
 * @settings: valid while the table is built
 * @stats: valid for a grace period beyond the table
 */
struct ftpmark_table_source {
	const char *name;
	const struct ftpmark_settings *settings;
	struct ftpmark_stats __percpu *stats;
};

/* Hooks that a table asks for, as bits; in pairs, IPv4 first. */
enum ftpmark_hook {
	FTPMARK_HOOK_MARK4,
	FTPMARK_HOOK_MARK6,
	FTPMARK_HOOK_NOTRACK4,
	FTPMARK_HOOK_NOTRACK6,
	FTPMARK_HOOK_IPVS4,
	FTPMARK_HOOK_IPVS6,
	FTPMARK_HOOK_PLAIN_COUNT,	/* those behind belong to nf_nat */
	FTPMARK_HOOK_NAT4 = FTPMARK_HOOK_PLAIN_COUNT,
	FTPMARK_HOOK_NAT6,
	FTPMARK_HOOK_COUNT,
};

/**
 * struct ftpmark_table - all enabled services of a namespace, for packets
 * @vip4: struct ftpmark_vip by address
 * @vip6: struct ftpmark_vip6 by address
 * @realserver: by family, where active data connections come from
 * @clients: which VIPs clients use, or NULL while there is no choice; the
 *	namespace's
 * @hooks: bits of enum ftpmark_hook
 * @targets: one a service, in name order
 * @ranges: active ports of all targets
 * @prefixes: real servers of all targets
 * @maps: port maps of all VIPs
 * @rules: rules of all port maps
 * @size: bytes of memory, roughly
 * @rcu: for the grace period after it was replaced
 *
 * Immutable once published.
 */
struct ftpmark_table {
	struct ftpmark_index vip4;
	struct ftpmark_index vip6;
	struct ftpmark_realserver_set realserver[2];
	struct ftpmark_clients *clients;
	unsigned long hooks;
	struct ftpmark_target *targets;
	struct ftpmark_range *ranges;
	struct ftpmark_prefix *prefixes;
	struct ftpmark_port_map *maps;
	struct ftpmark_port_rule *rules;
	size_t size;
	struct rcu_head rcu;
};

extern struct ftpmark_table ftpmark_table_empty;

struct ftpmark_table *
ftpmark_table_create(const struct ftpmark_table_source *sources, u32 count,
		     struct ftpmark_clients **clients,
		     struct ftpmark_refusal *refusal);
void ftpmark_table_destroy(struct ftpmark_table *table);
const struct ftpmark_port_map *
ftpmark_table_ports(const struct ftpmark_table *table, u8 family,
		    const union ftpmark_key *vip);

/*
 * Where an IPv4 VIP would be. It is up to the caller to compare the address:
 * a pointer that may be NULL would be tested once more.
 */
static inline const struct ftpmark_vip *
ftpmark_vip4_slot(const struct ftpmark_table *table, __be32 addr)
{
	const struct ftpmark_index *index = &table->vip4;
	u32 hash = ftpmark_index_hash4(index, (__force u32)addr);

	return index->slots + ftpmark_index_slot(index, hash,
						 FTPMARK_VIP_SHIFT);
}

/* Where an IPv6 VIP would be; the same holds. */
static inline const struct ftpmark_vip6 *
ftpmark_vip6_slot(const struct ftpmark_table *table,
		  const struct in6_addr *addr)
{
	const struct ftpmark_index *index = &table->vip6;
	u32 hash = ftpmark_index_hash6(index, addr);

	return index->slots + ftpmark_index_slot(index, hash,
						 FTPMARK_VIP6_SHIFT);
}

#endif
