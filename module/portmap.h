/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_PORTMAP_H
#define FTPMARK_PORTMAP_H

#include "settings.h"
#include "stats.h"
#include "target.h"

struct ftpmark_clients;

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
 * @more: whether there are rules beyond those that struct ftpmark_vip repeats
 * @rule: ascending, without overlap
 * @notes: whether clients are remembered, in @seen, @connected or both
 * @owner: the first service of the VIP; counts packets on no configured port
 * @seen: where clients of the VIP are remembered whose control packets were
 *	seen, or NULL
 * @connected: where those are remembered that IPVS has confirmed, or NULL if
 *	every host may open data connections
 */
struct ftpmark_port_map {
	u32 count;
	bool more;
	bool notes;
	struct ftpmark_port_rule *rule;
	const struct ftpmark_target *owner;
	struct ftpmark_clients *seen;
	struct ftpmark_clients *connected;
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
bool ftpmark_port_map_for_clients(const struct ftpmark_port_map *map);

#endif
