// SPDX-License-Identifier: GPL-2.0-only
/* Finds out why a connection ends where it ends. */

#include <errno.h>
#include <linux/ip_vs.h>
#include <string.h>

#include "trace/causes.h"

/* How much a counter of a connection's service has grown. */
static unsigned long long fm_grown(const struct fm_evidence *evidence,
				   const struct fm_instance *service,
				   const char *file)
{
	size_t index = service - evidence->all->scope->router.service;
	size_t i;

	for (i = 0; i < fm_counters_count; i++) {
		if (!strcmp(fm_counters[i].file, file))
			return evidence->after.counts[index].value[i] -
			       evidence->before.counts[index].value[i];
	}
	return 0;
}

static void fm_cause_unmarked(const struct fm_evidence *evidence,
			      const struct fm_connection *connection,
			      const struct fm_sighting *marked,
			      struct fm_causes *causes)
{
	const struct fm_instance *service = connection->service;
	unsigned long long refused = fm_grown(evidence, service, "refused");
	char text[FM_PREFIX_TEXT];

	if (!service->enabled)
		fm_cause_add(causes, "service %s is disabled",
			     service->profile->name);
	else if (!fm_prefix_listed(&service->vip, &marked->to.address))
		fm_cause_add(causes, "server %s has offered its own address, not the VIP's",
			     fm_prefix_print(&marked->to.address, text));
	else if (!connection->listed)
		fm_cause_add(causes,
			     "port %u is none of service %s: see the server's passive ports",
			     marked->to.port, service->profile->name);
	else if (service->keep && marked->mark)
		fm_cause_add(causes, "it bore mark %u already, and on-marked is keep",
			     marked->mark);
	else if (refused)
		fm_cause_add(causes,
			     "passive-from is clients: %llu refused, without a control connection",
			     refused);
	else
		fm_cause_add(causes, "the module has not marked it: mark %u, not %u",
			     marked->mark, service->mark);
}

/* A session without data hangs, or has just begun. */
static void fm_cause_no_data(const struct fm_connections *all,
			     const struct fm_connection *connection,
			     struct fm_causes *causes)
{
	size_t i;

	for (i = 0; i < all->count; i++) {
		if (all->item[i]->kind != FM_CONTROL &&
		    fm_addresses_equal(&all->item[i]->client,
				       &connection->client))
			return;
	}
	fm_cause_add(causes, "no data connection was seen: see the server's passive address");
}

/* Finds the place where a packet to the VIP has lost the service's mark. */
static void fm_cause_mark(struct fm_evidence *evidence,
			  const struct fm_connection *connection,
			  struct fm_causes *causes)
{
	const struct fm_trail *opens = &connection->leg[FM_OPENS];
	uint32_t mark = connection->service->mark;
	enum fm_place place, last = FM_MARKED;

	if (connection->kind == FM_ACTIVE || !(opens->seen & 1u << FM_MARKED))
		return;
	if (opens->at[FM_MARKED].mark != mark) {
		fm_cause_unmarked(evidence, connection, &opens->at[FM_MARKED], causes);
		return;
	}
	for (place = FM_ROUTING; place <= FM_DOOR; last = place++) {
		if (!(opens->seen & 1u << place) ||
		    opens->at[place].mark == mark)
			continue;
		fm_cause_add(causes, "mark %u has become %u behind the module, ahead of \"%s\"",
			     mark, opens->at[place].mark, fm_places[place].id);
		fm_chains_changing(evidence, &opens->at[last], true, place,
				   causes);
		return;
	}
}

/* A packet that came to IPVS's door, and did not leave it. */
static void fm_cause_ipvs(struct fm_evidence *evidence,
			  const struct fm_connection *connection,
			  const struct fm_trail *passage,
			  struct fm_causes *causes)
{
	const struct fm_scope *scope = evidence->all->scope;
	const struct fm_virtual *virtual = fm_virtual_of(scope, connection);
	uint32_t mark = passage->at[FM_DOOR].mark;
	bool alive = false;
	size_t i;

