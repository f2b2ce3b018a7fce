/* SPDX-License-Identifier: GPL-2.0-only */
/* Asks the kernel for routes, over rtnetlink. */
#ifndef FM_ROUTER_ROUTE_H
#define FM_ROUTER_ROUTE_H

#include "router/netlink.h"
#include "router/router.h"

/**
 * struct fm_route - a question about a route, and its answer
 * @links: the interfaces, or NULL if none is to be named
 * @to: where packets go
 * @from: their source, or NULL
 * @mark: their mark, or 0
 * @in: index of the interface that they come in by, or 0
 * @vrf: index of the VRF that they come from, or 0
 * @way: the answer
 * @out: index of the interface of the answer, or 0
 * @err: the kernel's -errno instead of an answer, or 0
 */
struct fm_route {
	const struct fm_links *links;
	const struct fm_prefix *to;
	const struct fm_prefix *from;
	uint32_t mark;
	int in;
	int vrf;
	struct fm_way way;
	int out;
	int err;
};

int fm_route_ask(struct nl_sock *sock, struct fm_route *route);

#endif /* FM_ROUTER_ROUTE_H */
