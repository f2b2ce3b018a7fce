// SPDX-License-Identifier: GPL-2.0-only
/* Which services claim a VIP: the first step of building a table's VIPs. */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "claims.h"

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

/**
 * ftpmark_claims_begin - find the first claim of a family
 * @claims: built
 * @ipv6: which family
 *
 * Return: its index; the number of claims if the family has none behind it.
 */
u32 ftpmark_claims_begin(const struct ftpmark_claims *claims, bool ipv6)
{
	u32 begin = 0;

	while (ipv6 && begin < claims->count &&
	       claims->claim[begin].family == NFPROTO_IPV4)
		begin++;
	return begin;
}

/**
 * ftpmark_claims_end - find the end of the claims of one VIP
 * @claims: sorted
 * @at: index of the VIP's first claim
 *
 * Return: the index behind its last claim.
 */
u32 ftpmark_claims_end(const struct ftpmark_claims *claims, u32 at)
{
	u32 end = at + 1;

	while (end < claims->count &&
	       ftpmark_claim_same_vip(&claims->claim[at], &claims->claim[end]))
		end++;
	return end;
}

static void ftpmark_claims_fill(struct ftpmark_claims *claims,
				const struct ftpmark_source *sources, u32 count)
{
	struct ftpmark_claim *claim = claims->claim;
	u32 i, j;

	for (i = 0; i < count; i++) {
		const struct ftpmark_prefixes *vip = sources[i].settings->vip;

		for (j = 0; j < vip->count; j++, claim++) {
			claim->key = vip->prefix[j].addr;
			claim->family = vip->prefix[j].family;
			claim->source = i;
		}
	}
	sort(claims->claim, claims->count, sizeof(*claims->claim),
	     ftpmark_claim_cmp, NULL);
}

/**
 * ftpmark_claims_build - collect the claims of all services
 * @claims: where; all zero
 * @sources: enabled services in name order, each with a VIP
 * @count: number of services
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM; ftpmark_claims_destroy() is due in both cases.
 */
int ftpmark_claims_build(struct ftpmark_claims *claims,
			 const struct ftpmark_source *sources, u32 count)
{
	u32 i, end;

	for (i = 0; i < count; i++)
		claims->count += sources[i].settings->vip->count;

	claims->claim = kvcalloc(claims->count, sizeof(*claims->claim),
				 GFP_KERNEL);
	if (!claims->claim)
		return -ENOMEM;

	ftpmark_claims_fill(claims, sources, count);
	for (i = 0; i < claims->count; i = end) {
		end = ftpmark_claims_end(claims, i);
		claims->vips[claims->claim[i].family == NFPROTO_IPV6]++;
		claims->shared += end - i > 1;
	}
	return 0;
}

/**
 * ftpmark_claims_destroy - free what the claims hold
 * @claims: built, or all zero
 */
void ftpmark_claims_destroy(struct ftpmark_claims *claims)
{
	kvfree(claims->claim);
}
