// SPDX-License-Identifier: GPL-2.0-only
/* Gathers the ways to VIPs and real servers, over rtnetlink. */

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/macros.h"
#include "router/netlink.h"
#include "router/route.h"

/* Asks for the route in each VRF, too, until one is found. */
static int fm_route_search(struct nl_sock *sock, struct fm_route *route,
			   unsigned int type)
{
	const struct fm_link *link = route->links->item;
	size_t left = route->links->count;
	int err;

	route->vrf = 0;
	err = fm_route_ask(sock, route);
	for (; !err && left && route->way.type != type; left--, link++) {
		if (!link->vrf)
			continue;
		route->vrf = link->index;
		err = fm_route_ask(sock, route);
	}
	return err;
}

enum { FM_NEIGHBOUR_TURNS = 4 };

static int fm_vips(struct nl_sock *sock, const struct fm_links *links,
		   struct fm_instance *service)
{
	struct fm_route route = { .links = links };
	size_t i;
	int err;

	for (i = 0; i < service->vip.count; i++) {
		route.to = &service->vip.item[i];
		route.mark = service->mark;
		err = fm_route_search(sock, &route, RTN_LOCAL);
		if (err)
			return err;
		service->local[i] = route.way.type == RTN_LOCAL;
		route.mark = 0;
		err = fm_route_search(sock, &route, RTN_LOCAL);
		if (err)
			return err;
		service->bare[i] = route.way.type == RTN_LOCAL;
	}
	return 0;
}

static int fm_dests(struct nl_sock *sock, const struct fm_links *links,
		    struct fm_virtual *virtual)
{
	/* IPVS asks without the mark. */
	struct fm_route route = { .links = links };
	struct fm_dest *dest;
	size_t i;
	int err;

	for (i = 0; i < virtual->dest_count; i++) {
		dest = &virtual->dest[i];
		route.to = &dest->address;
		err = fm_route_search(sock, &route, RTN_UNICAST);
		if (err)
			return err;
		/* A server that is this machine is found in no VRF. */
		if (route.vrf && route.way.type != RTN_UNICAST) {
			route.vrf = 0;
			err = fm_route_ask(sock, &route);
			if (err)
				return err;
		}
		dest->way = route.way;
	}
	return 0;
}

/* A neighbour may be the next hop of several real servers. */
static int fm_neighbour(struct nl_msg *msg, void *arg)
{
	struct ndmsg *answer = nlmsg_data(nlmsg_hdr(msg));
	struct nlattr *attr[NDA_MAX + 1];
	struct fm_router *router = arg;
	const struct fm_link *link;
	struct fm_way *way;
	size_t i, j;

	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(*answer), attr, NDA_MAX, NULL) ||
	    !attr[NDA_DST])
		return NL_SKIP;
	link = fm_link_find(&router->links, answer->ndm_ifindex);
	for (i = 0; i < router->ipvs.count; i++) {
		for (j = 0; j < router->ipvs.service[i].dest_count; j++) {
			way = &router->ipvs.service[i].dest[j].way;
			if (way->hop.family == answer->ndm_family &&
			    way->link == link &&
			    !memcmp(way->hop.byte, nla_data(attr[NDA_DST]),
				    way->hop.length / 8))
				way->neighbour = answer->ndm_state;
		}
	}
	return NL_OK;
}

static bool fm_neighbours_asked(const struct fm_router *router)
{
	size_t i, j;

	for (i = 0; i < router->ipvs.count; i++) {
		for (j = 0; j < router->ipvs.service[i].dest_count; j++) {
			if (router->ipvs.service[i].dest[j].way.neighbour &
			    NUD_INCOMPLETE)
				return true;
		}
	}
	return false;
}

/* The kernel asks for a neighbour three times, a second apart. */
static int fm_neighbours(struct fm_router *router)
{
	unsigned int turn;
	size_t i;
	int err;

	for (turn = 0;; turn++) {
		err = 0;
		for (i = 0; !err && i < ARRAY_SIZE(fm_families); i++)
			err = fm_netlink_dump(RTM_GETNEIGH, fm_families[i],
					      fm_neighbour, router);
		if (err || turn == FM_NEIGHBOUR_TURNS ||
		    !fm_neighbours_asked(router))
			return err;
		sleep(1);
	}
}

/**
 * fm_ways_gather() - find the ways to VIPs and real servers
 * @router: the state of the router, with its services, IPVS and interfaces
 *
 * Return: 0 or -ENOMEM.
 */
int fm_ways_gather(struct fm_router *router)
{
	struct nl_sock *sock;
	size_t i, j;
	int err;

	for (i = 0; i < router->count; i++) {
		for (j = 0; j < router->service[i].vip.count; j++) {
			router->service[i].local[j] = FM_UNKNOWN;
			router->service[i].bare[j] = FM_UNKNOWN;
		}
	}
	sock = fm_netlink_open(NETLINK_ROUTE, &err);
	if (!sock)
		return err == -ENOMEM ? err : 0;
	for (i = 0; !err && i < router->count; i++)
		err = fm_vips(sock, &router->links, &router->service[i]);
	for (i = 0; !err && i < router->ipvs.count; i++)
		err = fm_dests(sock, &router->links, &router->ipvs.service[i]);
	nl_socket_free(sock);
	if (!err)
		err = fm_neighbours(router);
	return err == -ENOMEM ? err : 0;
}
