// SPDX-License-Identifier: GPL-2.0-only
/* Assigns what nat does with data of real servers to services. */

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "import/steps.h"
#include "model/values.h"

/**
 * struct fm_dial - how data of real servers is translated
 * @real: the real servers
 * @target: FM_STEP_SNAT or FM_STEP_MASQUERADE
 * @source: the address, for FM_STEP_SNAT
 * @rule: the rule that does it
 * @walk: number of the walk, to find the rules that packets met
 * @all: it does for all source ports but those of other rules
 * @ports: the source ports for which it does
 */
struct fm_dial {
	struct fm_prefix real;
	enum fm_step_kind target;
	struct fm_prefix source;
	struct fm_rule *rule;
	unsigned int walk;
	bool all;
	struct fm_portmap ports;
};

/**
 * struct fm_dials - all that was found
 * @count: their number
 * @item: the items
 */
struct fm_dials {
	size_t count;
	struct fm_dial *item;
};

/* Why the module would refuse a prefix as real servers, or NULL. */
static const char *fm_real_refused(const struct fm_prefix *real)
{
	char text[FM_PREFIX_TEXT];
	struct fm_prefixes list;
	struct fm_fault fault;

	if (fm_prefixes_parse(fm_prefix_print(real, text), false, 1,
			      &list, &fault))
		return NULL;
	return fault.why;
}

/* Whether another share of packets has some of the ports. */
static const struct fm_share *fm_dial_rival(const struct fm_flow *flow,
					    const struct fm_share *share)
{
	const struct fm_share *other;

	for (other = flow->share; other; other = other->next) {
		if (fm_share_meets(other, &share->port))
			return other;
	}
	for (other = flow->ended; other; other = other->next) {
		if ((other->end != share->end ||
		     memcmp(&other->source, &share->source,
			    sizeof(other->source))) &&
		    fm_share_meets(other, &share->port))
			return other;
	}
	return NULL;
}

static bool fm_flow_dial(struct fm_import *import, const struct fm_prefix *real,
			 const char *out, struct fm_flow *flow)
{
	static const struct fm_range all = { 0, 65535 };

	memset(flow, 0, sizeof(*flow));
	flow->packet.family = real->family;
	flow->packet.from = real;
	flow->packet.strangers = true;
	flow->packet.sport = true;
	flow->packet.flags = FM_TCP_SYN;
	flow->packet.out = out;
	flow->work = import->work;
	if (!fm_flow_add(flow, &all, 0, FM_STATE_NEW)) {
		import->failed = true;
		return false;
	}
	fm_flow_walk(&import->rules, flow, FM_POSTROUTING, FM_PRI_NAT_SRC,
		     FM_PRI_NAT_SRC + 1);
	import->work = flow->work;
	return true;
}

/* Adds what becomes of packets; the same for some more ports is one item. */
static void fm_dials_add(struct fm_import *import, struct fm_dials *dials,
			 const struct fm_prefix *real,
			 const struct fm_share *share)
{
	static const struct fm_range zero = { 0, 0 };
	struct fm_portmap none = { { 0 } };
	bool all = fm_portmap_has(&share->port, 65535) &&
		   fm_portmap_has(&share->port, 0);
	struct fm_dial *dial;
	size_t i;

	for (i = 0; i < dials->count; i++) {
		dial = &dials->item[i];
		if (dial->walk == import->rules.walk &&
		    dial->target == share->end && dial->all == all &&
		    !memcmp(&dial->source, &share->source,
			    sizeof(dial->source)))
			break;
	}
	if (i == dials->count) {
		dial = fm_import_grow(import, dials->item, dials->count,
				      sizeof(*dial));
		if (!dial)
			return;
		dials->item = dial;
		dial += dials->count++;
		memset(dial, 0, sizeof(*dial));
		dial->real = *real;
		dial->target = share->end;
		dial->source = share->source;
		dial->rule = (struct fm_rule *)share->rule;
		dial->walk = import->rules.walk;
		dial->all = all;
	}
	fm_portmap_join(&dial->ports, &share->port);
	fm_portmap_add(&none, &zero);
	fm_portmap_take(&dial->ports, &none);
}

