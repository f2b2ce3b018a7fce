// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends the packets of FTP through the rules: which hooks they pass, as what
 * conntrack sees them, and where the module and IPVS change them.
 */

#include <limits.h>
#include <string.h>

#include "check/packets.h"
#include "check/questions.h"

/* A walk through more rules takes too long. */
enum { FM_PACKETS_WORK = 200000 };

/* What hooks have whose packets have no such interface; no rule names it. */
static const char fm_no_interface[] = "";

/* Behind IPVS, which follows the module at once. */
enum { FM_PRI_BEHIND_IPVS = FM_PRI_NAT_SRC + 1 };

/**
 * fm_packets_ports() - find the ports that packets have on the server's side
 * @service: the service
 * @leg: the part of their way
 * @set: the ports
 */
void fm_packets_ports(const struct fm_instance *service, enum fm_leg leg,
		      struct fm_ranges *set)
{
	struct fm_portmap map;
	size_t i;

	if (leg >= FM_LEG_DIAL) {
		*set = service->active_ports;
		return;
	}
	memset(&map, 0, sizeof(map));
	for (i = 0; i < service->control.count; i++)
		fm_portmap_add(&map, &service->control.item[i]);
	for (i = 0; i < service->passive.count; i++)
		fm_portmap_add(&map, &service->passive.item[i]);
	if (!fm_portmap_ranges(&map, set))
		*set = service->control;
}

/* Whether packets come from the real server. */
static bool fm_leg_back(enum fm_leg leg)
{
	return leg == FM_LEG_REPLY || leg == FM_LEG_DIAL;
}

/* Whether packets belong to connections that conntrack keeps. */
static bool fm_tracked(const struct fm_question *question)
{
	/* The module keeps active data out of it even with vs.conntrack. */
	if (question->leg >= FM_LEG_DIAL)
		return fm_service_tracks(question->service);
	return question->router->sysctls.vs_conntrack > 0;
}

/*
 * IPVS has conntrack forget each packet's entry. So conntrack takes each for the
 * first of a connection, which a SYN-ACK or FIN can't be.
 */
static unsigned int fm_state(const struct fm_question *question)
{
	bool first = question->phase == FM_PHASE_OPEN &&
		     (question->leg == FM_LEG_CLIENT ||
		      question->leg == FM_LEG_SERVER ||
		      question->leg == FM_LEG_DIAL);

	if (question->service->notrack && question->leg < FM_LEG_DIAL)
		return FM_STATE_UNTRACKED;
	if (first)
		return FM_STATE_NEW;
	if (question->leg >= FM_LEG_DIAL && fm_tracked(question))
		return FM_STATE_ESTABLISHED | FM_STATE_SNAT;
	if (fm_tracked(question))
		return FM_STATE_ESTABLISHED;
	return question->phase == FM_PHASE_DATA &&
	       question->router->sysctls.tcp_loose ? FM_STATE_NEW :
						      FM_STATE_INVALID;
}

static unsigned int fm_flags(const struct fm_question *question)
{
	switch (question->phase) {
	case FM_PHASE_OPEN:
		return question->leg == FM_LEG_CLIENT ||
		       question->leg == FM_LEG_SERVER ||
		       question->leg == FM_LEG_DIAL ? FM_TCP_SYN :
						      FM_TCP_SYN | FM_TCP_ACK;
	case FM_PHASE_CLOSE:
		return FM_TCP_FIN | FM_TCP_ACK;
	default:
		return FM_TCP_ACK;
	}
}

static void fm_walk(const struct fm_question *question, struct fm_flow *flow,
		    enum fm_hook hook, int first, int behind)
{
	fm_flow_walk(question->router->firewall.rules, flow, hook, first,
		     behind);
}

/* What the module makes of the mark of packets to the VIP. */
static void fm_module_marks(const struct fm_instance *service,
			    struct fm_flow *flow)
{
	struct fm_share *share;

	for (share = flow->share; share; share = share->next) {
		if (service->keep && (share->mark || share->lost))
			continue;
		share->mark = service->mark;
		share->lost = false;
		share->marker = NULL;
	}
}

