// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VIPs of a table: what the ports of an address mean, and the slot where
 * packets find it.
 */
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "claims.h"
#include "clients.h"
#include "parse.h"
#include "part.h"
#include "vips.h"

/*
 * What packets find in a free slot. A packet to the address 0 matches it, but
 * no port of it means anything, and nobody reads its counters.
 */
static DEFINE_PER_CPU(struct ftpmark_stats, ftpmark_no_stats);

static const struct ftpmark_target ftpmark_no_target = {
	.stats	= &ftpmark_no_stats,
};

static const struct ftpmark_port_map ftpmark_no_ports = {
	.owner	= &ftpmark_no_target,
};

struct ftpmark_vip6 ftpmark_no_vip = {
	.vip.map = &ftpmark_no_ports,
};

/**
 * struct ftpmark_vips_work - what building the VIPs needs and packets do not
 * @vips: the VIPs in the making
 * @sources: enabled services in name order
 * @targets: what their packets meet, in the same order
 * @count: number of services
 * @clients: where clients are remembered
 * @claims: which services claim which VIPs
 * @keys: the VIPs of one family
 * @maps_used: port maps handed out
 * @rules_used: port rules handed out
 * @bytes: what the table takes
 * @refusal: the reason, when refused
 */
struct ftpmark_vips_work {
	struct ftpmark_vips *vips;
	const struct ftpmark_source *sources;
	const struct ftpmark_target *targets;
	u32 count;
	const struct ftpmark_client_memories *clients;
	struct ftpmark_claims claims;
	union nf_inet_addr *keys;
	u32 maps_used;
	u32 rules_used;
	size_t *bytes;
	struct ftpmark_refusal *refusal;
};

static struct ftpmark_port_map *
ftpmark_vips_next_map(struct ftpmark_vips_work *work)
{
	struct ftpmark_port_map *map = &work->vips->maps[work->maps_used++];

	map->rule = work->vips->rules + work->rules_used;
	return map;
}

static void ftpmark_vips_map_add(const struct ftpmark_vips_work *work,
				 struct ftpmark_port_map *map, u32 source)
{
	ftpmark_port_map_add(map, work->sources[source].settings,
			     &work->targets[source]);
}

/* Upper bound on the rules of all maps. */
static size_t ftpmark_vips_rules(const struct ftpmark_vips_work *work)
{
	const struct ftpmark_claims *claims = &work->claims;
	size_t rules = 0;
	u32 i, j, end;

	for (i = 0; i < work->count; i++)
		rules += ftpmark_port_map_bound(work->sources[i].settings);
	for (i = 0; i < claims->count; i = end) {
		end = ftpmark_claims_end(claims, i);
		for (j = i; j < end && end - i > 1; j++) {
			u32 source = claims->claim[j].source;

			rules += ftpmark_port_map_bound(work->sources[source].settings);
		}
	}
	return rules;
}

/* Each service has one map, which all VIPs that it alone claims share. */
static int ftpmark_vips_build_maps(struct ftpmark_vips_work *work)
{
	struct ftpmark_vips *vips = work->vips;
	u32 i;

	vips->maps = ftpmark_part_alloc(work->count + work->claims.shared,
					sizeof(*vips->maps), work->bytes);
	vips->rules = ftpmark_part_alloc(ftpmark_vips_rules(work),
					 sizeof(*vips->rules), work->bytes);
	if (!vips->maps || !vips->rules)
		return -ENOMEM;

	for (i = 0; i < work->count; i++) {
		struct ftpmark_port_map *map = ftpmark_vips_next_map(work);

		ftpmark_vips_map_add(work, map, i);
		ftpmark_port_map_sort(map);
		work->rules_used += map->count;
	}
	return 0;
}

static int ftpmark_vips_conflict(const struct ftpmark_vips_work *work,
				 const struct ftpmark_claim *claim,
				 const struct ftpmark_port_rule *rule)
{
	const char *fmt = claim->family == NFPROTO_IPV4 ?
			  "%s and %s would share %pI4 port %u" :
			  "%s and %s would share %pI6c port %u";

	return ftpmark_refuse(work->refusal, -EEXIST, fmt,
			      rule[0].target->name, rule[1].target->name,
			      &claim->key, rule[1].first);
}

