// SPDX-License-Identifier: GPL-2.0-only
/* Judges where connections end. */

#include <linux/ip_vs.h>
#include <string.h>

#include "base/clock.h"
#include "trace/verdict.h"

/* TCP repeats a packet after a second. */
#define FM_ANSWER_SECONDS 1.0

/* From a client to IPVS, which sends it to a real server. */
static const struct fm_path fm_path_in = { 8, {
	FM_ARRIVED, FM_AHEAD, FM_MARKED, FM_ROUTING, FM_ROUTED_IN, FM_DOOR,
	FM_SENT, FM_LEFT,
} };

/* To a real server that is this router, or by a tunnel. */
static const struct fm_path fm_path_in_local = { 7, {
	FM_ARRIVED, FM_AHEAD, FM_MARKED, FM_ROUTING, FM_ROUTED_IN, FM_DOOR,
	FM_PAST,
} };

static const struct fm_path fm_path_in_tunnel = { 6, {
	FM_ARRIVED, FM_AHEAD, FM_MARKED, FM_ROUTING, FM_ROUTED_IN, FM_DOOR,
} };

/* From a client to nf_nat, which has translated it when it is routed. */
static const struct fm_path fm_path_in_nat = { 5, {
	FM_ARRIVED, FM_ROUTING, FM_ROUTED_ON, FM_FORWARDED, FM_LEFT,
} };

/* From a real server to a client. */
static const struct fm_path fm_path_out = { 7, {
	FM_ARRIVED, FM_ROUTING, FM_ROUTED_ON, FM_ANSWER_DOOR, FM_TRANSLATED,
	FM_FORWARDED, FM_LEFT,
} };

static const struct fm_path fm_path_out_local = { 2, {
	FM_SENT, FM_LEFT,
} };

/**
 * fm_virtual_of() - find the IPVS service that a connection should have
 * @scope: what is watched
 * @connection: the connection
 *
 * Return: the IPVS service, or NULL.
 */
const struct fm_virtual *fm_virtual_of(const struct fm_scope *scope,
				       const struct fm_connection *connection)
{
	return fm_virtual_find(&scope->router, connection->service,
			       connection->client.address.family);
}

/* The method by which all of its real servers are reached, or -1. */
static int fm_method(const struct fm_scope *scope,
		     const struct fm_connection *connection)
{
	const struct fm_virtual *virtual = fm_virtual_of(scope, connection);
	size_t i;

	for (i = 0; virtual && i < virtual->dest_count; i++) {
		if (virtual->dest[i].method != virtual->dest[0].method)
			return -1;
	}
	return virtual && virtual->dest_count ? (int)virtual->dest[0].method :
						-1;
}

/**
 * fm_part_inward() - does a packet go from the client to the real server
 * @connection: its connection
 * @leg: the packet
 *
 * Return: true if it does.
 */
bool fm_part_inward(const struct fm_connection *connection, enum fm_part leg)
{
	return (connection->kind != FM_ACTIVE) ==
	       (leg == FM_OPENS || leg == FM_CLOSES);
}

/* Whether the real server is this router: its packets only go out. */
static bool fm_is_local(const struct fm_connection *connection)
{
	enum fm_part leg = connection->kind == FM_ACTIVE ? FM_OPENS :
							  FM_ANSWERS;
	unsigned int seen = connection->leg[leg].seen;

	return seen & 1u << FM_SENT && !(seen & 1u << FM_ARRIVED);
}

/**
 * fm_path_of() - find the places that a packet should pass
 * @all: all connections
 * @connection: its connection
 * @leg: the packet
 *
 * Return: the places.
 */
const struct fm_path *fm_path_of(const struct fm_connections *all,
				 const struct fm_connection *connection,
				 enum fm_part leg)
{
	const char *active;

	if (!fm_part_inward(connection, leg))
		return fm_is_local(connection) ? &fm_path_out_local :
						 &fm_path_out;
	if (fm_is_local(connection))
		return &fm_path_in_local;
	active = fm_profile_value(connection->service->profile, "active");
	if (connection->kind == FM_ACTIVE && active && strcmp(active, "ipvs"))
		return &fm_path_in_nat;
	if (fm_method(all->scope, connection) == IP_VS_CONN_F_TUNNEL)
		return &fm_path_in_tunnel;
	return &fm_path_in;
}

/* Finds the last place of a path that a packet reached. */
static bool fm_stopped(const struct fm_path *path,
		       const struct fm_trail *passage,
		       struct fm_judgement *judgement)
{
	unsigned int seen = passage->seen;
	size_t i = path->count;

	/* What was routed on, and not to IPVS, did not leave on this path. */
	if (path == &fm_path_in && seen & 1u << FM_ROUTED_ON &&
	    !(seen & 1u << FM_ROUTED_IN))
		seen &= ~(1u << FM_LEFT);
	while (i > 0 && !(seen & 1u << path->place[i - 1]))
		i--;
	judgement->reached = path->place[i ? i - 1 : 0];
	judgement->missing = path->place[i < path->count ? i : i - 1];
	return i < path->count;
}

/* Whether a packet left under, or for, an address that its receiver knows. */
static bool fm_well_addressed(const struct fm_connection *connection,
			      enum fm_part leg)
{
	const struct fm_sighting *left = &connection->leg[leg].at[FM_LEFT];
	const struct fm_instance *service = connection->service;

