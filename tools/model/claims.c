// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds services that share a VIP and port: sorts all ranges of ports by VIP
 * and first port, and passes over them once.
 */

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "model/claims.h"
#include "model/values.h"

/**
 * struct fm_claim - a range of ports that a service uses on one VIP
 * @vip: the VIP
 * @ports: the range
 * @owner: the service
 */
struct fm_claim {
	struct fm_prefix vip;
	struct fm_range ports;
	struct fm_profile *owner;
};

/**
 * struct fm_claims_list - claims of many services
 * @count: number of claims
 * @room: number of claims that there is room for
 * @claim: the claims
 */
struct fm_claims_list {
	size_t count;
	size_t room;
	struct fm_claim *claim;
};

static int fm_claim_compare(const void *a, const void *b)
{
	const struct fm_claim *x = a, *y = b;
	int order = memcmp(&x->vip, &y->vip, sizeof(x->vip));

	if (order)
		return order;
	if (x->ports.first != y->ports.first)
		return x->ports.first > y->ports.first ? 1 : -1;
	return strcmp(x->owner->name, y->owner->name);
}

static bool fm_claims_append(struct fm_claims_list *list,
			     const struct fm_prefix *vip,
			     const struct fm_range *ports,
			     struct fm_profile *owner)
{
	struct fm_claim *grown;
	size_t room;

	if (list->count == list->room) {
		room = list->room ? 2 * list->room : 64;
		grown = realloc(list->claim, room * sizeof(*grown));
		if (!grown)
			return false;
		list->claim = grown;
		list->room = room;
	}
	list->claim[list->count].vip = *vip;
	list->claim[list->count].ports = *ports;
	list->claim[list->count].owner = owner;
	list->count++;
	return true;
}

/*
 * Adds claims for the VIPs of @vips and the ports of @ports. These may be two
 * states of one service: a change can pass through such a mixture.
 */
static bool fm_claims_add(struct fm_claims_list *list,
			  const struct fm_profile *vips,
			  const struct fm_profile *ports,
			  struct fm_profile *owner)
{
	static const char *const files[] = { "control_ports", "passive_ports" };
	struct fm_prefixes hosts;
	struct fm_ranges ranges;
	struct fm_fault fault;
	size_t i, j, k;

	if (!fm_prefixes_parse(fm_profile_list(vips, "vip"), true,
			       FM_ITEMS_MAX, &hosts, &fault))
		return true;
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (!fm_ranges_parse(fm_profile_list(ports, files[i]),
				     &ranges, &fault))
			continue;
		for (j = 0; j < hosts.count; j++) {
			for (k = 0; k < ranges.count; k++) {
				if (!fm_claims_append(list,
						      &hosts.item[j],
						      &ranges.item[k],
						      owner))
					return false;
			}
		}
	}
	return true;
}

/*
 * Whether two claims belong to different services. Names are compared, since a
 * service may have two profiles: its current and its wanted state.
 */
static bool fm_claims_differ(const struct fm_claim *one,
			     const struct fm_claim *two)
{
	return strcmp(one->owner->name, two->owner->name);
}

static void fm_claims_sort(struct fm_claims_list *list)
{
	if (list->count)
		qsort(list->claim, list->count, sizeof(*list->claim),
		      fm_claim_compare);
}

/*
 * Compares each claim with the claim before it, of the same VIP, that reaches
 * furthest. Where the two overlap and their services differ, both services are
 * marked as clashing. @one and @two get the last such pair. Returns whether
 * there was one.
 */
static bool fm_claims_sweep(struct fm_claims_list *list, struct fm_claim **one,
			    struct fm_claim **two)
{
	struct fm_claim *furthest = NULL;
	struct fm_claim *claim;
	bool found = false;
	size_t i;

	fm_claims_sort(list);
	for (i = 0; i < list->count; i++) {
		claim = &list->claim[i];
		if (!furthest || memcmp(&furthest->vip, &claim->vip,
					sizeof(claim->vip))) {
			furthest = claim;
			continue;
		}
		if (furthest->ports.last >= claim->ports.first &&
		    fm_claims_differ(furthest, claim)) {
			furthest->owner->clash = true;
			claim->owner->clash = true;
			*one = furthest;
			*two = claim;
			found = true;
		}
		if (claim->ports.last > furthest->ports.last)
			furthest = claim;
	}
	return found;
}

/**
 * fm_claims_clash() - find two enabled services that share a port
 * @config: the services
 * @one: the service that stands first in the file
 * @two: the other service
 *
 * Return: FM_CLAIMS_CLASH if @one and @two are set.
 */
enum fm_claims fm_claims_clash(const struct fm_config *config,
			       const struct fm_profile **one,
			       const struct fm_profile **two)
{
	enum fm_claims result = FM_CLAIMS_FREE;
	struct fm_claims_list list = { 0, 0, NULL };
	struct fm_claim *first, *second;
	struct fm_profile *profile;
	size_t i;

	for (i = 0; i < config->count; i++) {
		profile = &config->profile[i];
		if (fm_profile_enabled(profile) &&
		    !fm_claims_add(&list, profile, profile, profile))
			result = FM_CLAIMS_NO_MEMORY;
	}
	if (result == FM_CLAIMS_FREE &&
	    fm_claims_sweep(&list, &first, &second)) {
		*one = first->owner;
		*two = second->owner;
		if ((*one)->line > (*two)->line) {
			*one = second->owner;
			*two = first->owner;
		}
		result = FM_CLAIMS_CLASH;
	}
	free(list.claim);
	return result;
}

static bool fm_claims_change(struct fm_claims_list *list,
			     struct fm_profile *now, struct fm_profile *want)
{
	if (now && fm_profile_enabled(now) &&
	    !fm_claims_add(list, now, now, now))
		return false;
	if (want && fm_profile_enabled(want) &&
	    !fm_claims_add(list, want, want, want))
		return false;
	/* VIPs and ports are separate writes, so mixtures occur. */
	if (now && want && fm_profile_enabled(now) && fm_profile_enabled(want))
		return fm_claims_add(list, now, want, now) &&
		       fm_claims_add(list, want, now, now);
	return true;
}

/**
 * fm_claims_mark() - mark the services that may clash during a change
 * @now: the current services
 * @want: the wanted services
 *
 * Sets the clash member of each service that uses, now, in the end or in
 * between, a VIP and port that another service uses at any of these times.
 *
 * Return: FM_CLAIMS_FREE if all are marked, or FM_CLAIMS_NO_MEMORY.
 */
enum fm_claims fm_claims_mark(struct fm_config *now, struct fm_config *want)
{
	struct fm_claims_list list = { 0, 0, NULL };
	struct fm_claim *one, *two;
	struct fm_profile *old, *new;
	size_t i = 0, j = 0;
	bool good = true;
	int order;

	while (good && (i < now->count || j < want->count)) {
		order = i == now->count ? 1 : j == want->count ? -1 :
			strcmp(now->profile[i].name, want->profile[j].name);
		old = order <= 0 ? &now->profile[i++] : NULL;
		new = order >= 0 ? &want->profile[j++] : NULL;
		good = fm_claims_change(&list, old, new);
		if (old && new)
			new->clash = false;
	}
	if (good)
		fm_claims_sweep(&list, &one, &two);
	free(list.claim);
	return good ? FM_CLAIMS_FREE : FM_CLAIMS_NO_MEMORY;
}
