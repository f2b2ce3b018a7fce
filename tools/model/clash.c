// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds services of a file that share a port of a VIP, so that the file can be
 * refused without the module, which judges the same at commit.
 */

#include <stdlib.h>
#include <string.h>

#include "model/clash.h"
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
	const struct fm_profile *owner;
};

static int fm_claim_compare(const void *a, const void *b)
{
	const struct fm_claim *x = a, *y = b;
	int order = memcmp(&x->vip, &y->vip, sizeof(x->vip));

	if (order)
		return order;
	if (x->ports.first != y->ports.first)
		return x->ports.first > y->ports.first ? 1 : -1;
	return (x->owner > y->owner) - (x->owner < y->owner);
}

/* Writes the claims of a service, if there is room, and returns their number. */
static size_t fm_claims_list(const struct fm_profile *profile,
			     struct fm_claim *claim)
{
	static const char *const files[] = { "control_ports", "passive_ports" };
	struct fm_prefixes vips;
	struct fm_ranges ports;
	struct fm_fault fault;
	size_t count = 0;
	size_t i, j, k;

	if (!fm_profile_enabled(profile) ||
	    !fm_prefixes_parse(fm_profile_list(profile, "vip"), true,
			       FM_ITEMS_MAX, &vips, &fault))
		return 0;
	for (i = 0; i < 2; i++) {
		if (!fm_ranges_parse(fm_profile_list(profile, files[i]),
				     &ports, &fault))
			continue;
		for (j = 0; claim && j < vips.count; j++) {
			for (k = 0; k < ports.count; k++)
				*claim++ = (struct fm_claim){
					vips.item[j], ports.item[k], profile
				};
		}
		count += vips.count * ports.count;
	}
	return count;
}

/**
 * fm_clash_find() - find two enabled services that share a port
 * @config: the services
 * @one: the service that stands first in the file, or NULL if none do
 * @two: the other service
 *
 * Return: false if out of memory.
 */
bool fm_clash_find(const struct fm_config *config,
		   const struct fm_profile **one, const struct fm_profile **two)
{
	const struct fm_profile *later;
	struct fm_claim *list, *widest;
	size_t count = 0;
	size_t i;

	*one = NULL;
	*two = NULL;
	for (i = 0; i < config->count; i++)
		count += fm_claims_list(&config->profile[i], NULL);
	list = malloc((count + 1) * sizeof(*list));
	if (!list)
		return false;
	for (count = 0, i = 0; i < config->count; i++)
		count += fm_claims_list(&config->profile[i], list + count);
	qsort(list, count, sizeof(*list), fm_claim_compare);
	/* Compares each claim with the one before it that reaches furthest. */
	for (widest = list, i = 1; i < count && !*one; i++) {
		if (!memcmp(&widest->vip, &list[i].vip, sizeof(widest->vip))) {
			if (widest->ports.last >= list[i].ports.first &&
			    widest->owner != list[i].owner) {
				*one = widest->owner;
				*two = list[i].owner;
			}
			if (list[i].ports.last <= widest->ports.last)
				continue;
		}
		widest = &list[i];
	}
	if (*one && (*one)->line > (*two)->line) {
		later = *one;
		*one = *two;
		*two = later;
	}
	free(list);
	return true;
}