/* From the client to IPVS, or to whom conntrack translates the VIP. */
static void fm_walk_in(const struct fm_question *question, struct fm_flow *flow)
{
	struct fm_packet *packet = &flow->packet;

	packet->to = question->vip;
	packet->in = question->device;
	packet->out = fm_no_interface;
	packet->local = true;
	fm_walk(question, flow, FM_PREROUTING, INT_MIN, FM_PRI_MODULE);
	if (question->leg == FM_LEG_CLIENT)
		fm_module_marks(question->service, flow);
	fm_walk(question, flow, FM_PREROUTING, FM_PRI_MODULE, INT_MAX);
	if (question->leg == FM_LEG_CLIENT || !fm_service_tracks(question->service)) {
		fm_walk(question, flow, FM_INPUT, INT_MIN, FM_PRI_IPVS);
		return;
	}
	packet->local = false;
	packet->to = question->real;
	packet->out = question->inside;
	fm_walk(question, flow, FM_FORWARD, INT_MIN, INT_MAX);
	fm_walk(question, flow, FM_POSTROUTING, INT_MIN, FM_PRI_NAT_SRC);
}

/* From IPVS to the real server. */
static void fm_walk_on(const struct fm_question *question, struct fm_flow *flow)
{
	struct fm_share *share;

	/* IPVS takes what conntrack made of the packet from it. */
	for (share = flow->share; share; share = share->next) {
		if (!fm_tracked(question) && share->state == FM_STATE_NEW)
			share->state = FM_STATE_UNTRACKED;
	}
	flow->packet.to = question->direct ? question->vip : question->real;
	flow->packet.in = fm_no_interface;
	flow->packet.out = question->inside;
	fm_walk(question, flow, FM_OUTPUT, INT_MIN, INT_MAX);
	fm_walk(question, flow, FM_POSTROUTING, INT_MIN, FM_PRI_NAT_SRC);
}

/* From the real server to the client. */
static void fm_walk_out(const struct fm_question *question,
			struct fm_flow *flow)
{
	bool nat = question->leg == FM_LEG_DIAL &&
		   fm_service_tracks(question->service);
	struct fm_packet *packet = &flow->packet;
	struct fm_share *share;

	packet->from = question->real;
	packet->in = question->inside;
	packet->out = fm_no_interface;
	fm_walk(question, flow, FM_PREROUTING, INT_MIN, INT_MAX);
	packet->out = question->device;
	fm_walk(question, flow, FM_FORWARD, INT_MIN, FM_PRI_BEHIND_IPVS);
	for (share = flow->share; share && !nat; share = share->next) {
		if (!fm_tracked(question) && share->state == FM_STATE_NEW)
			share->state = FM_STATE_UNTRACKED;
	}
	if (!nat)
		packet->from = question->vip;
	fm_walk(question, flow, FM_FORWARD, FM_PRI_BEHIND_IPVS, INT_MAX);
	fm_walk(question, flow, FM_POSTROUTING, INT_MIN, FM_PRI_NAT_SRC);
}

/**
 * fm_packets_send() - send packets through the rules
 * @question: which packets
 * @flow: what became of them; the caller frees it
 *
 * Return: false if out of memory.
 */
bool fm_packets_send(const struct fm_question *question, struct fm_flow *flow)
{
	bool marked = question->leg == FM_LEG_SERVER;
	struct fm_share *share;
	struct fm_ranges ports;
	size_t i;

	memset(flow, 0, sizeof(*flow));
	question->router->firewall.rules->walk++;
	flow->packet.family = question->vip->family;
	flow->packet.strangers = question->certain;
	flow->packet.others = &question->service->real;
	flow->packet.flags = fm_flags(question);
	flow->packet.sport = fm_leg_back(question->leg);
	flow->work = FM_PACKETS_WORK;
	fm_packets_ports(question->service, question->leg, &ports);
	if (!ports.count)
		return true;
	share = fm_flow_add(flow, &ports.item[0],
			    marked ? question->service->mark : 0,
			    fm_state(question));
	if (!share)
		return false;
	for (i = 1; i < ports.count; i++)
		fm_portmap_add(&share->port, &ports.item[i]);
	switch (question->leg) {
	case FM_LEG_CLIENT:
	case FM_LEG_ANSWER:
		fm_walk_in(question, flow);
		break;
	case FM_LEG_SERVER:
	case FM_LEG_RETURN:
		fm_walk_on(question, flow);
		break;
	default:
		fm_walk_out(question, flow);
		break;
	}
	return !question->router->firewall.rules->failed;
}