/* Finds out what becomes of data of real servers that leaves by @out. */
static bool fm_dials_find(struct fm_import *import, struct fm_dials *dials,
			  const struct fm_prefix *real, const char *out,
			  struct fm_flow *flow)
{
	const struct fm_share *share, *rival;
	const char *why = NULL;

	if (!fm_flow_dial(import, real, out, flow))
		return true;
	for (share = flow->ended; share; share = share->next) {
		if (share->end != FM_STEP_SNAT &&
		    share->end != FM_STEP_MASQUERADE)
			continue;
		rival = fm_dial_rival(flow, share);
		if (rival || flow->overrun) {
			/* Perhaps it is only the interface. */
			if (!out && flow->names)
				return false;
			share = share->doubt || !rival ? share : rival;
			why = share->doubt ? fm_import_doubt(share->doubt) :
					     "too many rules";
			fm_import_left(import, (struct fm_rule *)
				       (share->doubt ?: share->rule),
				       "how it translates can't be told: %s",
				       why);
			import->left++;
			return true;
		}
		fm_dials_add(import, dials, real, share);
	}
	return true;
}

/* By each interface that rules name: the first one with a translation counts. */
static void fm_dials_gather(struct fm_import *import, struct fm_dials *dials,
			    const struct fm_prefix *real)
{
	struct fm_flow flow, one;
	size_t count, i;

	import->rules.walk++;
	if (fm_dials_find(import, dials, real, NULL, &flow)) {
		fm_flow_free(&flow);
		return;
	}
	for (i = 0; i < flow.names; i++) {
		count = dials->count;
		fm_dials_find(import, dials, real, flow.name[i], &one);
		fm_flow_free(&one);
		if (dials->count > count && dials->item[count].rule)
			fm_import_warn(import, dials->item[count].rule->line,
				       "-o %s: nf_ftpmark translates whichever interface packets leave by",
				       flow.name[i]);
	}
	fm_flow_free(&flow);
}

static bool fm_found_serves(const struct fm_found *found,
			    const struct fm_dial *dial)
{
	if (dial->target == FM_STEP_SNAT)
		return fm_prefix_listed(&found->vip, &dial->source);
	return fm_prefixes_count(&found->vip, dial->real.family);
}

/*
 * Whether a translation is for a service. A MASQUERADE is not for one that has
 * its own SNAT, if there are others.
 */
static bool fm_found_meant(const struct fm_import *import,
			   const struct fm_found *found,
			   const struct fm_dial *dial)
{
	size_t i;

	if (!fm_found_serves(found, dial))
		return false;
	if (found->active != FM_STEP_SNAT || dial->target == FM_STEP_SNAT)
		return true;
	for (i = 0; i < import->count; i++) {
		if (fm_found_serves(&import->found[i], dial) &&
		    import->found[i].active != FM_STEP_SNAT)
			return false;
	}
	return true;
}

/* Adds real servers to a service; why it can't, or NULL. */
static const char *fm_found_take(struct fm_found *found,
				 const struct fm_dial *dial)
{
	if (found->active != FM_STEP_NOTHING) {
		if (found->active != dial->target)
			return "a service can't have both SNAT and MASQUERADE";
		if (!fm_portmap_equal(&found->data, &dial->ports))
			return "other source ports than those of the other real servers";
	}
	if (fm_prefix_listed(&found->real, &dial->real))
		return NULL;
	if (found->real.count == FM_ITEMS_MAX)
		return "more real servers than a service can have";
	found->active = dial->target;
	found->data = dial->ports;
	found->real.item[found->real.count++] = dial->real;
	return NULL;
}

/* What is wrong with a translation, without regard to services, or NULL. */
static const char *fm_dial_fault(const struct fm_dial *dial)
{
	const char *why = fm_real_refused(&dial->real);
	struct fm_ranges set;

	if (dial->all)
		return "for all that they send, not active FTP alone (no --sport 20)";
	if (!why && (!fm_portmap_ranges(&dial->ports, &set) || !set.count))
		why = "not a set of source ports that a service can have";
	return why;
}

