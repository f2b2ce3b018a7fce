// SPDX-License-Identifier: GPL-2.0-only
/* The places at which packets are seen. */

#include <limits.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <string.h>

#include "trace/trace.h"

/*
 * A hook goes ahead of those that have its priority already. So a place with the
 * priority of the module's or IPVS's hook is right ahead of it.
 */
const struct fm_place_entry fm_places[FM_PLACES] = {
	[FM_ARRIVED] = { "arrived", "arrived",
		FM_PREROUTING, NF_INET_PRE_ROUTING, INT_MIN },
	[FM_AHEAD] = { "ahead", "came to the module",
		FM_PREROUTING, NF_INET_PRE_ROUTING, FM_PRI_MODULE },
	[FM_MARKED] = { "marked", "passed the module",
		FM_PREROUTING, NF_INET_PRE_ROUTING, FM_PRI_MODULE + 1 },
	[FM_ROUTING] = { "routing", "passed PREROUTING",
		FM_PREROUTING, NF_INET_PRE_ROUTING, INT_MAX },
	[FM_ROUTED_IN] = { "routed-in", "was routed to this router",
		FM_INPUT, NF_INET_LOCAL_IN, INT_MIN },
	[FM_DOOR] = { "door", "came to IPVS's door",
		FM_INPUT, NF_INET_LOCAL_IN, FM_PRI_IPVS },
	[FM_PAST] = { "past", "was let past by IPVS",
		FM_INPUT, NF_INET_LOCAL_IN, INT_MAX },
	[FM_ROUTED_ON] = { "routed-on", "was routed on",
		FM_FORWARD, NF_INET_FORWARD, INT_MIN },
	[FM_ANSWER_DOOR] = { "answer-door", "came to IPVS's door in FORWARD",
		FM_FORWARD, NF_INET_FORWARD, FM_PRI_IPVS },
	[FM_TRANSLATED] = { "translated", "passed IPVS",
		FM_FORWARD, NF_INET_FORWARD, FM_PRI_NAT_SRC + 1 },
	[FM_FORWARDED] = { "forwarded", "passed FORWARD",
		FM_FORWARD, NF_INET_FORWARD, INT_MAX },
	[FM_SENT] = { "sent", "was sent on by IPVS",
		FM_OUTPUT, NF_INET_LOCAL_OUT, INT_MIN },
	[FM_LEFT] = { "left", "left this router",
		FM_POSTROUTING, NF_INET_POST_ROUTING, INT_MAX },
};

/**
 * fm_scope_has() - is a service watched
 * @scope: what is watched
 * @service: the service
 *
 * Return: true if it is.
 */
bool fm_scope_has(const struct fm_scope *scope,
		  const struct fm_instance *service)
{
	return scope->name ? !strcmp(scope->name, service->profile->name) :
			     service->enabled;
}

/**
 * fm_addresses_equal() - have two ends the same address
 * @a: one
 * @b: the other
 *
 * Return: true if they have.
 */
bool fm_addresses_equal(const struct fm_end *a, const struct fm_end *b)
{
	return a->address.family == b->address.family &&
	       !memcmp(a->address.byte, b->address.byte,
		       sizeof(a->address.byte));
}

/**
 * fm_ends_equal() - are two ends the same
 * @a: one
 * @b: the other
 *
 * Return: true if they are.
 */
bool fm_ends_equal(const struct fm_end *a, const struct fm_end *b)
{
	return a->port == b->port && fm_addresses_equal(a, b);
}