/* Makes or finds the map of the VIP that has the claims from @begin to @end. */
static int ftpmark_vips_map(struct ftpmark_vips_work *work, u32 begin, u32 end,
			    struct ftpmark_port_map **result)
{
	const struct ftpmark_claim *claim = work->claims.claim;
	const struct ftpmark_port_rule *clash;
	struct ftpmark_port_map *map;
	u32 i;

	if (end - begin == 1) {
		*result = &work->vips->maps[claim[begin].source];
		return 0;
	}

	map = ftpmark_vips_next_map(work);
	for (i = begin; i < end; i++)
		ftpmark_vips_map_add(work, map, claim[i].source);
	clash = ftpmark_port_map_sort(map);
	if (clash)
		return ftpmark_vips_conflict(work, &claim[begin], clash);

	work->rules_used += map->count;
	*result = map;
	return 0;
}

static void ftpmark_vip_fill(struct ftpmark_vip *vip,
			     struct ftpmark_port_map *map,
			     const struct ftpmark_client_memories *clients)
{
	const struct ftpmark_port_rule *passive, *control;
	const struct ftpmark_target *target;

	passive = ftpmark_port_map_widest(map, FTPMARK_STAT_PASSIVE_PACKETS,
					  NULL);
	control = ftpmark_port_map_widest(map, FTPMARK_STAT_CONTROL_PACKETS,
					  passive ? passive->target : NULL);
	target = control->target;

	if (passive) {
		vip->passive_first = passive->first;
		vip->passive_count = passive->last - passive->first + 1;
	}
	vip->control_first = control->first;
	vip->control_count = min(control->last - control->first + 1, U8_MAX);
	vip->mark = target->mark;
	vip->stats = target->stats;
	vip->map = map;
	map->seen = clients->seen;
	if (ftpmark_port_map_for_clients(map))
		map->connected = clients->connected;
	map->notes = map->seen || map->connected;
	map->more = map->count > (passive ? 2 : 1) ||
		    control->last - control->first >= U8_MAX;
}

static struct ftpmark_vip *ftpmark_slot(const struct ftpmark_index *index,
					unsigned long offset)
{
	return index->slots + offset;
}

/* Takes the first free slot of a VIP's lookup, and returns it. */
static struct ftpmark_vip *ftpmark_slot_take(const struct ftpmark_index *index,
					     const union nf_inet_addr *key,
					     bool ipv6)
{
	unsigned int slot_shift = ipv6 ? FTPMARK_VIP6_SHIFT : FTPMARK_VIP_SHIFT;
	u64 hash = ipv6 ? ftpmark_index_hash6(index, key) :
			  ftpmark_index_hash4(index, key->ip);
	unsigned long at = ftpmark_index_first(index, hash, slot_shift);
	struct ftpmark_vip *vip = ftpmark_slot(index, at);

	while (vip->control_count) {
		vip->passed = true;
		at = ftpmark_index_next(index, at, slot_shift);
		vip = ftpmark_slot(index, at);
	}
	if (ipv6)
		container_of(vip, struct ftpmark_vip6, vip)->addr = key->in6;
	else
		vip->addr = key->ip;
	return vip;
}

static void ftpmark_slots_clear(struct ftpmark_index *index, u32 count,
				unsigned int slot_shift)
{
	unsigned long i;

	for (i = 0; i < count; i++)
		ftpmark_slot(index, i << slot_shift)->map = &ftpmark_no_ports;
}

static int ftpmark_slots_fill(struct ftpmark_vips_work *work,
			      struct ftpmark_index *index, bool ipv6)
{
	u32 at = ftpmark_claims_begin(&work->claims, ipv6);
	u32 i;

	for (i = 0; i < work->claims.vips[ipv6]; i++) {
		u32 end = ftpmark_claims_end(&work->claims, at);
		struct ftpmark_port_map *map;
		struct ftpmark_vip *vip;
		int err;

		err = ftpmark_vips_map(work, at, end, &map);
		if (err)
			return err;

		vip = ftpmark_slot_take(index, &work->keys[i], ipv6);
		ftpmark_vip_fill(vip, map, work->clients);
		at = end;
	}
	return 0;
}

static int ftpmark_vips_build_family(struct ftpmark_vips_work *work,
				     struct ftpmark_index *index, bool ipv6)
{
	unsigned int slot_shift = ipv6 ? FTPMARK_VIP6_SHIFT : FTPMARK_VIP_SHIFT;
	u32 at = ftpmark_claims_begin(&work->claims, ipv6);
	u32 count = work->claims.vips[ipv6];
	u32 i;
	int err;

