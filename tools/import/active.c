// SPDX-License-Identifier: GPL-2.0-only
/* The rules of nat, and the services whose active data they are for. */

#include <string.h>

#include "import/steps.h"

/**
 * ftpmark_import_dial() - keep a rule of nat until the services are known
 * @import: what is made of the rules
 * @rule: the rule
 * @match: the packets that it is for
 */
void ftpmark_import_dial(struct ftpmark_import *import,
			 struct ftpmark_rule *rule,
			 const struct ftpmark_match *match)
{
	struct ftpmark_dial *dial;

	dial = ftpmark_import_grow(import, import->dial, import->dials,
				   sizeof(*dial));
	if (!dial)
		return;
	import->dial = dial;
	dial += import->dials++;
	dial->rule = rule;
	dial->match = *match;
}

static bool ftpmark_dial_translates(const struct ftpmark_dial *dial)
{
	return dial->rule->target == FTPMARK_TARGET_MASQUERADE ||
	       dial->rule->target == FTPMARK_TARGET_SNAT;
}

/* Why a rule translates what no service does; NULL if one can. */
static const char *ftpmark_dial_fault(const struct ftpmark_dial *dial)
{
	const struct ftpmark_match *match = &dial->match;

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

/* The module's own opinion of the prefix. */
static const char *ftpmark_real_fault(const struct ftpmark_prefix *real)
{
	char text[FTPMARK_PREFIX_TEXT];
	struct ftpmark_prefixes list;
	struct ftpmark_fault fault;

	if (ftpmark_prefixes_parse(ftpmark_prefix_print(real, text), false, 1,
				   &list, &fault))
		return NULL;
	return fault.why;
}

static bool ftpmark_found_serves(const struct ftpmark_found *found,
				 const struct ftpmark_dial *dial)
{
	if (dial->rule->target == FTPMARK_TARGET_SNAT)
		return ftpmark_prefix_listed(&found->vip, &dial->rule->source);
	return ftpmark_prefixes_count(&found->vip, dial->match.family);
}

/* A service that has SNAT of its own is not meant by a MASQUERADE. */
static bool ftpmark_found_meant(const struct ftpmark_import *import,
				const struct ftpmark_found *found,
				const struct ftpmark_dial *dial)
{
	size_t i;

	if (!ftpmark_found_serves(found, dial))
		return false;
	if (found->active != FTPMARK_TARGET_SNAT ||
	    dial->rule->target == FTPMARK_TARGET_SNAT)
		return true;
	for (i = 0; i < import->count; i++) {
		if (ftpmark_found_serves(&import->found[i], dial) &&
		    import->found[i].active != FTPMARK_TARGET_SNAT)
			return false;
	}
	return true;
}

/*
 * The source ports that all rules for these packets have together: a range or
 * list may be spread over several.
 */
static void ftpmark_dial_ports(const struct ftpmark_import *import,
			       const struct ftpmark_dial *dial,
			       struct ftpmark_portmap *ports)
{
	const struct ftpmark_dial *other;
	struct ftpmark_range range;
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
		    ftpmark_dial_fault(other))
			continue;
		for (j = 0; j < other->match.from.count; j++) {
			range = other->match.from.port[j];
			range.first += !range.first;
			if (range.first <= range.last)
				ftpmark_portmap_add(ports, &range);
		}
	}
}

/* Why a service that is there can't take a rule; NULL if it has. */
static const char *ftpmark_found_take(struct ftpmark_found *found,
				      const struct ftpmark_dial *dial,
				      const struct ftpmark_portmap *ports)
{
	const struct ftpmark_prefix *real = &dial->match.from.address;

	if (found->active != FTPMARK_TARGET_NONE) {
		if (found->active != dial->rule->target)
			return "a service can't have both SNAT and MASQUERADE";
		if (!ftpmark_portmap_equal(&found->data, ports))
			return "other source ports than those of the other real servers";
	}
	if (ftpmark_prefix_listed(&found->real, real))
		return NULL;
	if (found->real.count == FTPMARK_ITEMS_MAX)
		return "more real servers than a service can have";
	if (found->active == FTPMARK_TARGET_NONE) {
		found->active = dial->rule->target;
		found->data = *ports;
	}
	found->real.item[found->real.count++] = *real;
	return NULL;
}

/* What can be said of a rule before any service is looked at. */
static const char *ftpmark_dial_data(const struct ftpmark_import *import,
				     const struct ftpmark_dial *dial,
				     struct ftpmark_portmap *ports)
{
	struct ftpmark_ranges set;
	const char *why;

