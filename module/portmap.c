// SPDX-License-Identifier: GPL-2.0-only
/* What the ports of a virtual IP mean, for one service or several. */
#include <linux/minmax.h>
#include <linux/sort.h>

#include "portmap.h"

static void ftpmark_port_map_append(struct ftpmark_port_map *map, u16 first,
				    u16 last, enum ftpmark_stat stat,
				    const struct ftpmark_target *target)
{
	map->rule[map->count++] = (struct ftpmark_port_rule) {
		.first	= first,
		.last	= last,
		.stat	= stat,
		.target	= target,
	};
}

/**
 * ftpmark_port_map_bound - upper bound on the rules that a service adds
 * @settings: of the service
 *
 * Return: the upper bound; each control range may split a passive range in two.
 */
unsigned int ftpmark_port_map_bound(const struct ftpmark_settings *settings)
{
	return 2 * settings->control_ports->count +
	       settings->passive_ports->count;
}

/* Adds a passive range, without ports that are control ports as well. */
static void ftpmark_port_map_add_passive(struct ftpmark_port_map *map,
					 const struct ftpmark_range *range,
					 const struct ftpmark_ports *control,
					 const struct ftpmark_target *target)
{
	u32 first = range->first;
	unsigned int i;

	for (i = 0; i < control->count; i++) {
		const struct ftpmark_range *hole = &control->range[i];

		if (hole->last < first || hole->first > range->last)
			continue;
		if (hole->first > first)
			ftpmark_port_map_append(map, first, hole->first - 1,
						FTPMARK_STAT_PASSIVE_PACKETS,
						target);
		first = hole->last + 1;
	}
	if (first <= range->last)
		ftpmark_port_map_append(map, first, range->last,
					FTPMARK_STAT_PASSIVE_PACKETS, target);
}

/**
 * ftpmark_port_map_add - add the ports of a service
 * @map: has room for ftpmark_port_map_bound() more rules
 * @settings: of the service
 * @target: what its packets meet
 *
 * The first service added becomes the owner of the map.
 */
void ftpmark_port_map_add(struct ftpmark_port_map *map,
			  const struct ftpmark_settings *settings,
			  const struct ftpmark_target *target)
{
	const struct ftpmark_ports *control = settings->control_ports;
	const struct ftpmark_ports *passive = settings->passive_ports;
	unsigned int i;

	if (!map->owner)
		map->owner = target;

	for (i = 0; i < control->count; i++)
		ftpmark_port_map_append(map, control->range[i].first,
					control->range[i].last,
					FTPMARK_STAT_CONTROL_PACKETS, target);
	for (i = 0; i < passive->count; i++)
		ftpmark_port_map_add_passive(map, &passive->range[i], control,
					     target);
}

static int ftpmark_port_rule_cmp(const void *a, const void *b)
{
	const struct ftpmark_port_rule *x = a, *y = b;

	if (x->first != y->first)
		return (int)x->first - (int)y->first;
	/* By name, so that a refusal names both services in the same order. */
	return x->target < y->target ? -1 : x->target > y->target;
}

/**
 * ftpmark_port_map_sort - sort a map, so that it can be searched
 * @map: all services added
 *
 * Return: NULL, or the first of two neighbouring rules that share a port. The
 * lowest port that they share is the first port of the second rule.
 */
const struct ftpmark_port_rule *
ftpmark_port_map_sort(struct ftpmark_port_map *map)
{
	u32 i;

	sort(map->rule, map->count, sizeof(*map->rule), ftpmark_port_rule_cmp,
	     NULL);
	for (i = 1; i < map->count; i++) {
		if (map->rule[i].first <= map->rule[i - 1].last)
			return &map->rule[i - 1];
	}
	return NULL;
}

/**
 * ftpmark_port_map_find - look up what a port means
 * @map: sorted
 * @port: host byte order
 *
 * Return: the rule that holds @port, or NULL.
 */
const struct ftpmark_port_rule *
ftpmark_port_map_find(const struct ftpmark_port_map *map, u16 port)
{
	u32 low = 0, high = map->count;

	while (low < high) {
		u32 middle = (low + high) / 2;
		const struct ftpmark_port_rule *rule = &map->rule[middle];

		if (port < rule->first)
			high = middle;
		else if (port > rule->last)
			low = middle + 1;
		else
			return rule;
	}
	return NULL;
}

/**
 * ftpmark_port_map_widest - find the rule for most packets: the widest
 * @map: the map
 * @stat: kind of rule
 * @target: service, or NULL for any
 *
 * Return: the widest rule of that kind and service, or NULL.
 */
const struct ftpmark_port_rule *
ftpmark_port_map_widest(const struct ftpmark_port_map *map,
			enum ftpmark_stat stat,
			const struct ftpmark_target *target)
{
	const struct ftpmark_port_rule *widest = NULL;
	u32 i;

	for (i = 0; i < map->count; i++) {
		const struct ftpmark_port_rule *rule = &map->rule[i];

		if (rule->stat != stat || (target && rule->target != target))
			continue;
		if (!widest ||
		    rule->last - rule->first > widest->last - widest->first)
			widest = rule;
	}
	return widest;
}

/**
 * ftpmark_port_map_for_clients - whether some ports are for clients only
 * @map: the map
 *
 * Return: true if a service has passive ports here that are for clients only.
 */
bool ftpmark_port_map_for_clients(const struct ftpmark_port_map *map)
{
	u32 i;

	for (i = 0; i < map->count; i++) {
		if (map->rule[i].stat == FTPMARK_STAT_PASSIVE_PACKETS &&
		    map->rule[i].target->clients_only)
			return true;
	}
	return false;
}