	if (!(connection->leg[leg].seen & 1u << FM_LEFT) ||
	    fm_part_inward(connection, leg))
		return true;
	if (connection->kind != FM_ACTIVE)
		return fm_ends_equal(&left->from, &connection->vip);
	if (service->active == FM_ACTIVE_INTERFACE)
		return !fm_addresses_equal(&left->from, &connection->server);
	return fm_prefix_listed(&service->vip, &left->from.address);
}

/* Whether both ends have gone on, so that they have heard each other. */
static bool fm_went_on(const struct fm_connection *connection)
{
	return connection->leg[FM_CLOSES].seen ||
	       connection->leg[FM_ENDS].seen || connection->reset;
}

static enum fm_outcome fm_judge_answer(const struct fm_connections *all,
				       const struct fm_connection *connection,
				       struct fm_judgement *judgement)
{
	const struct fm_trail *opens = &connection->leg[FM_OPENS];
	const struct fm_trail *answers = &connection->leg[FM_ANSWERS];
	bool repeated = opens->count[FM_ARRIVED] > 1 ||
			opens->count[FM_SENT] > 1;
	int method = fm_method(all->scope, connection);

	if (!answers->seen) {
		if (connection->refusal.seen & 1u << FM_ARRIVED)
			return FM_REFUSED_BY_PEER;
		if (connection->kind != FM_ACTIVE &&
		    (method == IP_VS_CONN_F_DROUTE ||
		     method == IP_VS_CONN_F_TUNNEL) &&
		    (!repeated || fm_went_on(connection)))
			return FM_WHOLE;
		return !repeated &&
		       fm_now() - connection->began < FM_ANSWER_SECONDS ?
		       FM_WAITING : FM_SILENT;
	}
	judgement->leg = FM_ANSWERS;
	if (fm_stopped(fm_path_of(all, connection, FM_ANSWERS), answers,
		       judgement))
		return FM_STOPPED;
	if (!fm_well_addressed(connection, FM_ANSWERS))
		return FM_WRONG_ADDRESS;
	return answers->count[FM_LEFT] > 1 && repeated &&
	       !fm_went_on(connection) ? FM_UNHEARD : FM_WHOLE;
}

/* Whether data went to none of the real servers of the client's sessions. */
static bool fm_other_server(const struct fm_connections *all,
			    const struct fm_connection *connection)
{
	const struct fm_connection *each;
	bool other = false;
	size_t i;

	for (i = 0; i < all->count; i++) {
		each = all->item[i];
		if (each->kind != FM_CONTROL ||
		    each->service != connection->service ||
		    !each->server.address.family ||
		    !fm_addresses_equal(&each->client, &connection->client))
			continue;
		if (fm_addresses_equal(&each->server, &connection->server))
			return false;
		other = true;
	}
	return other && connection->kind == FM_PASSIVE &&
	       connection->server.address.family;
}

/**
 * fm_judge_connection() - find out where a connection ends
 * @all: all connections
 * @connection: the connection
 * @judgement: the result
 */
void fm_judge_connection(const struct fm_connections *all,
			 const struct fm_connection *connection,
			 struct fm_judgement *judgement)
{
	enum fm_part leg;

	memset(judgement, 0, sizeof(*judgement));
	/* Some clients can reach real servers without the VIP. */
	if (connection->kind == FM_PASSIVE &&
	    connection->leg[FM_ANSWERS].seen & 1u << FM_LEFT &&
	    !fm_prefix_listed(&connection->service->vip,
			      &connection->vip.address))
		return;
	judgement->outcome = FM_STOPPED;
	if (fm_stopped(fm_path_of(all, connection, FM_OPENS),
		       &connection->leg[FM_OPENS], judgement))
		return;
	judgement->outcome = FM_WRONG_ADDRESS;
	if (!fm_well_addressed(connection, FM_OPENS))
		return;
	judgement->outcome = fm_judge_answer(all, connection, judgement);
	if (judgement->outcome != FM_WHOLE)
		return;
	/* The last packet may just be under way: only a repeated one counts. */
	for (leg = FM_CLOSES; leg <= FM_ENDS; leg++) {
		if (connection->leg[leg].count[FM_ARRIVED] < 2 ||
		    !fm_stopped(fm_path_of(all, connection, leg),
				&connection->leg[leg], judgement))
			continue;
		judgement->leg = leg;
		judgement->outcome = FM_STOPPED;
		return;
	}
	if (fm_other_server(all, connection))
		judgement->outcome = FM_OTHER_SERVER;
}

/**
 * fm_session_whole() - was a session seen, and nothing that hangs
 * @all: all connections
 *
 * Return: true if a data connection has ended and all connections are whole.
 */
bool fm_session_whole(const struct fm_connections *all)
{
	struct fm_judgement judgement;
	bool data = false;
	size_t i;

	for (i = 0; i < all->count; i++) {
		fm_judge_connection(all, all->item[i], &judgement);
		if (judgement.outcome != FM_WHOLE)
			return false;
		data |= all->item[i]->kind != FM_CONTROL &&
			fm_went_on(all->item[i]);
	}
	return data;
}