	if (connection->kind != FM_ACTIVE && !virtual)
		fm_cause_add(causes, "IPVS has no service of mark %u for this family",
			     connection->service->mark);
	for (i = 0; virtual && i < virtual->dest_count; i++) {
		alive |= virtual->dest[i].weight > 0;
		fm_route_explain(&virtual->dest[i].address, NULL, 0, mark,
				 causes);
	}
	if (connection->kind != FM_ACTIVE && virtual && !alive)
		fm_cause_add(causes, "IPVS's service of mark %u has no real server with a weight",
			     virtual->mark);
	if (passage->seen & 1u << FM_PAST && virtual && virtual->mark == mark)
		fm_cause_add(causes, "IPVS has let it past: see sysctl net.ipv4.vs.backup_only");
	else if (passage->seen & 1u << FM_PAST)
		fm_cause_add(causes,
			     "IPVS has let it past: no such connection, no service of mark %u",
			     mark);
	else if (!causes->count)
		fm_cause_add(causes,
			     "IPVS has dropped it: see sysctl net.ipv4.vs, and ipvsadm -Ln");
}

static void fm_cause_routing(struct fm_evidence *evidence,
			     const struct fm_trail *passage,
			     const struct fm_judgement *judgement,
			     struct fm_causes *causes)
{
	const struct fm_sighting *last = &passage->at[FM_ROUTING];
	char text[FM_PREFIX_TEXT];
	int err = 0;

	fm_prefix_print(&last->to.address, text);
	if (judgement->missing == FM_ROUTED_IN &&
	    passage->seen & 1u << FM_ROUTED_ON)
		fm_cause_add(causes, "it was routed on: %s is no address of this router",
			     text);
	else if (judgement->missing == FM_ROUTED_ON &&
		 passage->seen & 1u << FM_ROUTED_IN)
		fm_cause_add(causes, "%s is an address of this router", text);
	else
		err = fm_route_explain(&last->to.address, &last->from.address,
				       last->in, last->mark, causes);
	if ((err == -EXDEV || err == -EINVAL) &&
	    evidence->after.rp_filter > evidence->before.rp_filter)
		fm_cause_add(causes, "the kernel's counter IPReversePathFilter has grown by %llu",
			     evidence->after.rp_filter -
			     evidence->before.rp_filter);
}

static void fm_cause_stopped(struct fm_evidence *evidence,
			     const struct fm_connection *connection,
			     const struct fm_judgement *judgement,
			     struct fm_causes *causes)
{
	const struct fm_trail *passage = &connection->leg[judgement->leg];
	bool inward = fm_part_inward(connection, judgement->leg);
	unsigned long long count;

	if (judgement->reached == FM_ROUTING)
		fm_cause_routing(evidence, passage, judgement, causes);
	if (judgement->reached == FM_DOOR)
		fm_cause_ipvs(evidence, connection, passage, causes);
	else
		fm_chains_dropping(evidence, &passage->at[judgement->reached],
				   inward, judgement->missing, causes);
	if (judgement->reached == FM_ARRIVED &&
	    evidence->after.conntrack > evidence->before.conntrack)
		fm_cause_add(causes,
			     "conntrack has dropped %llu: see net.netfilter.nf_conntrack_max",
			     evidence->after.conntrack -
			     evidence->before.conntrack);
	count = fm_grown(evidence, connection->service, "active_failed");
	if (judgement->reached == FM_ANSWER_DOOR && count)
		fm_cause_add(causes, "the module could not enter %llu into IPVS",
			     count);
	if (judgement->reached >= FM_ANSWER_DOOR && !inward &&
	    connection->vip.address.family)
		fm_route_explain(&connection->client.address,
				 &connection->vip.address, 0, 0, causes);
}

static void fm_cause_silent(struct fm_evidence *evidence,
			    const struct fm_connection *connection,
			    struct fm_causes *causes)
{
	const struct fm_connections *all = evidence->all;
	bool active = connection->kind == FM_ACTIVE;
	const struct fm_end *peer = active ? &connection->client :
					     &connection->server;
	char text[FM_PREFIX_TEXT];
	bool heard = false;
	size_t i;

