// SPDX-License-Identifier: GPL-2.0-only
/* Finds out which connections packets belong to. */

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "trace/connections.h"

/* Whether an address is a real server's, by the service or by IPVS. */
static bool fm_is_server(const struct fm_scope *scope,
			 const struct fm_instance *service,
			 const struct fm_prefix *address)
{
	const struct fm_virtual *virtual;
	size_t i, j;

	if (fm_prefix_covered(&service->real, address))
		return true;
	for (i = 0; i < scope->router.ipvs.count; i++) {
		virtual = &scope->router.ipvs.service[i];
		if (virtual->mark != service->mark)
			continue;
		for (j = 0; j < virtual->dest_count; j++) {
			if (fm_prefix_covers(&virtual->dest[j].address,
					     address))
				return true;
		}
	}
	return false;
}

/* Whether the service knows the client by another connection. */
static bool fm_is_client(const struct fm_connections *connections,
			 const struct fm_instance *service,
			 const struct fm_end *end)
{
	const struct fm_connection *each;
	size_t i;

	if (connections->scope->client.family)
		return true;
	for (i = 0; i < connections->count; i++) {
		each = connections->item[i];
		if (each->service == service &&
		    fm_addresses_equal(&each->client, end))
			return true;
	}
	return false;
}

/*
 * To the VIP, or to a real server, which then has offered its own address. A
 * port that is no setting is data, if the client is known.
 */
static bool fm_classify_request(const struct fm_connections *connections,
				const struct fm_instance *service,
				const struct fm_sighting *sighting,
				struct fm_connection *connection)
{
	const struct fm_prefix *to = &sighting->to.address;
	unsigned int port = sighting->to.port;
	bool vip = fm_prefix_listed(&service->vip, to);
	bool control = vip && fm_ranges_have(&service->control, port);

	if (!vip && !fm_is_server(connections->scope, service, to))
		return false;
	connection->kind = control ? FM_CONTROL : FM_PASSIVE;
	connection->listed = control ||
			     (vip && fm_ranges_have(&service->passive, port));
	connection->client = sighting->from;
	connection->vip = sighting->to;
	return connection->listed ||
	       fm_is_client(connections, service, &sighting->from);
}

static bool fm_classify_active(const struct fm_connections *connections,
			       const struct fm_instance *service,
			       const struct fm_sighting *sighting,
			       struct fm_connection *connection)
{
	const struct fm_scope *scope = connections->scope;

	if (!fm_is_server(scope, service, &sighting->from.address) ||
	    fm_prefix_listed(&service->vip, &sighting->to.address) ||
	    fm_is_server(scope, service, &sighting->to.address))
		return false;
	connection->kind = FM_ACTIVE;
	connection->listed = fm_ranges_have(&service->active_ports,
					    sighting->from.port);
	connection->client = sighting->to;
	connection->server = sighting->from;
	return connection->listed ||
	       fm_is_client(connections, service, &sighting->to);
}

static struct fm_connection *fm_begin_connection(struct fm_connections *all,
						 const struct fm_sighting *sighting)
{
	const struct fm_router *router = &all->scope->router;
	struct fm_connection new = {
		.sequence = sighting->sequence,
		.began = fm_now(),
	};
	size_t i;

	/*
	 * Connections begin where packets come in, or, of a real server that is
	 * this router itself, where they go out.
	 */
	if (sighting->place != FM_ARRIVED && sighting->place != FM_SENT)
		return NULL;
	for (i = 0; i < router->count && !new.service; i++) {
		if (fm_scope_has(all->scope, &router->service[i]) &&
		    (fm_classify_request(all, &router->service[i], sighting,
					 &new) ||
		     fm_classify_active(all, &router->service[i], sighting,
					&new)))
			new.service = &router->service[i];
	}
	if (!new.service)
		return NULL;
	all->unseen |= all->count == FM_CONNECTIONS_MAX;
	if (all->unseen)
		return NULL;
	all->item[all->count] = malloc(sizeof(new));
	if (!all->item[all->count])
		return NULL;
	*all->item[all->count] = new;
	return all->item[all->count++];
}

