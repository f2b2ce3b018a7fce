/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_PORTMAP_H
#define FTPMARK_PORTMAP_H

#include "index.h"
#include "parse.h"
#include "settings.h"
#include "stats.h"

struct ftpmark_clients;

/* What arrays by family are indexed with. */
static inline unsigned int ftpmark_family(u8 pf)
{
	return pf == NFPROTO_IPV6;
}

/**
 * struct ftpmark_target - what an enabled service means to packets
 * @mark: the mark it sets
 * @keep: leave packets alone that bear another mark
 * @active: how its active data connections leave
 * @active_ports: source ports of these, @active_ports_count ranges
 * @active_ports_count: number of ranges
 * @real_servers: where these connections come from
 * @real_servers_count: number of prefixes
 * @vip: for each family (ftpmark_family()) the first VIP
 * @has_vip: for each family whether there is one
 * @notrack: keep the control and passive flows out of conntrack
 * @stats: its counters
 * @name: for messages while the table is built; not to be used by packets
 */
struct ftpmark_target {
	u32 mark;
	bool keep;
	bool notrack;
	bool has_vip[2];
	enum ftpmark_active active;
	unsigned int active_ports_count;
	unsigned int real_servers_count;
	const struct ftpmark_range *active_ports;
	const struct ftpmark_prefix *real_servers;
	union ftpmark_key vip[2];
	struct ftpmark_stats __percpu *stats;
	const char *name;
};

/**
 * struct ftpmark_port_rule - what a range of a VIP's ports means
 * @first: lowest port, host byte order
 * @last: highest port
 * @stat: the counter of its packets
 * @target: the service
 */
struct ftpmark_port_rule {
	u16 first;
	u16 last;
	u16 stat;
	const struct ftpmark_target *target;
};

/**
 * struct ftpmark_port_map - what all ports of a VIP mean
 * @count: number of rules
 * @more: whether there are rules that struct ftpmark_vip does not hold itself
 * @rule: ascending, without overlap
 * @owner: the first service of the VIP, which counts what is on no port
 * @clients: where clients of the VIP are remembered, or NULL
 */
struct ftpmark_port_map {
	u32 count;
	bool more;
	struct ftpmark_port_rule *rule;
	const struct ftpmark_target *owner;
	struct ftpmark_clients *clients;
};

unsigned int ftpmark_port_map_bound(const struct ftpmark_settings *settings);
void ftpmark_port_map_add(struct ftpmark_port_map *map,
			  const struct ftpmark_settings *settings,
			  const struct ftpmark_target *target);
const struct ftpmark_port_rule *
ftpmark_port_map_sort(struct ftpmark_port_map *map);
const struct ftpmark_port_rule *
ftpmark_port_map_find(const struct ftpmark_port_map *map, u16 port);
const struct ftpmark_port_rule *
ftpmark_port_map_widest(const struct ftpmark_port_map *map,
			enum ftpmark_stat stat,
			const struct ftpmark_target *target);

#endif
