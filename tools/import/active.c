// SPDX-License-Identifier: GPL-2.0-only
/* Assigns rules of nat to the services whose data they translate. */

#include <string.h>

#include "base/macros.h"
#include "import/steps.h"

/**
 * fm_import_dial() - keep a rule of nat until the services are known
 * @import: the state of the import
 * @rule: the rule
 * @match: the packets that it is for
 */
void fm_import_dial(struct fm_import *import, struct fm_rule *rule,
		    const struct fm_match *match)
{
	struct fm_dial *dial;

	dial = fm_import_grow(import, import->dial, import->dials,
			      sizeof(*dial));
	if (!dial)
		return;
	import->dial = dial;
	dial += import->dials++;
	dial->rule = rule;
	dial->match = *match;
}

static bool fm_dial_translates(const struct fm_dial *dial)
{
	return dial->rule->target == FM_TARGET_MASQUERADE ||
	       dial->rule->target == FM_TARGET_SNAT;
}

/* Why no service can translate what a rule does; NULL if one can. */
static const char *fm_dial_fault(const struct fm_dial *dial)
{
	const struct fm_match *match = &dial->match;

	if (!match->from.given || match->from.excepted)
		return "the real servers are not said (-s)";
	if (!match->from.count)
		return "for all that they send, not active FTP alone (no --sport 20)";
	if (!match->tcp)
		return "not for TCP alone (no -p tcp)";
	if (match->to.given || match->to.count)
		return "to some destinations only";
	if (match->unmarked)
		return "for packets without a mark only";
	if (match->in)
		return "-i: has no meaning there";
	return NULL;
}

/* Why the module would refuse a prefix as real servers, or NULL. */
static const char *fm_real_fault(const struct fm_prefix *real)
{
	char text[FM_PREFIX_TEXT];
	struct fm_prefixes list;
	struct fm_fault fault;

	if (fm_prefixes_parse(fm_prefix_print(real, text), false, 1,
			      &list, &fault))
		return NULL;
	return fault.why;
}

static bool fm_found_serves(const struct fm_found *found,
			    const struct fm_dial *dial)
{
	if (dial->rule->target == FM_TARGET_SNAT)
		return fm_prefix_listed(&found->vip, &dial->rule->source);
	return fm_prefixes_count(&found->vip, dial->match.family);
}

/*
 * Whether a rule is for a service. A MASQUERADE is not for one that has its own
 * SNAT, if there are others.
 */
static bool fm_found_meant(const struct fm_import *import,
			   const struct fm_found *found,
			   const struct fm_dial *dial)
{
	size_t i;

	if (!fm_found_serves(found, dial))
		return false;
	if (found->active != FM_TARGET_SNAT ||
	    dial->rule->target == FM_TARGET_SNAT)
		return true;
	for (i = 0; i < import->count; i++) {
		if (fm_found_serves(&import->found[i], dial) &&
		    import->found[i].active != FM_TARGET_SNAT)
			return false;
	}
	return true;
}

/*
 * Collects the source ports of all rules for the same packets, since several
 * rules may share a range or list.
 */
static void fm_dial_ports(const struct fm_import *import,
			  const struct fm_dial *dial, struct fm_portmap *ports)
{
	const struct fm_dial *other;
	struct fm_range range;
	size_t i, j;

	memset(ports, 0, sizeof(*ports));
	for (i = 0; i < import->dials; i++) {
		other = &import->dial[i];
		if (other->rule->target != dial->rule->target ||
		    memcmp(&other->match.from.address,
			   &dial->match.from.address,
			   sizeof(other->match.from.address)) ||
		    memcmp(&other->rule->source, &dial->rule->source,
			   sizeof(other->rule->source)) ||
		    fm_dial_fault(other))
			continue;
		for (j = 0; j < other->match.from.count; j++) {
			range = other->match.from.port[j];
			range.first += !range.first;
			if (range.first <= range.last)
				fm_portmap_add(ports, &range);
		}
	}
}

/* Adds the real servers of a rule to a service; why it can't, or NULL. */
static const char *fm_found_take(struct fm_found *found,
				 const struct fm_dial *dial,
				 const struct fm_portmap *ports)
{
	const struct fm_prefix *real = &dial->match.from.address;

	if (found->active != FM_TARGET_NONE) {
		if (found->active != dial->rule->target)
			return "a service can't have both SNAT and MASQUERADE";
		if (!fm_portmap_equal(&found->data, ports))
			return "other source ports than those of the other real servers";
	}
	if (fm_prefix_listed(&found->real, real))
		return NULL;
	if (found->real.count == FM_ITEMS_MAX)
		return "more real servers than a service can have";
	if (found->active == FM_TARGET_NONE) {
		found->active = dial->rule->target;
		found->data = *ports;
	}
	found->real.item[found->real.count++] = *real;
	return NULL;
}