static bool fm_is_end(const struct fm_connection *connection,
		      const struct fm_end *end)
{
	return fm_ends_equal(end, &connection->vip) ||
	       fm_ends_equal(end, &connection->server);
}

/* Finds the connection of a SYN, or of its answer, by its first number. */
static struct fm_connection *fm_find_first(const struct fm_connections *all,
					   const struct fm_sighting *sighting,
					   uint32_t sequence)
{
	struct fm_connection *each;
	size_t i;

	for (i = all->count; i-- > 0;) {
		each = all->item[i];
		if (each->sequence == sequence &&
		    each->client.address.family ==
		    sighting->from.address.family)
			return each;
	}
	return NULL;
}

/* Finds the connection of a later packet by its ends. */
static struct fm_connection *fm_find_later(const struct fm_connections *all,
					   const struct fm_sighting *sighting)
{
	struct fm_connection *each;
	size_t i;

	for (i = all->count; i-- > 0;) {
		each = all->item[i];
		if ((fm_ends_equal(&sighting->from, &each->client) &&
		     fm_is_end(each, &sighting->to)) ||
		    (fm_ends_equal(&sighting->to, &each->client) &&
		     fm_is_end(each, &sighting->from)))
			return each;
	}
	return NULL;
}

static void fm_pass(struct fm_trail *passage,
		    const struct fm_sighting *sighting)
{
	passage->seen |= 1u << sighting->place;
	passage->count[sighting->place]++;
	passage->at[sighting->place] = *sighting;
}

/* Learns the ends that translation hides. */
static void fm_learn(struct fm_connection *connection, enum fm_part leg,
		     const struct fm_sighting *sighting)
{
	bool active = connection->kind == FM_ACTIVE;

	if (leg == FM_OPENS && !active &&
	    (sighting->place == FM_SENT || sighting->place == FM_LEFT))
		connection->server = sighting->to;
	if (leg == FM_OPENS && active && sighting->place == FM_LEFT)
		connection->vip = sighting->from;
	/* A real server that answers directly is seen by nobody here. */
	if (leg == FM_ANSWERS && !active && sighting->place == FM_ARRIVED &&
	    !connection->server.address.family)
		connection->server = sighting->from;
}

static void fm_see_reset(struct fm_connection *connection, bool answer,
			 const struct fm_sighting *sighting)
{
	if (!connection)
		return;
	if (answer && !connection->leg[FM_ANSWERS].seen) {
		connection->refused = true;
		fm_pass(&connection->refusal, sighting);
	} else if (!connection->refused) {
		connection->reset = true;
	}
}

/**
 * fm_connections_see() - take a packet
 * @sighting: the packet, at a place
 * @arg: the connections
 */
void fm_connections_see(const struct fm_sighting *sighting, void *arg)
{
	struct fm_connections *all = arg;
	struct fm_connection *connection;
	enum fm_part leg;
	bool opener;

	if (sighting->flags & FM_TCP_RST) {
		connection = fm_find_first(all, sighting, sighting->acked - 1);
		fm_see_reset(connection ? connection :
			     fm_find_later(all, sighting), connection,
			     sighting);
		return;
	}
	if (sighting->flags & FM_TCP_SYN && sighting->flags & FM_TCP_ACK) {
		leg = FM_ANSWERS;
		connection = fm_find_first(all, sighting, sighting->acked - 1);
	} else if (sighting->flags & FM_TCP_SYN) {
		leg = FM_OPENS;
		connection = fm_find_first(all, sighting, sighting->sequence);
		if (!connection)
			connection = fm_begin_connection(all, sighting);
	} else {
		connection = fm_find_later(all, sighting);
		opener = connection &&
			 fm_ends_equal(&sighting->from, &connection->client) ==
			 (connection->kind != FM_ACTIVE);
		leg = opener ? FM_CLOSES : FM_ENDS;
	}
	if (!connection)
		return;
	fm_pass(&connection->leg[leg], sighting);
	fm_learn(connection, leg, sighting);
}

/**
 * fm_connections_free() - free connections
 * @connections: the connections
 */
void fm_connections_free(struct fm_connections *connections)
{
	while (connections->count)
		free(connections->item[--connections->count]);
}
