// SPDX-License-Identifier: GPL-2.0-only
/*
 * The real servers of all services, by address. Active FTP looks up the first
 * packets of connections only, for which a binary search is fast enough.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <net/ipv6.h>

#include "part.h"
#include "realserver.h"

/**
 * struct ftpmark_listing - a service lists a prefix
 * @addr: the prefix
 * @len: its length
 * @off: the service's active is off
 * @source: the service, by its place in name order
 */
struct ftpmark_listing {
	union nf_inet_addr addr;
	u8 len;
	bool off;
	u32 source;
};

/* Upper bound on members that a new one is compared with, to save time. */
#define FTPMARK_MEMBERS_COMPARED 8U

/* By address, length and name; of one prefix, those that are off come last. */
static int ftpmark_listing_cmp(const void *a, const void *b)
{
	const struct ftpmark_listing *x = a, *y = b;
	int order = memcmp(&x->addr, &y->addr, sizeof(x->addr));

	if (!order)
		order = (int)x->len - (int)y->len;
	if (!order)
		order = x->off - y->off;
	if (!order)
		order = x->source < y->source ? -1 : x->source > y->source;
	return order;
}

static bool ftpmark_realserver_holds(const struct ftpmark_realserver *prefix,
				     const union nf_inet_addr *addr)
{
	return ipv6_prefix_equal(&prefix->addr.in6, &addr->in6, prefix->len);
}

static u32 ftpmark_listings_count(const struct ftpmark_source *sources,
				  u32 count, u8 family)
{
	u32 i, j, listings = 0;

	for (i = 0; i < count; i++) {
		const struct ftpmark_prefixes *list =
			sources[i].settings->real_servers;

		for (j = 0; j < list->count; j++)
			listings += list->prefix[j].family == family;
	}
	return listings;
}

static struct ftpmark_listing *
ftpmark_listings_create(const struct ftpmark_source *sources,
			u32 count, u8 family, u32 listings_count)
{
	struct ftpmark_listing *listings;
	u32 i, j, n = 0;

	listings = kvcalloc(listings_count, sizeof(*listings), GFP_KERNEL);
	if (!listings)
		return NULL;

	for (i = 0; i < count; i++) {
		const struct ftpmark_settings *settings = sources[i].settings;
		const struct ftpmark_prefixes *list = settings->real_servers;

		for (j = 0; j < list->count; j++) {
			const struct ftpmark_prefix *prefix = &list->prefix[j];

			if (prefix->family != family)
				continue;
			listings[n].addr = prefix->addr;
			listings[n].len = prefix->len;
			listings[n].off = settings->active == FTPMARK_ACTIVE_OFF;
			listings[n++].source = i;
		}
	}
	sort(listings, listings_count, sizeof(*listings), ftpmark_listing_cmp,
	     NULL);
	return listings;
}

static bool ftpmark_same_active_ports(const struct ftpmark_target *a,
				      const struct ftpmark_target *b)
{
	return a->active_ports_count == b->active_ports_count &&
	       !memcmp(a->active_ports, b->active_ports,
		       a->active_ports_count * sizeof(*a->active_ports));
}

/* A lookup never reaches a service behind another one with the same ports. */
static bool ftpmark_member_wanted(const struct ftpmark_realserver_set *set,
				  const struct ftpmark_realserver *prefix,
				  const struct ftpmark_target *target)
{
	u32 i;

	for (i = 0; i < min(prefix->count, FTPMARK_MEMBERS_COMPARED); i++) {
		if (ftpmark_same_active_ports(set->member[prefix->first + i],
					      target))
			return false;
	}
	return true;
}

static s32 ftpmark_realserver_parent(const struct ftpmark_realserver_set *set,
				     s32 candidate,
				     const struct ftpmark_realserver *prefix)
{
	while (candidate >= 0 &&
	       !ftpmark_realserver_holds(&set->prefix[candidate],
					 &prefix->addr))
		candidate = set->prefix[candidate].parent;
	return candidate;
}

static bool ftpmark_listing_same_prefix(const struct ftpmark_listing *x,
					const struct ftpmark_listing *y)
{
	return x->len == y->len && !memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

static void ftpmark_realserver_set_fill(struct ftpmark_realserver_set *set,
					const struct ftpmark_listing *listings,
					u32 count,
					const struct ftpmark_target *targets)
{
	struct ftpmark_realserver *prefix = NULL;
	u32 members = 0;
	u32 i;

	for (i = 0; i < count; i++) {
		const struct ftpmark_listing *listing = &listings[i];
		const struct ftpmark_target *target = &targets[listing->source];

		if (!i || !ftpmark_listing_same_prefix(listing - 1, listing)) {
			prefix = &set->prefix[set->count];
			prefix->addr = listing->addr;
			prefix->len = listing->len;
			prefix->first = members;
			prefix->parent =
				ftpmark_realserver_parent(set,
							  (s32)set->count - 1,
							  prefix);
			set->count++;
		}
		if (!ftpmark_member_wanted(set, prefix, target))
			continue;
		set->member[members++] = target;
		prefix->count++;
	}
}

/**
 * ftpmark_realserver_set_build - collect the real servers of one family
 * @set: where; all zero
 * @sources: enabled services in name order
 * @targets: what their packets meet, in the same order
 * @count: number of services
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @bytes: what the table takes; grows by the set
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM; ftpmark_realserver_set_destroy() is due in both cases.
 */
int ftpmark_realserver_set_build(struct ftpmark_realserver_set *set,
				 const struct ftpmark_source *sources,
				 const struct ftpmark_target *targets,
				 u32 count, u8 family, size_t *bytes)
{
	struct ftpmark_listing *listings;
	u32 n;

	n = ftpmark_listings_count(sources, count, family);
	if (!n)
		return 0;

	set->prefix = ftpmark_part_alloc(n, sizeof(*set->prefix), bytes);
	set->member = ftpmark_part_alloc(n, sizeof(*set->member), bytes);
	if (!set->prefix || !set->member)
		return -ENOMEM;

	listings = ftpmark_listings_create(sources, count, family, n);
	if (!listings)
		return -ENOMEM;

	ftpmark_realserver_set_fill(set, listings, n, targets);
	kvfree(listings);
	return 0;
}

/**
 * ftpmark_realserver_set_destroy - free what a set holds
 * @set: built, or all zero
 */
void ftpmark_realserver_set_destroy(struct ftpmark_realserver_set *set)
{
	kvfree(set->prefix);
	kvfree(set->member);
}

/**
 * ftpmark_realserver_find - look up the longest prefix around an address
 * @set: real servers of the address's family
 * @addr: the address
 *
 * Two prefixes nest or are disjoint. So the result is the last prefix that
 * begins at or before the address, or one of its parents.
 *
 * Return: the prefix, or NULL.
 */
const struct ftpmark_realserver *
ftpmark_realserver_find(const struct ftpmark_realserver_set *set,
			const union nf_inet_addr *addr)
{
	u32 low = 0, high = set->count;
	s32 at;

	while (low < high) {
		u32 middle = (low + high) / 2;

		if (memcmp(&set->prefix[middle].addr, addr, sizeof(*addr)) <= 0)
			low = middle + 1;
		else
			high = middle;
	}

	for (at = (s32)low - 1; at >= 0; at = set->prefix[at].parent) {
		if (ftpmark_realserver_holds(&set->prefix[at], addr))
			return &set->prefix[at];
	}
	return NULL;
}