/* Checks a rule without regard to services; what is wrong with it, or NULL. */
static const char *fm_dial_data(const struct fm_import *import,
				const struct fm_dial *dial,
				struct fm_portmap *ports)
{
	struct fm_ranges set;
	const char *why;

	why = fm_dial_fault(dial);
	if (!why)
		why = fm_real_fault(&dial->match.from.address);
	if (why)
		return why;
	fm_dial_ports(import, dial, ports);
	if (!fm_portmap_ranges(ports, &set) || !set.count)
		return "not a set of source ports that a service can have";
	return NULL;
}

static void fm_dial_warn(struct fm_import *import, const struct fm_dial *dial,
			 size_t taken, const char *refused)
{
	unsigned int line = dial->rule->line;

	if (dial->match.out)
		fm_import_warn(import, line,
			       "-o %s: nf_ftpmark translates whichever interface packets leave by",
			       dial->match.out);
	if (taken > 1)
		fm_import_warn(import, line,
			       "the rule does not say whose real servers these are: listed in %zu services",
			       taken);
	if (refused)
		fm_import_warn(import, line, "not listed in every service: %s",
			       refused);
}

/* Why a rule is for no service. */
static const char *fm_dial_unserved(const struct fm_dial *dial)
{
	return dial->rule->target == FM_TARGET_SNAT ?
	       "its address is the VIP of no service here" :
	       "no service here has a VIP of its family";
}

static void fm_dial_take(struct fm_import *import, const struct fm_dial *dial)
{
	const char *why, *refused = NULL;
	struct fm_portmap ports;
	size_t taken = 0;
	size_t i;

	why = fm_dial_data(import, dial, &ports);
	if (why) {
		fm_import_left(import, dial->rule, "%s", why);
		return;
	}
	for (i = 0; i < import->count; i++) {
		if (!fm_found_meant(import, &import->found[i], dial))
			continue;
		why = fm_found_take(&import->found[i], dial, &ports);
		if (why)
			refused = why;
		else
			taken++;
	}
	if (taken) {
		dial->rule->taken = true;
		fm_dial_warn(import, dial, taken, refused);
	} else {
		fm_import_left(import, dial->rule, "%s",
			       refused ?: fm_dial_unserved(dial));
	}
}

static bool fm_is_real(const struct fm_import *import,
		       const struct fm_prefix *prefix)
{
	size_t i;

	for (i = 0; i < import->count; i++) {
		if (fm_prefix_covered(&import->found[i].real, prefix))
			return true;
	}
	return false;
}

/* Takes rules that exempt data between real servers, as the module does. */
static void fm_dial_leave(struct fm_import *import, const struct fm_dial *dial)
{
	const struct fm_match *match = &dial->match;

	if (fm_dial_translates(dial)) {
		if (dial->rule->taken && match->to.excepted &&
		    !fm_is_real(import, &match->to.except))
			fm_import_warn(import, dial->rule->line,
				       "! -d: nf_ftpmark leaves data alone only if it goes to real servers");
		return;
	}
	if (dial->rule->target != FM_TARGET_LEAVE)
		fm_import_left(import, dial->rule, "translates nothing");
	else if (match->to.given && !match->to.count &&
		 fm_is_real(import, &match->to.address))
		dial->rule->taken = true;
	else
		fm_import_left(import, dial->rule,
			       "leaves packets alone, which nf_ftpmark does only if they go to real servers");
}

/* SNAT comes first, since its address names the service. */
static const enum fm_target fm_dial_order[] = {
	FM_TARGET_SNAT, FM_TARGET_MASQUERADE,
};

/**
 * fm_import_active() - find the services that rules of nat are for
 * @import: the state of the import
 */
void fm_import_active(struct fm_import *import)
{
	size_t i, order;

	for (order = 0; order < ARRAY_SIZE(fm_dial_order); order++) {
		for (i = 0; i < import->dials; i++) {
			if (import->dial[i].rule->target ==
			    fm_dial_order[order])
				fm_dial_take(import, &import->dial[i]);
		}
	}
	for (i = 0; i < import->dials; i++)
		fm_dial_leave(import, &import->dial[i]);
}
