// SPDX-License-Identifier: GPL-2.0-only
/* Walks through chains as packets do, if the jumps are simple enough. */

#include <string.h>

#include "import/steps.h"

/* Real rules need less. The limits stop a text that is made to be slow. */
enum {
	FM_WALK_DEPTH = 16,
	FM_WALK_VISITS = 16,
};

/**
 * enum fm_both - what a jump and a rule behind it match together
 * @FM_BOTH: a set of packets that one rule can describe
 * @FM_BOTH_NEVER: nothing
 * @FM_BOTH_ODD: a set of packets that one rule can't describe
 */
enum fm_both {
	FM_BOTH,
	FM_BOTH_NEVER,
	FM_BOTH_ODD,
};

static enum fm_both fm_both_ports(struct fm_end *out, const struct fm_end *jump,
				  const struct fm_end *rule)
{
	struct fm_range range;
	size_t i, j;

	if (!jump->count || !rule->count)
		return FM_BOTH;
	out->count = 0;
	for (i = 0; i < rule->count; i++) {
		for (j = 0; j < jump->count; j++) {
			range = rule->port[i];
			if (range.first < jump->port[j].first)
				range.first = jump->port[j].first;
			if (range.last > jump->port[j].last)
				range.last = jump->port[j].last;
			if (range.first > range.last)
				continue;
			if (out->count == FM_MULTIPORT_MAX)
				return FM_BOTH_ODD;
			out->port[out->count++] = range;
		}
	}
	return out->count ? FM_BOTH : FM_BOTH_NEVER;
}

static enum fm_both fm_both_ends(struct fm_end *out, const struct fm_end *jump,
				 const struct fm_end *rule)
{
	*out = rule->count ? *rule : *jump;
	out->given = rule->given || jump->given;
	out->address = rule->given ? rule->address : jump->address;
	if (rule->given && jump->given &&
	    !fm_prefix_covers(&jump->address, &rule->address)) {
		out->address = jump->address;
		if (!fm_prefix_covers(&rule->address, &jump->address))
			return FM_BOTH_NEVER;
	}
	out->excepted = rule->excepted || jump->excepted;
	out->except = rule->excepted ? rule->except : jump->except;
	if (rule->excepted && jump->excepted &&
	    memcmp(&rule->except, &jump->except, sizeof(out->except)))
		return FM_BOTH_ODD;
	return fm_both_ports(out, jump, rule);
}

static enum fm_both fm_both_of(struct fm_match *out,
			       const struct fm_match *jump,
			       const struct fm_match *rule)
{
	enum fm_both from, to;

	if (jump->family && rule->family && jump->family != rule->family)
		return FM_BOTH_NEVER;
	out->family = rule->family ? rule->family : jump->family;
	out->tcp = rule->tcp || jump->tcp;
	out->unmarked = rule->unmarked || jump->unmarked;
	out->in = rule->in ? rule->in : jump->in;
	out->out = rule->out ? rule->out : jump->out;
	from = fm_both_ends(&out->from, &jump->from, &rule->from);
	to = fm_both_ends(&out->to, &jump->to, &rule->to);
	if (from == FM_BOTH_NEVER || to == FM_BOTH_NEVER)
		return FM_BOTH_NEVER;
	return from == FM_BOTH ? to : from;
}

/**
 * struct fm_walk - one way through the chains
 * @import: the state of the import
 * @section: the section of its rules
 * @depth: number of jumps that led here
 * @visit: called for each rule
 */
struct fm_walk {
	struct fm_import *import;
	unsigned int section;
	unsigned int depth;
	void (*visit)(struct fm_import *import, struct fm_rule *rule,
		      const struct fm_match *match);
};

static bool fm_walk_chain_exists(const struct fm_walk *walk, const char *chain)
{
	const struct fm_rules *rules = walk->import->rules;
	size_t i;

	for (i = 0; i < rules->count; i++) {
		if (rules->rule[i].section == walk->section &&
		    !strcmp(rules->rule[i].chain, chain))
			return true;
	}
	return false;
}

static void fm_walk_chain(struct fm_walk *walk, const char *chain,
			  const struct fm_match *jump);

static void fm_walk_rule(struct fm_walk *walk, struct fm_rule *rule,
			 const struct fm_match *jump)
{
	struct fm_import *import = walk->import;
	struct fm_match match;

	if (rule->odd) {
		fm_import_left(import, rule, "%s: %s", rule->odd, rule->why);
		return;
	}
	if (rule->visits++ == FM_WALK_VISITS) {
		fm_import_left(import, rule, "too many jumps lead to it");
		rule->visits--;
		return;
	}
	switch (fm_both_of(&match, jump, &rule->match)) {
	case FM_BOTH_NEVER:
		return;
	case FM_BOTH_ODD:
		fm_import_left(import, rule,
			       "does not go together with the jumps to %s",
			       rule->chain);
		return;
	default:
		break;
	}
	if (rule->target != FM_TARGET_OTHER) {
		walk->visit(import, rule, &match);
	} else if (walk->depth == FM_WALK_DEPTH) {
		fm_import_left(import, rule, "too many jumps");
	} else if (fm_walk_chain_exists(walk, rule->jump)) {
		rule->taken = true;
		walk->depth++;
		fm_walk_chain(walk, rule->jump, &match);
		walk->depth--;
	} else {
		fm_import_left(import, rule, "-j %s: not part of the recipe",
			       rule->jump);
	}
}

static void fm_walk_chain(struct fm_walk *walk, const char *chain,
			  const struct fm_match *jump)
{
	const struct fm_rules *rules = walk->import->rules;
	size_t i;

	for (i = 0; i < rules->count; i++) {
		if (rules->rule[i].section == walk->section &&
		    !strcmp(rules->rule[i].chain, chain))
			fm_walk_rule(walk, &rules->rule[i], jump);
	}
}

/**
 * fm_import_walk() - visit the rules that packets of the recipe reach
 * @import: the state of the import
 * @table: mangle or nat
 * @visit: called for each rule that is understood, in order
 */
void fm_import_walk(struct fm_import *import,
		    enum fm_table table,
		    void (*visit)(struct fm_import *import,
				  struct fm_rule *rule,
				  const struct fm_match *match))
{
	static const struct fm_match every;
	const char *chain = table == FM_TABLE_NAT ? "POSTROUTING" :
			    "PREROUTING";
	struct fm_walk walk = { .import = import, .visit = visit };

	for (; walk.section < import->rules->sections; walk.section++) {
		if (import->rules->section[walk.section].table == table)
			fm_walk_chain(&walk, chain, &every);
	}
}
