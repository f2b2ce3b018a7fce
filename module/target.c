// SPDX-License-Identifier: GPL-2.0-only
/*
 * Targets: a copy of what packets need of each service's settings, owned by the
 * table, so that settings can change while packets use the table.
 */
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/string.h>

#include "part.h"
#include "target.h"

static void ftpmark_target_fill(struct ftpmark_target *target,
				const struct ftpmark_source *source)
{
	const struct ftpmark_settings *settings = source->settings;
	unsigned int i;

	target->name = source->name;
	target->stats = source->stats;
	target->mark = settings->mark;
	target->keep = settings->on_marked == FTPMARK_MARKED_KEEP;
	target->active = settings->active;
	target->notrack = settings->notrack;
	target->clients_only = settings->passive_from == FTPMARK_FROM_CLIENTS;
	target->fast = settings->fast;

	/* Backwards, so that the first VIP of each family stays. */
	for (i = settings->vip->count; i--; ) {
		const struct ftpmark_prefix *vip = &settings->vip->prefix[i];
		unsigned int family = ftpmark_family(vip->family);

		target->vip[family] = vip->addr;
		target->has_vip[family] = true;
	}
}

static int ftpmark_targets_alloc(struct ftpmark_targets *targets,
				 const struct ftpmark_source *sources,
				 u32 count, size_t *bytes)
{
	size_t ranges = 0, prefixes = 0;
	u32 i;

	for (i = 0; i < count; i++) {
		ranges += sources[i].settings->active_ports->count;
		prefixes += sources[i].settings->real_servers->count;
	}

	targets->target = ftpmark_part_alloc(count, sizeof(*targets->target),
					     bytes);
	targets->ranges = ftpmark_part_alloc(ranges, sizeof(*targets->ranges),
					     bytes);
	/* At least one prefix, so that an empty list is no failure. */
	targets->prefixes = ftpmark_part_alloc(prefixes ?: 1,
					       sizeof(*targets->prefixes),
					       bytes);
	if (!targets->target || !targets->ranges || !targets->prefixes)
		return -ENOMEM;
	return 0;
}

/**
 * ftpmark_targets_build - make the targets of a table
 * @targets: where; all zero
 * @sources: enabled services in name order
 * @count: number of services
 * @bytes: what the table takes; grows by the targets
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM; ftpmark_targets_destroy() is due in both cases.
 */
int ftpmark_targets_build(struct ftpmark_targets *targets,
			  const struct ftpmark_source *sources, u32 count,
			  size_t *bytes)
{
	struct ftpmark_prefix *prefixes;
	struct ftpmark_range *ranges;
	int err;
	u32 i;

	err = ftpmark_targets_alloc(targets, sources, count, bytes);
	if (err)
		return err;

	ranges = targets->ranges;
	prefixes = targets->prefixes;
	for (i = 0; i < count; i++) {
		const struct ftpmark_settings *settings = sources[i].settings;
		const struct ftpmark_ports *ports = settings->active_ports;
		const struct ftpmark_prefixes *list = settings->real_servers;
		struct ftpmark_target *target = &targets->target[i];

		ftpmark_target_fill(target, &sources[i]);
		target->active_ports = ranges;
		target->active_ports_count = ports->count;
		memcpy(ranges, ports->range, flex_array_size(ports, range,
							     ports->count));
		ranges += ports->count;

		target->real_servers = prefixes;
		target->real_servers_count = list->count;
		memcpy(prefixes, list->prefix, flex_array_size(list, prefix,
							       list->count));
		prefixes += list->count;
	}
	return 0;
}

/**
 * ftpmark_targets_destroy - free what the targets hold
 * @targets: built, or all zero
 */
void ftpmark_targets_destroy(struct ftpmark_targets *targets)
{
	kvfree(targets->target);
	kvfree(targets->ranges);
	kvfree(targets->prefixes);
}

/**
 * ftpmark_target_sends - whether active data connections come from a port
 * @target: the service
 * @port: host byte order
 *
 * Return: whether it is one of the service's active ports.
 */
bool ftpmark_target_sends(const struct ftpmark_target *target, u16 port)
{
	unsigned int i;

	for (i = 0; i < target->active_ports_count; i++) {
		if (port >= target->active_ports[i].first &&
		    port <= target->active_ports[i].last)
			return true;
	}
	return false;
}