static void fm_dial_take(struct fm_import *import, const struct fm_dial *dial)
{
	const char *why = fm_dial_fault(dial), *refused = why;
	unsigned int line = dial->rule->line;
	unsigned int walk = import->rules.walk;
	size_t taken = 0;
	size_t i;

	for (i = 0; i < import->count && !why; i++) {
		if (!fm_found_meant(import, &import->found[i], dial))
			continue;
		refused = fm_found_take(&import->found[i], dial) ?: refused;
		taken += !refused || fm_prefix_listed(&import->found[i].real,
						      &dial->real);
	}
	if (!taken) {
		fm_import_left(import, dial->rule, "%s", refused ?:
			       dial->target == FM_STEP_SNAT ?
			       "its address is the VIP of no service here" :
			       "no service here has a VIP of its family");
		return;
	}
	import->rules.walk = dial->walk;
	fm_import_taken(import, "nat");
	import->rules.walk = walk;
	if (taken > 1)
		fm_import_warn(import, line,
			       "the rule does not say whose real servers these are: listed in %zu services",
			       taken);
	if (refused)
		fm_import_warn(import, line, "not listed in every service: %s",
			       refused);
}

static bool fm_is_real(const struct fm_import *import,
		       const struct fm_step *step)
{
	size_t i, j;

	for (j = 0; j < step->count; j++) {
		for (i = 0; i < import->count; i++) {
			if (fm_prefix_covered(&import->found[i].real,
					      &step->prefix[j]))
				break;
		}
		if (i == import->count)
			return false;
	}
	return step->count;
}

/* Rules may exempt data between real servers, as the module does. */
static void fm_dial_exempt(struct fm_import *import, struct fm_rule *rule)
{
	const struct fm_step *from = fm_rule_find(rule, FM_STEP_FROM);
	const struct fm_step *to = fm_rule_find(rule, FM_STEP_TO);

	if (!to) {
		if (from && !from->not && fm_is_real(import, from) &&
		    (fm_rule_find(rule, FM_STEP_ACCEPT) ||
		     fm_rule_find(rule, FM_STEP_RETURN)))
			fm_import_left(import, rule,
				       "leaves data of real servers alone, which nf_ftpmark does not");
		return;
	}
	if (to->not) {
		if (rule->taken && !fm_is_real(import, to))
			fm_import_warn(import, rule->line,
				       "! -d: nf_ftpmark leaves data alone only if it goes to real servers");
	} else if (fm_rule_find(rule, FM_STEP_ACCEPT) ||
		   fm_rule_find(rule, FM_STEP_RETURN)) {
		if (fm_is_real(import, to))
			rule->taken = true;
		else if (import->count)
			fm_import_left(import, rule,
				       "leaves packets alone, which nf_ftpmark does only if they go to real servers");
	}
}

/**
 * fm_import_active() - find the real servers of all services
 * @import: the state of the import
 */
void fm_import_active(struct fm_import *import)
{
	/* SNAT comes first, since its address names the service. */
	static const enum fm_step_kind order[] = {
		FM_STEP_SNAT, FM_STEP_MASQUERADE,
	};
	struct fm_dials dials = { 0 };
	struct fm_prefix *list = NULL;
	struct fm_rule *rule;
	size_t count, i, j;

	count = fm_import_prefixes(import, "nat", FM_STEP_FROM, false, &list);
	for (i = 0; i < count && !import->failed; i++)
		fm_dials_gather(import, &dials, &list[i]);
	for (j = 0; j < ARRAY_SIZE(order); j++) {
		for (i = 0; i < dials.count; i++) {
			if (dials.item[i].target == order[j])
				fm_dial_take(import, &dials.item[i]);
		}
	}
	for (rule = NULL; (rule = fm_import_next(&import->rules, "nat", rule));)
		fm_dial_exempt(import, rule);
	free(dials.item);
	free(list);
}
