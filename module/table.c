// SPDX-License-Identifier: GPL-2.0-only
/*
 * Building the table that packets read: all that can be computed once for a
 * configuration is computed here, none of it for a packet.
 */
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "clients.h"
#include "table_build.h"

/*
 * Read by packets where a family has no VIP. A packet to the address 0 finds
 * it, but no port of it means anything, and nobody reads its counters.
 */
static DEFINE_PER_CPU(struct ftpmark_stats, ftpmark_no_stats);

static const struct ftpmark_target ftpmark_no_target = {
	.stats	= &ftpmark_no_stats,
};

static const struct ftpmark_port_map ftpmark_no_ports = {
	.owner	= &ftpmark_no_target,
};

static struct ftpmark_vip6 ftpmark_no_vip = {
	.vip.map = &ftpmark_no_ports,
};

static const u32 ftpmark_no_pilot;

#define FTPMARK_INDEX_EMPTY {			\
	.pilots	= &ftpmark_no_pilot,		\
	.slots	= &ftpmark_no_vip,		\
}

/* Published while no service is enabled; never freed. */
struct ftpmark_table ftpmark_table_empty = {
	.vip4 = FTPMARK_INDEX_EMPTY,
	.vip6 = FTPMARK_INDEX_EMPTY,
};

/**
 * ftpmark_table_part - allocate an array that a table will own
 * @table: the table
 * @n: number of elements
 * @size: of an element, in bytes
 *
 * Return: zeroed memory to be freed with kvfree(), or NULL.
 */
void *ftpmark_table_part(struct ftpmark_table *table, size_t n, size_t size)
{
	table->size += size_mul(n, size);
	return kvcalloc(n, size, GFP_KERNEL_ACCOUNT);
}

static void ftpmark_target_fill(struct ftpmark_target *target,
				const struct ftpmark_table_source *source)
{
	const struct ftpmark_settings *settings = source->settings;
	unsigned int i;

	target->name = source->name;
	target->stats = source->stats;
	target->mark = settings->mark;
	target->keep = settings->on_marked == FTPMARK_MARKED_KEEP;
	target->active = settings->active;
	target->notrack = settings->notrack;

	for (i = settings->vip->count; i--; ) {
		const struct ftpmark_prefix *vip = &settings->vip->prefix[i];
		unsigned int family = ftpmark_family(vip->family);

		memcpy(&target->vip[family], &vip->addr,
		       sizeof(target->vip[family]));
		target->has_vip[family] = true;
	}
}

