// SPDX-License-Identifier: GPL-2.0-only
/*
 * Active FTP: which service a connection from a real server belongs to, and the
 * VIP it should come from. The hooks look that up for each forwarded SYN
 * (ipvs), or for the first packet of each connection that conntrack tracks
 * (snat, masquerade).
 */
#include <linux/bits.h>
#include <net/ipv6.h>

#include "active.h"
#include "clients.h"
#include "ipvs_lookup.h"

static bool ftpmark_active_lists(const struct ftpmark_target *target,
				 const struct ftpmark_flow *flow)
{
	unsigned int i;

	for (i = 0; i < target->real_servers_count; i++) {
		const struct ftpmark_prefix *prefix = &target->real_servers[i];

		if (prefix->family == flow->family &&
		    ipv6_prefix_equal(&prefix->addr.in6,
				      &flow->source.in6,
				      prefix->len))
			return true;
	}
	return false;
}

/*
 * The longest prefix wins; then a service whose active is not off; then the
 * first name. A service that does not use the source port is passed over.
 * *nearest is the first service passed over whose active is not off.
 */
static const struct ftpmark_target *
ftpmark_active_by_address(const struct ftpmark_realserver_set *set,
			  const struct ftpmark_flow *flow,
			  const struct ftpmark_target **nearest)
{
	const struct ftpmark_realserver *prefix;
	u32 i;

	*nearest = NULL;
	prefix = ftpmark_realserver_find(set, &flow->source);
	if (!prefix || ftpmark_realserver_find(set, &flow->destination))
		return NULL;

	while (true) {
		for (i = 0; i < prefix->count; i++) {
			const struct ftpmark_target *target =
				set->member[prefix->first + i];

			if (ftpmark_target_sends(target, flow->source_port))
				return target;
			if (!*nearest && target->active != FTPMARK_ACTIVE_OFF)
				*nearest = target;
		}
		if (prefix->parent < 0)
			return NULL;
		prefix = &set->prefix[prefix->parent];
	}
}

/**
 * ftpmark_active_by_vip - find the service that has a VIP and a real server
 * @table: the namespace's table
 * @flow: from the real server
 * @vip: the VIP
 *
 * It decides even if its active is off and that of other services is not.
 *
 * Return: the service, or NULL.
 */
const struct ftpmark_target *
ftpmark_active_by_vip(const struct ftpmark_table *table,
		      const struct ftpmark_flow *flow,
		      const union nf_inet_addr *vip)
{
	const struct ftpmark_port_map *map;
	u32 i;

	map = ftpmark_vips_ports(&table->vips, flow->family, vip);
	for (i = 0; map && i < map->count; i++) {
		const struct ftpmark_target *target = map->rule[i].target;

		if (map->rule[i].stat == FTPMARK_STAT_CONTROL_PACKETS &&
		    ftpmark_target_sends(target, flow->source_port) &&
		    ftpmark_active_lists(target, flow))
			return target;
	}
	return NULL;
}

/*
 * Matches the VIP of the client's control connection, if it is remembered. With
 * several, that of a control connection to this real server comes first, then
 * the one used last.
 */
static bool ftpmark_active_remembered(const struct ftpmark_table *table,
				      struct net *net,
				      const struct ftpmark_flow *flow,
				      struct ftpmark_active_match *match)
{
	struct ftpmark_client_use used[FTPMARK_CLIENT_VIPS];
	unsigned int count, i;
	bool found = false;

	count = ftpmark_clients_find(table->clients.seen, flow->family,
				     &flow->destination, used);
	for (i = 0; i < count; i++) {
		const struct ftpmark_target *target =
			ftpmark_active_by_vip(table, flow, &used[i].vip);
		bool serves;

		if (!target)
			continue;
		serves = ftpmark_ipvs_serves(net, flow, &used[i].vip,
					     used[i].last[0].port,
					     used[i].last[0].client_port);
		if (!found || serves) {
			match->target = target;
			match->vip = used[i].vip;
			match->has_vip = true;
		}
		if (serves)
			return true;
		found = true;
	}
	return found;
}

/**
 * ftpmark_active_lookup - look up the service of a new TCP connection
 * @table: the namespace's table
 * @net: the namespace
 * @flow: the connection's first packet
 * @modes: bits of enum ftpmark_active that the caller handles
 * @match: the service and VIP
 *
 * Where several services or VIPs are possible, the client's control connection
 * decides, if it is remembered. A connection that would match but for its
 * source port is counted as unmatched.
 *
 * Context: RCU read-side critical section, any but hard interrupt.
 * Return: whether this is an active data connection for one of @modes.
 */
bool ftpmark_active_lookup(const struct ftpmark_table *table, struct net *net,
			   const struct ftpmark_flow *flow,
			   unsigned long modes,
			   struct ftpmark_active_match *match)
{
	unsigned int family = ftpmark_family(flow->family);
	const struct ftpmark_target *target, *nearest;

	target = ftpmark_active_by_address(&table->realserver[family], flow,
					   &nearest);
	if (!target) {
		if (nearest && (modes & BIT(nearest->active)))
			ftpmark_stat_inc(nearest->stats,
					 FTPMARK_STAT_ACTIVE_UNMATCHED);
		return false;
	}

	if (!table->clients.seen ||
	    !ftpmark_active_remembered(table, net, flow, match)) {
		match->target = target;
		match->vip = target->vip[family];
		match->has_vip = target->has_vip[family];
	}
	return modes & BIT(match->target->active);
}