	BUILD_BUG_ON(sizeof(struct ftpmark_vip) != 1 << FTPMARK_VIP_SHIFT);
	BUILD_BUG_ON(sizeof(struct ftpmark_vip6) != 1 << FTPMARK_VIP6_SHIFT);
	BUILD_BUG_ON(FTPMARK_SERVICES_MAX * FTPMARK_VIPS_MAX >
		     FTPMARK_INDEX_KEYS_MAX);

	if (!count)
		return 0;

	for (i = 0; i < count; i++) {
		work->keys[i] = work->claims.claim[at].key;
		at = ftpmark_claims_end(&work->claims, at);
	}
	err = ftpmark_index_build(index, work->keys, count, ipv6, slot_shift);
	if (err)
		return err;

	index->slots = ftpmark_part_alloc(ftpmark_index_slots(count),
					  1 << slot_shift, work->bytes);
	if (!index->slots)
		return -ENOMEM;

	ftpmark_slots_clear(index, ftpmark_index_slots(count), slot_shift);
	return ftpmark_slots_fill(work, index, ipv6);
}

static int ftpmark_vips_build_indexes(struct ftpmark_vips_work *work)
{
	const struct ftpmark_claims *claims = &work->claims;
	int err;

	work->keys = kvcalloc(max(claims->vips[0], claims->vips[1]),
			      sizeof(*work->keys), GFP_KERNEL);
	if (!work->keys)
		return -ENOMEM;

	err = ftpmark_vips_build_family(work, &work->vips->vip4, false);
	if (!err)
		err = ftpmark_vips_build_family(work, &work->vips->vip6, true);
	kvfree(work->keys);
	return err;
}

/**
 * ftpmark_vips_build - make the VIPs of a table
 * @vips: where; FTPMARK_VIPS_EMPTY
 * @sources: enabled services in name order, each with a VIP; at least one
 * @targets: what their packets meet, in the same order
 * @count: number of services
 * @clients: where clients of the VIPs are remembered
 * @bytes: what the table takes; grows by the VIPs
 * @refusal: the reason, when refused
 *
 * Context: may sleep.
 * Return: 0, -EEXIST when two services share a VIP and port, -ENOMEM;
 * ftpmark_vips_destroy() is due in all cases.
 */
int ftpmark_vips_build(struct ftpmark_vips *vips,
		       const struct ftpmark_source *sources,
		       const struct ftpmark_target *targets, u32 count,
		       const struct ftpmark_client_memories *clients,
		       size_t *bytes, struct ftpmark_refusal *refusal)
{
	struct ftpmark_vips_work work = {
		.vips		= vips,
		.sources	= sources,
		.targets	= targets,
		.count		= count,
		.clients	= clients,
		.bytes		= bytes,
		.refusal	= refusal,
	};
	int err;

	err = ftpmark_claims_build(&work.claims, sources, count);
	if (!err)
		err = ftpmark_vips_build_maps(&work);
	if (!err)
		err = ftpmark_vips_build_indexes(&work);
	ftpmark_claims_destroy(&work.claims);
	return err;
}

static void ftpmark_slots_destroy(struct ftpmark_index *index)
{
	if (index->slots != &ftpmark_no_vip)
		kvfree(index->slots);
}

/**
 * ftpmark_vips_destroy - free what the VIPs hold
 * @vips: built, or FTPMARK_VIPS_EMPTY
 */
void ftpmark_vips_destroy(struct ftpmark_vips *vips)
{
	ftpmark_slots_destroy(&vips->vip4);
	ftpmark_slots_destroy(&vips->vip6);
	kvfree(vips->maps);
	kvfree(vips->rules);
}

/**
 * ftpmark_vips_ports - look up what the ports of an address mean
 * @vips: the VIPs of a table
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @addr: the address
 *
 * Context: RCU read-side critical section.
 * Return: the ports, or NULL if the address is no VIP.
 */
const struct ftpmark_port_map *
ftpmark_vips_ports(const struct ftpmark_vips *vips, u8 family,
		   const union nf_inet_addr *addr)
{
	const struct ftpmark_vip6 *vip6;
	const struct ftpmark_vip *vip;

	if (family == NFPROTO_IPV4) {
		if (!ftpmark_vip4_lookup(vips, addr->ip, &vip))
			return NULL;
		return vip->map;
	}
	if (!ftpmark_vip6_lookup(vips, &addr->in6, &vip6))
		return NULL;
	return vip6->vip.map;
}