static int ftpmark_build_targets(struct ftpmark_build *build)
{
	struct ftpmark_table *table = build->table;
	size_t ranges_count = 0, prefixes_count = 0;
	struct ftpmark_prefix *prefixes;
	struct ftpmark_range *ranges;
	u32 i;

	for (i = 0; i < build->count; i++) {
		const struct ftpmark_settings *settings =
			build->sources[i].settings;

		ranges_count += settings->active_ports->count;
		prefixes_count += settings->real_servers->count;
	}

	table->targets = ftpmark_table_part(table, build->count,
					    sizeof(*table->targets));
	table->ranges = ftpmark_table_part(table, ranges_count,
					   sizeof(*table->ranges));
	/* At least one, so that none is no failure. */
	table->prefixes = ftpmark_table_part(table, prefixes_count ?: 1,
					     sizeof(*table->prefixes));
	if (!table->targets || !table->ranges || !table->prefixes)
		return -ENOMEM;

	ranges = table->ranges;
	prefixes = table->prefixes;
	for (i = 0; i < build->count; i++) {
		const struct ftpmark_settings *settings =
			build->sources[i].settings;
		const struct ftpmark_ports *ports = settings->active_ports;
		const struct ftpmark_prefixes *list = settings->real_servers;
		struct ftpmark_target *target = &table->targets[i];

		ftpmark_target_fill(target, &build->sources[i]);
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

/*
 * Whether active data of a family may have to come from one VIP or another, or
 * from none.
 */
static bool ftpmark_build_vip_choice(const struct ftpmark_build *build,
				     u8 family)
{
	const struct ftpmark_prefix *last = NULL;
	unsigned long modes = 0;
	bool several = false;
	u32 i, j;

	for (i = 0; i < build->count; i++) {
		const struct ftpmark_settings *settings =
			build->sources[i].settings;
		const struct ftpmark_prefixes *list = settings->vip;

		if (!build->table->targets[i].real_servers_count)
			continue;
		modes |= BIT(settings->active);
		for (j = 0; j < list->count; j++) {
			const struct ftpmark_prefix *vip = &list->prefix[j];

			if (vip->family != family)
				continue;
			if (last && !nf_inet_addr_cmp(&last->addr, &vip->addr))
				several = true;
			last = vip;
		}
	}
	/* All masqueraded, or none at all: no VIP makes a difference. */
	return several && modes != BIT(FTPMARK_ACTIVE_MASQUERADE) &&
	       modes != BIT(FTPMARK_ACTIVE_OFF);
}

/* The namespace keeps its clients, whatever becomes of this table. */
static int ftpmark_build_clients(struct ftpmark_build *build,
				 struct ftpmark_clients **clients)
{
	if (!ftpmark_build_vip_choice(build, NFPROTO_IPV4) &&
	    !ftpmark_build_vip_choice(build, NFPROTO_IPV6))
		return 0;

	if (!*clients)
		*clients = ftpmark_clients_create();
	build->table->clients = *clients;
	return *clients ? 0 : -ENOMEM;
}

static int ftpmark_build_realservers(struct ftpmark_build *build)
{
	struct ftpmark_table *table = build->table;
	int err;

	err = ftpmark_realserver_set_build(&table->realserver[0], build->sources,
					   table->targets, build->count,
					   NFPROTO_IPV4);
	if (err)
		return err;
	return ftpmark_realserver_set_build(&table->realserver[1], build->sources,
					    table->targets, build->count,
					    NFPROTO_IPV6);
}

static bool ftpmark_lists_family(const struct ftpmark_prefixes *list, u8 family)
{
	unsigned int i;

	for (i = 0; i < list->count; i++) {
		if (list->prefix[i].family == family)
			return true;
	}
	return false;
}

static void ftpmark_build_service_hooks(struct ftpmark_table *table,
					const struct ftpmark_settings *settings,
					u8 family)
{
	bool sends = ftpmark_lists_family(settings->real_servers, family);
	bool receives = ftpmark_lists_family(settings->vip, family);
	unsigned int i = ftpmark_family(family);

	if (receives)
		table->hooks |= BIT(FTPMARK_HOOK_MARK4 + i);
	if (settings->notrack && (sends || receives))
		table->hooks |= BIT(FTPMARK_HOOK_NOTRACK4 + i);
	if (!sends)
		return;

	switch (settings->active) {
	case FTPMARK_ACTIVE_OFF:
		break;
	case FTPMARK_ACTIVE_MASQUERADE:
	case FTPMARK_ACTIVE_SNAT:
		table->hooks |= BIT(FTPMARK_HOOK_NAT4 + i);
		break;
	case FTPMARK_ACTIVE_IPVS:
		table->hooks |= BIT(FTPMARK_HOOK_IPVS4 + i);
		break;
	}
}

static void ftpmark_build_hooks(struct ftpmark_build *build)
{
	struct ftpmark_table *table = build->table;
	u32 i;

	for (i = 0; i < build->count; i++) {
		const struct ftpmark_settings *settings =
			build->sources[i].settings;

		ftpmark_build_service_hooks(table, settings, NFPROTO_IPV4);
		ftpmark_build_service_hooks(table, settings, NFPROTO_IPV6);
	}
}

/**
 * ftpmark_table_create - make the table of a configuration
 * @sources: enabled services in name order, each with a VIP; at least one
 * @count: number of services
 * @clients: the namespace's memory of clients; made if there is none yet and
 *	the configuration needs it
 * @refusal: the reason, when refused
 *
 * Context: may sleep.
 * Return: a table to be published or destroyed, or an ERR_PTR: -EEXIST when two
 * services share a VIP and port, -ENOMEM, -EAGAIN.
 */
struct ftpmark_table *
ftpmark_table_create(const struct ftpmark_table_source *sources, u32 count,
		     struct ftpmark_clients **clients,
		     struct ftpmark_refusal *refusal)
{
	struct ftpmark_build build = {
		.sources	= sources,
		.count		= count,
		.refusal	= refusal,
	};
	int err;

	build.table = kzalloc(sizeof(*build.table), GFP_KERNEL_ACCOUNT);
	if (!build.table)
		return ERR_PTR(-ENOMEM);

	build.table->vip4 = ftpmark_table_empty.vip4;
	build.table->vip6 = ftpmark_table_empty.vip6;

	err = ftpmark_build_targets(&build);
	if (!err)
		err = ftpmark_build_clients(&build, clients);
	if (!err)
		err = ftpmark_build_vips(&build);
	if (!err)
		err = ftpmark_build_realservers(&build);
	if (err) {
		ftpmark_table_destroy(build.table);
		return ERR_PTR(err);
	}

	ftpmark_build_hooks(&build);
	return build.table;
}

static void ftpmark_vips_destroy(struct ftpmark_index *index)
{
	if (index->pilots != &ftpmark_no_pilot)
		ftpmark_index_destroy(index);
	if (index->slots != &ftpmark_no_vip)
		kvfree(index->slots);
}

/**
 * ftpmark_table_destroy - free a table
 * @table: not published, or replaced a grace period ago; the empty table stays
 */
void ftpmark_table_destroy(struct ftpmark_table *table)
{
	if (table == &ftpmark_table_empty)
		return;

	ftpmark_vips_destroy(&table->vip4);
	ftpmark_vips_destroy(&table->vip6);
	ftpmark_realserver_set_destroy(&table->realserver[0]);
	ftpmark_realserver_set_destroy(&table->realserver[1]);
	kvfree(table->targets);
	kvfree(table->ranges);
	kvfree(table->prefixes);
	kvfree(table->maps);
	kvfree(table->rules);
	kfree(table);
}

/**
 * ftpmark_table_ports - what the ports of an address mean
 * @table: the table
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @vip: the address
 *
 * Context: RCU read-side critical section.
 * Return: the ports, or NULL if the address is no VIP.
 */
const struct ftpmark_port_map *
ftpmark_table_ports(const struct ftpmark_table *table, u8 family,
		    const union ftpmark_key *vip)
{
	const struct in6_addr *addr6 = (const struct in6_addr *)vip;
	__be32 addr4 = (__force __be32)vip->word[0];
	const struct ftpmark_vip6 *slot6;
	const struct ftpmark_vip *slot4;

	if (family == NFPROTO_IPV4) {
		slot4 = ftpmark_vip4_slot(table, addr4);
		return slot4->addr == addr4 ? slot4->map : NULL;
	}
	slot6 = ftpmark_vip6_slot(table, addr6);
	return ftpmark_index_equal6(&slot6->addr, addr6) ? slot6->vip.map : NULL;
}
