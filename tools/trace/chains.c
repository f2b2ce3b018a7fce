// SPDX-License-Identifier: GPL-2.0-only
/* Takes packets through the rules of iptables and nftables, as far as is known. */

#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/walk.h"
#include "trace/evidence.h"

static void fm_chains_walk(struct fm_evidence *evidence, struct fm_flow *flow,
			   enum fm_place from, enum fm_place to)
{
	const struct fm_place_entry *first = &fm_places[from];
	const struct fm_place_entry *last = &fm_places[to];

	if (first->hook == last->hook) {
		fm_flow_walk(evidence->rules, flow, first->hook,
			     first->priority, last->priority);
		return;
	}
	fm_flow_walk(evidence->rules, flow, first->hook, first->priority,
		     INT_MAX);
	fm_flow_walk(evidence->rules, flow, last->hook, INT_MIN,
		     last->priority);
}

static bool fm_chains_begin(const struct fm_sighting *sighting, bool inward,
			    char in[IF_NAMESIZE], char out[IF_NAMESIZE],
			    struct fm_flow *flow)
{
	unsigned int port = inward ? sighting->to.port : sighting->from.port;
	struct fm_range range = { port, port };

	memset(flow, 0, sizeof(*flow));
	flow->packet.family = sighting->from.address.family;
	flow->packet.from = &sighting->from.address;
	flow->packet.to = &sighting->to.address;
	flow->packet.sport = !inward;
	flow->packet.local = inward;
	flow->packet.flags = sighting->flags;
	flow->packet.in = sighting->in ? if_indextoname(sighting->in, in) :
					 NULL;
	flow->packet.out = sighting->out ? if_indextoname(sighting->out, out) :
					   NULL;
	flow->work = 1 << 20;
	return fm_flow_add(flow, &range, sighting->mark, 0);
}

static void fm_chains_name(const struct fm_chain *chain,
			   const struct fm_rule *rule, char *text, size_t size)
{
	const struct fm_table *table = chain->table;

	if (!rule)
		snprintf(text, size, "%s table %s%s%s, chain %s (priority %d): its policy",
			 table->program, table->kind, table->kind[0] ? " " : "",
			 table->name, chain->name, chain->priority);
	else if (table->kind[0])
		snprintf(text, size, "nft rule %s %s %s handle %s", table->kind,
			 table->name, rule->chain->name, rule->text);
	else
		snprintf(text, size, "%s -t %s %s", table->program, table->name,
			 rule->text);
}

/*
 * A rule that is not understood leaves a doubt, unless no packet can have gone
 * another way.
 */
static void fm_chains_ended(const struct fm_flow *flow,
			    struct fm_causes *causes)
{
	const struct fm_share *share = flow->ended;
	bool sure = share && !share->next && !flow->share;
	char text[512];

	for (; share; share = share->next) {
		fm_chains_name(share->chain, share->rule, text, sizeof(text));
		fm_cause_add(causes, "%s %s it", text,
			     share->end != FM_STEP_DROP ?
			     sure ? "translates" : "may translate" :
			     sure ? "drops" : "may drop");
	}
}

/**
 * fm_chains_dropping() - say which rules drop or translate a packet
 * @evidence: the rules
 * @sighting: the packet, where it was seen last
 * @inward: it goes from the client to the real server
 * @missing: the place where it was not seen
 * @causes: the lines
 */
void fm_chains_dropping(struct fm_evidence *evidence,
			const struct fm_sighting *sighting, bool inward,
			enum fm_place missing, struct fm_causes *causes)
{
	char in[IF_NAMESIZE], out[IF_NAMESIZE];
	struct fm_flow flow;

	if (fm_chains_begin(sighting, inward, in, out, &flow)) {
		fm_chains_walk(evidence, &flow, sighting->place, missing);
		fm_chains_ended(&flow, causes);
	}
	fm_flow_free(&flow);
}

/**
 * fm_chains_changing() - say which rule changes a packet's mark
 * @evidence: the rules
 * @sighting: the packet, where it had the right mark
 * @inward: it goes from the client to the real server
 * @missing: the place where it had another
 * @causes: the lines
 */
void fm_chains_changing(struct fm_evidence *evidence,
			const struct fm_sighting *sighting, bool inward,
			enum fm_place missing, struct fm_causes *causes)
{
	char in[IF_NAMESIZE], out[IF_NAMESIZE], text[512];
	const struct fm_share *share;
	struct fm_flow flow;

	if (fm_chains_begin(sighting, inward, in, out, &flow)) {
		fm_chains_walk(evidence, &flow, sighting->place, missing);
		for (share = flow.share; share; share = share->next) {
			if (!share->marker)
				continue;
			fm_chains_name(share->marker->chain, share->marker,
				       text, sizeof(text));
			fm_cause_add(causes, "%s changes the mark", text);
		}
	}
	fm_flow_free(&flow);
}
