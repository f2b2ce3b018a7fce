// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VIPs of a table: which services claim an address, what its ports mean,
 * and the slot where packets find it.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "table_build.h"

static int ftpmark_claim_cmp(const void *a, const void *b)
{
	const struct ftpmark_claim *x = a, *y = b;
	int order;

	if (x->family != y->family)
		return x->family == NFPROTO_IPV4 ? -1 : 1;
	order = memcmp(&x->key, &y->key, sizeof(x->key));
	if (!order)
		order = x->source < y->source ? -1 : x->source > y->source;
	return order;
}

static bool ftpmark_claim_same_vip(const struct ftpmark_claim *x,
				   const struct ftpmark_claim *y)
{
	return x->family == y->family &&
	       !memcmp(&x->key, &y->key, sizeof(x->key));
}

/* The end of the claims of one VIP that begin at @at. */
static u32 ftpmark_claims_end(const struct ftpmark_build *build, u32 at)
{
	u32 end = at + 1;

	while (end < build->claims_count &&
	       ftpmark_claim_same_vip(&build->claims[at], &build->claims[end]))
		end++;
	return end;
}

static int ftpmark_build_claims(struct ftpmark_build *build)
{
	struct ftpmark_claim *claim;
	u32 i, j, end;

	BUILD_BUG_ON(FTPMARK_SERVICES_MAX * FTPMARK_VIPS_MAX >
		     FTPMARK_INDEX_KEYS_MAX);

	for (i = 0; i < build->count; i++)
		build->claims_count += build->sources[i].settings->vip->count;

	build->claims = kvcalloc(build->claims_count, sizeof(*build->claims),
				 GFP_KERNEL);
	if (!build->claims)
		return -ENOMEM;

	claim = build->claims;
	for (i = 0; i < build->count; i++) {
		const struct ftpmark_prefixes *vip =
			build->sources[i].settings->vip;

		for (j = 0; j < vip->count; j++, claim++) {
			memcpy(&claim->key, &vip->prefix[j].addr,
			       sizeof(claim->key));
			claim->family = vip->prefix[j].family;
			claim->source = i;
		}
	}
	sort(build->claims, build->claims_count, sizeof(*build->claims),
	     ftpmark_claim_cmp, NULL);

	for (i = 0; i < build->claims_count; i = end) {
		end = ftpmark_claims_end(build, i);
		build->vips[build->claims[i].family == NFPROTO_IPV6]++;
		build->shared_vips += end - i > 1;
	}
	return 0;
}

static struct ftpmark_port_map *ftpmark_build_map(struct ftpmark_build *build)
{
	struct ftpmark_table *table = build->table;
	struct ftpmark_port_map *map = &table->maps[build->maps_used++];

	map->rule = table->rules + build->rules_used;
	return map;
}

/* One map a service, used by all of its VIPs that it has alone. */
static int ftpmark_build_maps(struct ftpmark_build *build)
{
	struct ftpmark_table *table = build->table;
	size_t rules = 0;
	u32 i, j, end;

	for (i = 0; i < build->count; i++)
		rules += ftpmark_port_map_bound(build->sources[i].settings);
	for (i = 0; i < build->claims_count; i = end) {
		end = ftpmark_claims_end(build, i);
		for (j = i; j < end && end - i > 1; j++) {
			u32 source = build->claims[j].source;

			rules += ftpmark_port_map_bound(build->sources[source].settings);
		}
	}

	table->maps = ftpmark_table_part(table,
					 build->count + build->shared_vips,
					 sizeof(*table->maps));
	table->rules = ftpmark_table_part(table, rules, sizeof(*table->rules));
	if (!table->maps || !table->rules)
		return -ENOMEM;

	for (i = 0; i < build->count; i++) {
		struct ftpmark_port_map *map = ftpmark_build_map(build);

		ftpmark_port_map_add(map, build->sources[i].settings,
				     &table->targets[i]);
		ftpmark_port_map_sort(map);
		build->rules_used += map->count;
	}
	return 0;
}

static int ftpmark_build_conflict(const struct ftpmark_build *build,
				  const struct ftpmark_claim *claim,
				  const struct ftpmark_port_rule *rule)
{
	const char *fmt = claim->family == NFPROTO_IPV4 ?
			  "%s and %s would share %pI4 port %u" :
			  "%s and %s would share %pI6c port %u";

	return ftpmark_refuse(build->refusal, -EEXIST, fmt,
			      rule[0].target->name, rule[1].target->name,
			      &claim->key, rule[1].first);
}

/* The map of the VIP that the claims from @begin to @end are about. */
static int ftpmark_build_vip_map(struct ftpmark_build *build, u32 begin,
				 u32 end, struct ftpmark_port_map **result)
{
	const struct ftpmark_claim *claim = &build->claims[begin];
	const struct ftpmark_port_rule *clash;
	struct ftpmark_port_map *map;
	u32 i;

	if (end - begin == 1) {
		*result = &build->table->maps[claim->source];
		return 0;
	}

	map = ftpmark_build_map(build);
	for (i = begin; i < end; i++) {
		u32 source = build->claims[i].source;

		ftpmark_port_map_add(map, build->sources[source].settings,
				     &build->table->targets[source]);
	}
	clash = ftpmark_port_map_sort(map);
	if (clash)
		return ftpmark_build_conflict(build, claim, clash);

	build->rules_used += map->count;
	*result = map;
	return 0;
}