	why = ftpmark_dial_fault(dial);
	if (!why)
		why = ftpmark_real_fault(&dial->match.from.address);
	if (why)
		return why;
	ftpmark_dial_ports(import, dial, ports);
	if (!ftpmark_portmap_ranges(ports, &set) || !set.count)
		return "not a set of source ports that a service can have";
	return NULL;
}

static void ftpmark_dial_warn(struct ftpmark_import *import,
			      const struct ftpmark_dial *dial, size_t taken,
			      const char *refused)
{
	unsigned int line = dial->rule->line;

	if (dial->match.out)
		ftpmark_import_warn(import, line,
				    "-o %s: nf_ftpmark translates whichever interface packets leave by",
				    dial->match.out);
	if (taken > 1)
		ftpmark_import_warn(import, line,
				    "the rule does not say whose real servers these are: listed in %zu services",
				    taken);
	if (refused)
		ftpmark_import_warn(import, line, "not listed in every service: %s",
				    refused);
}

/* Why a rule is for none of the services. */
static const char *ftpmark_dial_unserved(const struct ftpmark_dial *dial)
{
	return dial->rule->target == FTPMARK_TARGET_SNAT ?
	       "its address is the VIP of no service here" :
	       "no service here has a VIP of its family";
}

static void ftpmark_dial_take(struct ftpmark_import *import,
			      const struct ftpmark_dial *dial)
{
	const char *why, *refused = NULL;
	struct ftpmark_portmap ports;
	size_t taken = 0;
	size_t i;

	why = ftpmark_dial_data(import, dial, &ports);
	if (why) {
		ftpmark_import_left(import, dial->rule, "%s", why);
		return;
	}
	for (i = 0; i < import->count; i++) {
		if (!ftpmark_found_meant(import, &import->found[i], dial))
			continue;
		why = ftpmark_found_take(&import->found[i], dial, &ports);
		if (why)
			refused = why;
		else
			taken++;
	}
	if (taken) {
		dial->rule->taken = true;
		ftpmark_dial_warn(import, dial, taken, refused);
	} else {
		ftpmark_import_left(import, dial->rule, "%s",
				    refused ?: ftpmark_dial_unserved(dial));
	}
}

static bool ftpmark_is_real(const struct ftpmark_import *import,
			    const struct ftpmark_prefix *prefix)
{
	size_t i;

	for (i = 0; i < import->count; i++) {
		if (ftpmark_prefix_covered(&import->found[i].real, prefix))
			return true;
	}
	return false;
}

/* Data between real servers is let alone by the module of its own accord. */
static void ftpmark_dial_leave(struct ftpmark_import *import,
			       const struct ftpmark_dial *dial)
{
	const struct ftpmark_match *match = &dial->match;

	if (ftpmark_dial_translates(dial)) {
		if (dial->rule->taken && match->to.excepted &&
		    !ftpmark_is_real(import, &match->to.except))
			ftpmark_import_warn(import, dial->rule->line,
					    "! -d: nf_ftpmark leaves data alone only if it goes to real servers");
		return;
	}
	if (dial->rule->target != FTPMARK_TARGET_LEAVE)
		ftpmark_import_left(import, dial->rule, "translates nothing");
	else if (match->to.given && !match->to.count &&
		 ftpmark_is_real(import, &match->to.address))
		dial->rule->taken = true;
	else
		ftpmark_import_left(import, dial->rule,
				    "leaves packets alone, which nf_ftpmark does only if they go to real servers");
}

/* Those that name a service go first. */
static const enum ftpmark_target ftpmark_dial_order[] = {
	FTPMARK_TARGET_SNAT, FTPMARK_TARGET_MASQUERADE,
};

/**
 * ftpmark_import_active() - find the services of the rules of nat
 * @import: what is made of the rules
 */
void ftpmark_import_active(struct ftpmark_import *import)
{
	size_t i, order;

	for (order = 0; order < ARRAY_SIZE(ftpmark_dial_order); order++) {
		for (i = 0; i < import->dials; i++) {
			if (import->dial[i].rule->target ==
			    ftpmark_dial_order[order])
				ftpmark_dial_take(import, &import->dial[i]);
		}
	}
	for (i = 0; i < import->dials; i++)
		ftpmark_dial_leave(import, &import->dial[i]);
}
