// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks the kernel what becomes of clients' packets: whether it takes them in by
 * each interface, and which way answers leave.
 */

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "router/route.h"

/* An address of somebody whom only a default route leads to, most likely. */
static const struct fm_prefix fm_strangers[] = {
	{ AF_INET, 32, { 192, 88, 99, 99 } },
	{ AF_INET6, 128, { 0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, [15] = 99 } },
};

static bool fm_link_serves(const struct fm_link *link)
{
	return (link->flags & IFF_UP) && !(link->flags & IFF_LOOPBACK) &&
	       !link->vrf;
}

/* Another host of the network that an address belongs to. */
static bool fm_neighbour_of(const struct fm_prefix *own,
			    struct fm_prefix *address)
{
	unsigned int whole = own->family == AF_INET6 ? 128 : 32;
	unsigned int last = whole / 8 - 1;
	unsigned int bit;

	*address = *own;
	address->length = whole;
	if (!own->family || own->length == whole)
		return false;
	for (bit = own->length; bit < whole; bit++)
		address->byte[bit / 8] &= ~(0x80 >> bit % 8);
	/* A network of two addresses has no other ones. */
	if (own->length == whole - 1) {
		address->byte[last] |= !(own->byte[last] & 1);
		return true;
	}
	address->byte[last] |= 1;
	if (!memcmp(address->byte, own->byte, sizeof(own->byte)))
		address->byte[last] ^= 3;
	return true;
}

/* A real server whose way leads elsewhere than to the interface. */
static const struct fm_dest *fm_trip_server(const struct fm_router *router,
					    const struct fm_trip *trip)
{
	const struct fm_virtual *virtual;
	const struct fm_dest *dest;
	size_t i, j;

	for (i = 0; i < router->ipvs.count; i++) {
		virtual = &router->ipvs.service[i];
		for (j = 0; j < virtual->dest_count; j++) {
			dest = &virtual->dest[j];
			if (virtual->mark == trip->service->mark &&
			    dest->address.family == trip->vip->family &&
			    dest->way.type == RTN_UNICAST &&
			    dest->way.link != trip->link)
				return dest;
		}
	}
	return NULL;
}

/* Whether a real server is behind the interface. */
static bool fm_trip_inside(const struct fm_router *router,
			   const struct fm_trip *trip)
{
	const struct fm_virtual *virtual;
	size_t i, j;

	for (i = 0; i < router->ipvs.count; i++) {
		virtual = &router->ipvs.service[i];
		for (j = 0; j < virtual->dest_count; j++) {
			if (virtual->mark == trip->service->mark &&
			    virtual->dest[j].way.link == trip->link)
				return true;
		}
	}
	return false;
}

/* Which way answers to a stranger leave. */
static int fm_trip_back(struct nl_sock *sock, const struct fm_router *router,
			struct fm_trip *trip)
{
	const struct fm_dest *dest = fm_trip_server(router, trip);
	struct fm_route route = {
		.links = &router->links,
		.from = trip->vip,
		.to = &fm_strangers[trip->vip->family == AF_INET6],
	};
	int err = fm_route_ask(sock, &route);

	trip->back = route.way;
	if (err || !dest)
		return err;
	route.from = &dest->address;
	route.in = dest->way.link ? dest->way.link->index : 0;
	err = fm_route_ask(sock, &route);
	trip->through = route.way;
	return err;
}

/* Takes a stranger for a client, or else a neighbour. */
static void fm_trip_client(const struct fm_router *router, struct fm_trip *trip)
{
	bool v6 = trip->vip->family == AF_INET6;
	struct fm_prefix neighbour;

	trip->client = fm_strangers[v6];
	trip->inside = fm_trip_inside(router, trip);
	if (trip->back.type == RTN_UNICAST) {
		trip->usual = trip->back.link == trip->link;
	} else if (!trip->inside &&
		   fm_neighbour_of(&trip->link->address[v6], &neighbour)) {
		trip->usual = true;
		trip->client = neighbour;
	}
}

static int fm_trip_ask(struct nl_sock *sock, const struct fm_router *router,
		       struct fm_trip *trip)
{
	struct fm_route route = {
		.links = &router->links,
		.from = &trip->client,
		.to = trip->vip,
		.mark = trip->service->mark,
		.in = trip->link->index,
	};
	int err = fm_trip_back(sock, router, trip);

	if (err)
		return err;
	fm_trip_client(router, trip);
	err = fm_route_ask(sock, &route);
	trip->local = route.way.type == RTN_LOCAL;
	if (err)
		return err;
	route.from = &fm_strangers[trip->vip->family == AF_INET6];
	err = fm_route_ask(sock, &route);
	trip->stranger = route.way.type == RTN_LOCAL;
	return err;
}

static int fm_trip_add(struct fm_router *router,
		       const struct fm_instance *service,
		       const struct fm_prefix *vip, const struct fm_link *link)
{
	struct fm_trips *trips = &router->trips;
	struct fm_trip *grown;

	grown = reallocarray(trips->item, trips->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	trips->item = grown;
	grown += trips->count;
	memset(grown, 0, sizeof(*grown));
	grown->service = service;
	grown->vip = vip;
	grown->link = link;
	trips->count++;
	return 0;
}

static int fm_trips_make(struct fm_router *router)
{
	const struct fm_instance *service = router->service;
	size_t i, j, k;
	int err = 0;

	for (i = 0; i < router->count; i++, service++) {
		if (!service->enabled)
			continue;
		for (j = 0; j < service->vip.count; j++) {
			for (k = 0; !err && k < router->links.count; k++) {
				if (fm_link_serves(&router->links.item[k]))
					err = fm_trip_add(router, service,
							  &service->vip.item[j],
							  &router->links.item[k]);
			}
		}
	}
	return err;
}

/**
 * fm_trips_gather() - ask what becomes of clients' packets
 * @router: the state of the router, with its services, interfaces and ways
 *
 * Return: 0 or -ENOMEM.
 */
int fm_trips_gather(struct fm_router *router)
{
	struct nl_sock *sock;
	size_t i;
	int err;

	sock = fm_netlink_open(NETLINK_ROUTE, &err);
	if (!sock)
		return err == -ENOMEM ? err : 0;
	err = fm_trips_make(router);
	for (i = 0; !err && i < router->trips.count; i++)
		err = fm_trip_ask(sock, router, &router->trips.item[i]);
	nl_socket_free(sock);
	return err;
}