	fm_neighbour_explain(&peer->address, causes);
	if (causes->count)
		return;
	fm_prefix_print(&peer->address, text);
	for (i = 0; i < all->count; i++)
		heard |= fm_addresses_equal(active ? &all->item[i]->client :
					    &all->item[i]->server, peer) &&
			 (all->item[i]->leg[FM_ANSWERS].seen ||
			  (active && all->item[i]->kind != FM_ACTIVE));
	if (active)
		fm_cause_add(causes,
			     "client %s does not answer: a firewall or NAT; passive mode needs neither",
			     text);
	else if (heard)
		fm_cause_add(causes,
			     "server %s answers others: its own packet filter stops port %u",
			     text, peer->port);
	else
		fm_cause_add(causes,
			     "server %s is there: it drops this, or its gateway is not this router",
			     text);
}

static void fm_cause_address(struct fm_evidence *evidence,
			     const struct fm_connection *connection,
			     const struct fm_judgement *judgement,
			     struct fm_causes *causes)
{
	const struct fm_trail *passage = &connection->leg[judgement->leg];
	const struct fm_sighting *left = &passage->at[FM_LEFT];
	const struct fm_instance *service = connection->service;
	char text[FM_PREFIX_TEXT];

	fm_prefix_print(&left->from.address, text);
	fm_cause_add(causes, "it left as %s port %u", text, left->from.port);
	if (!fm_addresses_equal(&left->from, &connection->server)) {
		fm_chains_dropping(evidence, &passage->at[FM_TRANSLATED], false,
				   FM_LEFT, causes);
	} else if (connection->kind != FM_ACTIVE) {
		fm_cause_add(causes, "IPVS does not know this connection");
	} else if (service->active == FM_ACTIVE_OFF) {
		fm_cause_add(causes, "service %s has active off, or no real servers",
			     service->profile->name);
	} else if (!connection->listed) {
		fm_cause_add(causes,
			     "port %u is none of its active-ports: servers have to use those",
			     connection->server.port);
	} else if (!fm_prefix_covered(&service->real,
				      &connection->server.address)) {
		fm_cause_add(causes, "%s is none of the real-servers of service %s",
			     text, service->profile->name);
	} else {
		fm_cause_add(causes,
			     "nobody has translated it; NAT has no packets that a rule does not track");
	}
}

static void fm_cause_other(struct fm_evidence *evidence,
			   const struct fm_connection *connection,
			   struct fm_causes *causes)
{
	const struct fm_virtual *virtual =
		fm_virtual_of(evidence->all->scope, connection);

	if (virtual && !(virtual->flags & IP_VS_SVC_F_PERSISTENT))
		fm_cause_add(causes, "IPVS's service of mark %u is not persistent",
			     virtual->mark);
	else
		fm_cause_add(causes, "not both went to IPVS's service of mark %u",
			     connection->service->mark);
}

/**
 * fm_causes_find() - find out why a connection ends where it ends
 * @evidence: what causes are found by
 * @connection: the connection
 * @judgement: where it ends
 * @causes: the lines
 */
void fm_causes_find(struct fm_evidence *evidence,
		    const struct fm_connection *connection,
		    const struct fm_judgement *judgement,
		    struct fm_causes *causes)
{
	char text[FM_PREFIX_TEXT];

	if (judgement->outcome == FM_WHOLE && connection->kind == FM_CONTROL)
		fm_cause_no_data(evidence->all, connection, causes);
	if (judgement->outcome > FM_WAITING &&
	    judgement->outcome != FM_OTHER_SERVER)
		fm_cause_mark(evidence, connection, causes);
	switch (judgement->outcome) {
	case FM_STOPPED:
		fm_cause_stopped(evidence, connection, judgement, causes);
		break;
	case FM_SILENT:
		fm_cause_silent(evidence, connection, causes);
		break;
	case FM_REFUSED_BY_PEER:
		fm_prefix_print(&connection->refusal.at[FM_ARRIVED].from.address,
				text);
		fm_cause_add(causes, "%s answers with a reset: nothing listens on its port %u",
			     text,
			     connection->refusal.at[FM_ARRIVED].from.port);
		break;
	case FM_WRONG_ADDRESS:
		fm_cause_address(evidence, connection, judgement, causes);
		break;
	case FM_UNHEARD:
		fm_cause_add(causes,
			     "the answer left, and is repeated: it is lost beyond this router");
		break;
	case FM_OTHER_SERVER:
		fm_cause_other(evidence, connection, causes);
		break;
	default:
		break;
	}
}
