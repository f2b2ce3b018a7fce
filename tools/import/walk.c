// SPDX-License-Identifier: GPL-2.0-only
/* Through the chains, as packets go, as long as the jumps are plain. */

#include <string.h>

#include "import/steps.h"

/* Plain rules need less; a text made to be slow ends here. */
enum {
	FTPMARK_WALK_DEPTH = 16,
	FTPMARK_WALK_VISITS = 16,
};

/**
 * enum ftpmark_both - what a rule behind a jump matches
 * @FTPMARK_BOTH: what both match
 * @FTPMARK_BOTH_NEVER: nothing
 * @FTPMARK_BOTH_ODD: what can't be said in one rule
 */
enum ftpmark_both {
	FTPMARK_BOTH,
	FTPMARK_BOTH_NEVER,
	FTPMARK_BOTH_ODD,
};

static enum ftpmark_both ftpmark_both_ports(struct ftpmark_end *out,
					    const struct ftpmark_end *jump,
					    const struct ftpmark_end *rule)
{
	struct ftpmark_range range;
	size_t i, j;

	if (!jump->count || !rule->count)
		return FTPMARK_BOTH;
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
			if (out->count == FTPMARK_MULTIPORT_MAX)
				return FTPMARK_BOTH_ODD;
			out->port[out->count++] = range;
		}
	}
	return out->count ? FTPMARK_BOTH : FTPMARK_BOTH_NEVER;
}

static enum ftpmark_both ftpmark_both_ends(struct ftpmark_end *out,
					   const struct ftpmark_end *jump,
					   const struct ftpmark_end *rule)
{
	*out = rule->count ? *rule : *jump;
	out->given = rule->given || jump->given;
	out->address = rule->given ? rule->address : jump->address;
	if (rule->given && jump->given &&
	    !ftpmark_prefix_covers(&jump->address, &rule->address)) {
		out->address = jump->address;
		if (!ftpmark_prefix_covers(&rule->address, &jump->address))
			return FTPMARK_BOTH_NEVER;
	}
	out->excepted = rule->excepted || jump->excepted;
	out->except = rule->excepted ? rule->except : jump->except;
	if (rule->excepted && jump->excepted &&
	    memcmp(&rule->except, &jump->except, sizeof(out->except)))
		return FTPMARK_BOTH_ODD;
	return ftpmark_both_ports(out, jump, rule);
}

static enum ftpmark_both ftpmark_both(struct ftpmark_match *out,
				      const struct ftpmark_match *jump,
				      const struct ftpmark_match *rule)
{
	enum ftpmark_both from, to;

	if (jump->family && rule->family && jump->family != rule->family)
		return FTPMARK_BOTH_NEVER;
	out->family = rule->family ? rule->family : jump->family;
	out->tcp = rule->tcp || jump->tcp;
	out->unmarked = rule->unmarked || jump->unmarked;
	out->in = rule->in ? rule->in : jump->in;
	out->out = rule->out ? rule->out : jump->out;
	from = ftpmark_both_ends(&out->from, &jump->from, &rule->from);
	to = ftpmark_both_ends(&out->to, &jump->to, &rule->to);
	if (from == FTPMARK_BOTH_NEVER || to == FTPMARK_BOTH_NEVER)
		return FTPMARK_BOTH_NEVER;
	return from == FTPMARK_BOTH ? to : from;
}

/**
 * struct ftpmark_walk - one way through the chains
 * @import: what is made of them
 * @section: the table
 * @depth: how many jumps led here
 * @visit: what to do with each rule
 */
struct ftpmark_walk {
	struct ftpmark_import *import;
	unsigned int section;
	unsigned int depth;
	void (*visit)(struct ftpmark_import *import, struct ftpmark_rule *rule,
		      const struct ftpmark_match *match);
};

static bool ftpmark_walk_chain_exists(const struct ftpmark_walk *walk,
				      const char *chain)
{
	const struct ftpmark_rules *rules = walk->import->rules;
	size_t i;

	for (i = 0; i < rules->count; i++) {
		if (rules->rule[i].section == walk->section &&
		    !strcmp(rules->rule[i].chain, chain))
			return true;
	}
	return false;
}

static void ftpmark_walk_chain(struct ftpmark_walk *walk, const char *chain,
			       const struct ftpmark_match *jump);

static void ftpmark_walk_rule(struct ftpmark_walk *walk,
			      struct ftpmark_rule *rule,
			      const struct ftpmark_match *jump)
{
	struct ftpmark_import *import = walk->import;
	struct ftpmark_match match;

	if (rule->odd) {
		ftpmark_import_left(import, rule, "%s: %s", rule->odd,
				    rule->why);
		return;
	}
	if (rule->visits++ == FTPMARK_WALK_VISITS) {
		ftpmark_import_left(import, rule, "too many jumps lead to it");
		rule->visits--;
		return;
	}
	switch (ftpmark_both(&match, jump, &rule->match)) {
	case FTPMARK_BOTH_NEVER:
		return;
	case FTPMARK_BOTH_ODD:
		ftpmark_import_left(import, rule,
				    "does not go together with the jumps to %s",
				    rule->chain);
		return;
	default:
		break;
	}
	if (rule->target != FTPMARK_TARGET_OTHER) {
		walk->visit(import, rule, &match);
	} else if (walk->depth == FTPMARK_WALK_DEPTH) {
		ftpmark_import_left(import, rule, "too many jumps");
	} else if (ftpmark_walk_chain_exists(walk, rule->jump)) {
		rule->taken = true;
		walk->depth++;
		ftpmark_walk_chain(walk, rule->jump, &match);
		walk->depth--;
	} else {
		ftpmark_import_left(import, rule, "-j %s: not part of the recipe",
				    rule->jump);
	}
}

static void ftpmark_walk_chain(struct ftpmark_walk *walk, const char *chain,
			       const struct ftpmark_match *jump)
{
	const struct ftpmark_rules *rules = walk->import->rules;
	size_t i;

	for (i = 0; i < rules->count; i++) {
		if (rules->rule[i].section == walk->section &&
		    !strcmp(rules->rule[i].chain, chain))
			ftpmark_walk_rule(walk, &rules->rule[i], jump);
	}
}

/**
 * ftpmark_import_walk() - visit the rules that the recipe's packets meet
 * @import: what is made of them
 * @table: mangle or nat
 * @visit: what to do with each rule that is understood, in order
 */
void ftpmark_import_walk(struct ftpmark_import *import,
			 enum ftpmark_table table,
			 void (*visit)(struct ftpmark_import *import,
				       struct ftpmark_rule *rule,
				       const struct ftpmark_match *match))
{
	static const struct ftpmark_match every;
	const char *chain = table == FTPMARK_TABLE_NAT ? "POSTROUTING" :
			    "PREROUTING";
	struct ftpmark_walk walk = { .import = import, .visit = visit };

	for (; walk.section < import->rules->sections; walk.section++) {
		if (import->rules->section[walk.section].table == table)
			ftpmark_walk_chain(&walk, chain, &every);
	}
}