static void ftpmark_vip_fill(const struct ftpmark_table *table,
			     struct ftpmark_vip *vip,
			     struct ftpmark_port_map *map)
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
	vip->control_count = control->last - control->first + 1;
	vip->mark = target->mark;
	vip->stats = target->stats;
	vip->map = map;
	map->clients = table->clients;
	map->more = map->count > (passive ? 2 : 1);
}

/*
 * A free slot is given the first key, whose lookups end in another slot: no
 * address can match there. (With a single slot there is no free one.)
 */
static void ftpmark_index_fill_free(struct ftpmark_index *index, u32 count,
				    const union ftpmark_key *key, bool ipv6)
{
	struct ftpmark_vip6 *slots6 = index->slots;
	struct ftpmark_vip *slots4 = index->slots;
	u32 i;

	for (i = 0; i < count; i++) {
		if (ipv6)
			memcpy(&slots6[i].addr, key, sizeof(slots6[i].addr));
		else
			slots4[i].addr = (__force __be32)key->word[0];
	}
}

/* The slot of a VIP, with its address filled in. */
static struct ftpmark_vip *ftpmark_index_vip(const struct ftpmark_index *index,
					     const union ftpmark_key *key,
					     bool ipv6)
{
	struct ftpmark_vip6 *vip6;
	struct ftpmark_vip *vip;
	u32 hash;

	if (!ipv6) {
		hash = ftpmark_index_hash4(index, key->word[0]);
		vip = index->slots + ftpmark_index_slot(index, hash,
							FTPMARK_VIP_SHIFT);
		vip->addr = (__force __be32)key->word[0];
		return vip;
	}

	hash = ftpmark_index_hash6(index, key);
	vip6 = index->slots + ftpmark_index_slot(index, hash,
						 FTPMARK_VIP6_SHIFT);
	memcpy(&vip6->addr, key, sizeof(vip6->addr));
	return &vip6->vip;
}

/* @begin is the first claim of the family. */
static int ftpmark_build_index(struct ftpmark_build *build,
			       struct ftpmark_index *index,
			       union ftpmark_key *keys, u32 begin, bool ipv6)
{
	unsigned int slot_shift = ipv6 ? FTPMARK_VIP6_SHIFT : FTPMARK_VIP_SHIFT;
	u32 count = build->vips[ipv6];
	u32 i, at;
	int err;

	for (i = 0, at = begin; i < count; i++) {
		keys[i] = build->claims[at].key;
		at = ftpmark_claims_end(build, at);
	}
	BUILD_BUG_ON(sizeof(struct ftpmark_vip) != 1 << FTPMARK_VIP_SHIFT);
	BUILD_BUG_ON(sizeof(struct ftpmark_vip6) != 1 << FTPMARK_VIP6_SHIFT);
	err = ftpmark_index_build(index, keys, count, ipv6, slot_shift);
	if (err)
		return err;

	index->slots = ftpmark_table_part(build->table,
					  ftpmark_index_slots(count),
					  1 << slot_shift);
	if (!index->slots)
		return -ENOMEM;

	ftpmark_index_fill_free(index, ftpmark_index_slots(count), &keys[0],
				ipv6);
	for (i = 0, at = begin; i < count; i++) {
		u32 end = ftpmark_claims_end(build, at);
		struct ftpmark_port_map *map;
		struct ftpmark_vip *vip;

		err = ftpmark_build_vip_map(build, at, end, &map);
		if (err)
			return err;

		vip = ftpmark_index_vip(index, &keys[i], ipv6);
		ftpmark_vip_fill(build->table, vip, map);
		at = end;
	}
	return 0;
}

static int ftpmark_build_indexes(struct ftpmark_build *build)
{
	struct ftpmark_table *table = build->table;
	u32 begin6 = 0;
	union ftpmark_key *keys;
	int err = 0;

	keys = kvcalloc(max(build->vips[0], build->vips[1]), sizeof(*keys),
			GFP_KERNEL);
	if (!keys)
		return -ENOMEM;

	while (begin6 < build->claims_count &&
	       build->claims[begin6].family == NFPROTO_IPV4)
		begin6++;

	if (build->vips[0])
		err = ftpmark_build_index(build, &table->vip4, keys, 0, false);
	if (!err && build->vips[1])
		err = ftpmark_build_index(build, &table->vip6, keys, begin6,
					  true);
	kvfree(keys);
	return err;
}

/**
 * ftpmark_build_vips - make the part of a table that marks packets
 * @build: its targets are made
 *
 * Context: may sleep.
 * Return: 0, -EEXIST when two services share a VIP and port, -ENOMEM, -EAGAIN.
 */
int ftpmark_build_vips(struct ftpmark_build *build)
{
	int err;

	err = ftpmark_build_claims(build);
	if (!err)
		err = ftpmark_build_maps(build);
	if (!err)
		err = ftpmark_build_indexes(build);
	kvfree(build->claims);
	build->claims = NULL;
	return err;
}
