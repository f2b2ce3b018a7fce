// SPDX-License-Identifier: GPL-2.0-only
/* Ports of VIPs, sorted, so that whoever shares one is found next to it. */

#include <stdlib.h>
#include <string.h>

#include "model/claims.h"
#include "model/values.h"

/**
 * struct ftpmark_claim - a service and ports of one VIP
 * @vip: the VIP
 * @ports: the ports
 * @owner: the service
 */
struct ftpmark_claim {
	struct ftpmark_prefix vip;
	struct ftpmark_range ports;
	struct ftpmark_profile *owner;
};

/**
 * struct ftpmark_claims_list - claims of many services
 * @count: how many
 * @room: for how many there is room
 * @claim: these
 */
struct ftpmark_claims_list {
	size_t count;
	size_t room;
	struct ftpmark_claim *claim;
};

static int ftpmark_claim_compare(const void *a, const void *b)
{
	const struct ftpmark_claim *x = a, *y = b;
	int order = memcmp(&x->vip, &y->vip, sizeof(x->vip));

	if (order)
		return order;
	if (x->ports.first != y->ports.first)
		return x->ports.first > y->ports.first ? 1 : -1;
	return strcmp(x->owner->name, y->owner->name);
}

static bool ftpmark_claims_append(struct ftpmark_claims_list *list,
				  const struct ftpmark_prefix *vip,
				  const struct ftpmark_range *ports,
				  struct ftpmark_profile *owner)
{
	struct ftpmark_claim *grown;
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

/* The VIPs of one state with the ports of another: what a change may pass. */
static bool ftpmark_claims_add(struct ftpmark_claims_list *list,
			       const struct ftpmark_profile *vips,
			       const struct ftpmark_profile *ports,
			       struct ftpmark_profile *owner)
{
	static const char *const files[] = { "control_ports", "passive_ports" };
	struct ftpmark_prefixes hosts;
	struct ftpmark_ranges ranges;
	struct ftpmark_fault fault;
	size_t i, j, k;

	if (!ftpmark_prefixes_parse(ftpmark_profile_list(vips, "vip"), true,
				    FTPMARK_ITEMS_MAX, &hosts, &fault))
		return true;
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (!ftpmark_ranges_parse(ftpmark_profile_list(ports, files[i]),
					  &ranges, &fault))
			continue;
		for (j = 0; j < hosts.count; j++) {
			for (k = 0; k < ranges.count; k++) {
				if (!ftpmark_claims_append(list,
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
 * Two claims are of different services if the names differ: one service may
 * own claims by two profiles, of what it is and of what it is to be.
 */
static bool ftpmark_claims_differ(const struct ftpmark_claim *one,
				  const struct ftpmark_claim *two)
{
	return strcmp(one->owner->name, two->owner->name);
}

static void ftpmark_claims_sort(struct ftpmark_claims_list *list)
{
	if (list->count)
		qsort(list->claim, list->count, sizeof(*list->claim),
		      ftpmark_claim_compare);
}

/*
 * Compares each claim with the claim before it, of the same VIP, that reaches
 * furthest. Where the two overlap and their services differ, both services are
 * marked as clashing. @one and @two get the last such pair. Returns whether
 * there was one.
 */
static bool ftpmark_claims_sweep(struct ftpmark_claims_list *list,
				 struct ftpmark_claim **one,
				 struct ftpmark_claim **two)
{
	struct ftpmark_claim *furthest = NULL;
	struct ftpmark_claim *claim;
	bool found = false;
	size_t i;

	ftpmark_claims_sort(list);
	for (i = 0; i < list->count; i++) {
		claim = &list->claim[i];
		if (!furthest || memcmp(&furthest->vip, &claim->vip,
					sizeof(claim->vip))) {
			furthest = claim;
			continue;
		}
		if (furthest->ports.last >= claim->ports.first &&
		    ftpmark_claims_differ(furthest, claim)) {
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
 * ftpmark_claims_clash() - find two enabled services that share a port
 * @config: the services
 * @one: the first of the two in the file
 * @two: the other
 *
 * Return: what was found.
 */
enum ftpmark_claims ftpmark_claims_clash(const struct ftpmark_config *config,
					 const struct ftpmark_profile **one,
					 const struct ftpmark_profile **two)
{
	enum ftpmark_claims result = FTPMARK_CLAIMS_FREE;
	struct ftpmark_claims_list list = { 0, 0, NULL };
	struct ftpmark_claim *first, *second;
	struct ftpmark_profile *profile;
	size_t i;

	for (i = 0; i < config->count; i++) {
		profile = &config->profile[i];
		if (ftpmark_profile_enabled(profile) &&
		    !ftpmark_claims_add(&list, profile, profile, profile))
			result = FTPMARK_CLAIMS_NO_MEMORY;
	}
	if (result == FTPMARK_CLAIMS_FREE &&
	    ftpmark_claims_sweep(&list, &first, &second)) {
		*one = first->owner;
		*two = second->owner;
		if ((*one)->line > (*two)->line) {
			*one = second->owner;
			*two = first->owner;
		}
		result = FTPMARK_CLAIMS_CLASH;
	}
	free(list.claim);
	return result;
}

static bool ftpmark_claims_change(struct ftpmark_claims_list *list,
				  struct ftpmark_profile *now,
				  struct ftpmark_profile *want)
{
	if (now && ftpmark_profile_enabled(now) &&
	    !ftpmark_claims_add(list, now, now, now))
		return false;
	if (want && ftpmark_profile_enabled(want) &&
	    !ftpmark_claims_add(list, want, want, want))
		return false;
	/* VIPs and ports are written one after the other. */
	if (now && want && ftpmark_profile_enabled(now) &&
	    ftpmark_profile_enabled(want))
		return ftpmark_claims_add(list, now, want, now) &&
		       ftpmark_claims_add(list, want, now, now);
	return true;
}

/**
 * ftpmark_claims_mark() - find the services that get in each other's way
 * @now: the services as they are; those are marked that have, or on the way
 *	to what they are to be could have, a port that another has or will have
 * @want: the services as they are to be
 *
 * Return: FTPMARK_CLAIMS_NO_MEMORY, or another value if it is done.
 */
enum ftpmark_claims ftpmark_claims_mark(struct ftpmark_config *now,
					struct ftpmark_config *want)
{
	struct ftpmark_claims_list list = { 0, 0, NULL };
	struct ftpmark_claim *one, *two;
	struct ftpmark_profile *old, *new;
	size_t i = 0, j = 0;
	bool good = true;
	int order;

	while (good && (i < now->count || j < want->count)) {
		order = i == now->count ? 1 : j == want->count ? -1 :
			strcmp(now->profile[i].name, want->profile[j].name);
		old = order <= 0 ? &now->profile[i++] : NULL;
		new = order >= 0 ? &want->profile[j++] : NULL;
		good = ftpmark_claims_change(&list, old, new);
		if (old && new)
			new->clash = false;
	}
	if (good)
		ftpmark_claims_sweep(&list, &one, &two);
	free(list.claim);
	return good ? FTPMARK_CLAIMS_FREE : FTPMARK_CLAIMS_NO_MEMORY;
}
