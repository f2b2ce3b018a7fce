// SPDX-License-Identifier: GPL-2.0-only
/* Walks through chains as packets do. */

#include <stdlib.h>
#include <string.h>

#include "rules/match.h"

/* The kernel takes no more jumps. */
enum { FM_WALK_DEPTH = 16 };

/**
 * struct fm_walk - a walk through a base chain
 * @rules: the rules
 * @flow: the packets
 * @base: the chain
 * @accepted: those that the chain accepts
 * @depth: number of jumps
 */
struct fm_walk {
	struct fm_rules *rules;
	struct fm_flow *flow;
	const struct fm_chain *base;
	struct fm_share *accepted;
	unsigned int depth;
};

/* Adds a share to a list; what has become the same becomes one share. */
static void fm_share_join(struct fm_share **list, struct fm_share *share)
{
	struct fm_share *other;

	for (; (other = *list); list = &other->next) {
		if (other->mark != share->mark || other->lost != share->lost ||
		    other->ctmark != share->ctmark ||
		    other->ctlost != share->ctlost ||
		    other->state != share->state || other->end != share->end ||
		    other->rule != share->rule || other->base != share->base ||
		    other->chain != share->chain)
			continue;
		fm_portmap_join(&other->port, &share->port);
		if (!other->doubt)
			other->doubt = share->doubt;
		free(share);
		return;
	}
	share->next = NULL;
	*list = share;
}

static struct fm_share *fm_share_copy(struct fm_walk *walk,
				      const struct fm_share *share)
{
	struct fm_share *copy = malloc(sizeof(*copy));

	if (copy)
		*copy = *share;
	else
		walk->rules->failed = true;
	return copy;
}

/* Ends the way of packets. */
static void fm_share_end(struct fm_walk *walk, struct fm_share *share,
			 enum fm_step_kind end, const struct fm_chain *chain,
			 const struct fm_rule *rule)
{
	share->end = end;
	share->base = walk->base;
	share->chain = chain;
	share->rule = rule;
	fm_share_join(&walk->flow->ended, share);
}

/*
 * Splits packets by the ports that a step matches. Those that do not match join
 * @rest; returns the others, or NULL.
 */
static struct fm_share *fm_match_ports(struct fm_walk *walk,
				       const struct fm_step *step,
				       struct fm_share *share,
				       struct fm_share **rest)
{
	struct fm_share *other = fm_share_copy(walk, share);
	const struct fm_range *range;
	struct fm_portmap match;
	size_t i;

	if (!other)
		return share;
	memset(&match, 0, sizeof(match));
	for (i = 0; i < step->count; i++)
		fm_portmap_add(&match, &step->range[i]);
	if (step->not) {
		fm_portmap_take(&share->port, &match);
		fm_portmap_take(&other->port, &share->port);
	} else {
		fm_portmap_take(&other->port, &match);
		fm_portmap_take(&share->port, &other->port);
	}
	if (fm_portmap_empty(&other->port))
		free(other);
	else
		fm_share_join(rest, other);
	if (fm_portmap_empty(&share->port)) {
		free(share);
		return NULL;
	}
	for (i = 0; i < step->count && !step->not; i++) {
		range = &step->range[i];
		/* Some people mark 20:21. */
		if (range->first == range->last ||
		    (range->first == 20 && range->last == 21))
			fm_portmap_add(&walk->flow->single, range);
	}
	return share;
}

static struct fm_share *fm_match(struct fm_walk *walk,
				 const struct fm_rule *rule,
				 const struct fm_step *step,
				 struct fm_share *share, struct fm_share **rest)
{
	enum fm_step_kind side = walk->flow->packet.sport ? FM_STEP_SPORT :
							    FM_STEP_DPORT;
	enum fm_verdict verdict;
	struct fm_share *other;

	if (step->kind == side)
		return fm_match_ports(walk, step, share, rest);
	verdict = fm_match_share(walk->flow, step, share);
	if (verdict == FM_MAYBE) {
		share->doubt = rule;
		other = fm_share_copy(walk, share);
		if (other)
			fm_share_join(rest, other);
		return share;
	}
	if (step->not ? verdict == FM_NO : verdict == FM_YES)
		return share;
	fm_share_join(rest, share);
	return NULL;
}

static void fm_change(const struct fm_rule *rule, const struct fm_step *step,
		      struct fm_share *share)
{
	uint32_t old = share->mark;
	bool known = !share->lost;

	switch (step->kind) {
	case FM_STEP_SET_MARK:
		share->mark = (share->mark & step->mask) ^ step->flip;
		share->lost = share->lost && step->mask;
		break;
	case FM_STEP_SET_CTMARK:
		share->ctmark = (share->ctmark & step->mask) ^ step->flip;
		share->ctlost = share->ctlost && step->mask;
		break;
	case FM_STEP_SAVE:
		share->ctmark = (share->ctmark & ~step->mask) ^
				(share->mark & step->mask);
		share->ctlost = share->lost;
		break;
	case FM_STEP_RESTORE:
		/* Packets that are not tracked have no such mark. */
		if (share->state == FM_STATE_UNTRACKED ||
		    share->state == FM_STATE_INVALID)
			break;
		share->mark = (share->mark & ~step->mask) ^
			      (share->ctmark & step->mask);
		share->lost = share->ctlost;
		break;
	case FM_STEP_LOSE_MARK:
		share->lost = true;
		break;
	case FM_STEP_LOSE_CTMARK:
		share->ctlost = true;
		break;
	case FM_STEP_NOTRACK:
		share->state = FM_STATE_UNTRACKED;
		break;
	default:
		break;
	}
	if (share->lost ? known : share->mark != old)
		share->marker = rule;
}

static struct fm_share *fm_walk_chain(struct fm_walk *walk,
				      const struct fm_chain *chain,
				      struct fm_share *share);

/* Follows a jump; what comes back joins @back. */
static void fm_walk_jump(struct fm_walk *walk, struct fm_rule *rule,
			 struct fm_step *step, struct fm_share *share,
			 struct fm_share **back)
{
	struct fm_share *next;

	if (!step->chain)
		step->chain = fm_chain_find(rule->chain->table, step->word);
	if (!step->chain) {
		/* A target that is not known may do anything. */
		rule->odd = true;
		share->doubt = rule;
		next = fm_share_copy(walk, share);
		if (next)
			fm_share_end(walk, next, FM_STEP_UNKNOWN, rule->chain,
				     rule);
		share->lost = true;
		fm_share_join(back, share);
		return;
	}
	/* The kernel takes no circles. */
	if (walk->depth == FM_WALK_DEPTH || step->chain->busy) {
		walk->flow->overrun = true;
		fm_share_join(back, share);
		return;
	}
	walk->depth++;
	step->chain->busy = true;
	share = fm_walk_chain(walk, step->chain, share);
	step->chain->busy = false;
	walk->depth--;
	for (; share; share = next) {
		next = share->next;
		fm_share_join(back, share);
	}
}

/* Takes packets that match a rule to where it sends them. */
static void fm_walk_end(struct fm_walk *walk, struct fm_rule *rule,
			struct fm_step *step, struct fm_share *share,
			struct fm_share **rest, struct fm_share **back)
{
	switch (step->kind) {
	case FM_STEP_ACCEPT:
		fm_share_join(&walk->accepted, share);
		break;
	case FM_STEP_RETURN:
		fm_share_join(back, share);
		break;
	case FM_STEP_JUMP:
		fm_walk_jump(walk, rule, step, share, rest);
		break;
	case FM_STEP_GOTO:
		fm_walk_jump(walk, rule, step, share, back);
		break;
	default:
		if (step->count && step->kind == FM_STEP_SNAT)
			share->source = step->prefix[0];
		fm_share_end(walk, share, step->kind, rule->chain, rule);
		break;
	}
}

/* Takes packets through a rule; those that go on to the next join @rest. */
static void fm_walk_rule(struct fm_walk *walk, struct fm_rule *rule,
			 struct fm_share *share, struct fm_share **rest,
			 struct fm_share **back)
{
	struct fm_step *step;

	for (step = rule->first; step; step = step->next) {
		if (step->kind < FM_STEP_MATCHES) {
			share = fm_match(walk, rule, step, share, rest);
			if (!share)
				return;
			continue;
		}
		rule->met = walk->rules->walk;
		if (step->kind >= FM_STEP_JUMP) {
			fm_walk_end(walk, rule, step, share, rest, back);
			return;
		}
		fm_change(rule, step, share);
	}
	rule->met = walk->rules->walk;
	fm_share_join(rest, share);
}

/* Takes packets through a chain; returns those that leave it at its end. */
static struct fm_share *fm_walk_chain(struct fm_walk *walk,
				      const struct fm_chain *chain,
				      struct fm_share *share)
{
	struct fm_share *back = NULL;
	struct fm_share *next, *rest;
	struct fm_rule *rule;

	for (rule = chain->first; rule && share; rule = rule->next) {
		rest = NULL;
		for (; share; share = next) {
			next = share->next;
			share->next = NULL;
			if (!walk->flow->work) {
				walk->flow->overrun = true;
				fm_share_join(&rest, share);
				continue;
			}
			walk->flow->work--;
			fm_walk_rule(walk, rule, share, &rest, &back);
		}
		share = rest;
	}
	for (; share; share = next) {
		next = share->next;
		fm_share_join(&back, share);
	}
	return back;
}

static void fm_walk_base(struct fm_rules *rules, struct fm_flow *flow,
			 const struct fm_chain *chain)
{
	struct fm_walk walk = { .rules = rules, .flow = flow, .base = chain };
	struct fm_share *share, *next;

	/* What follows the first packet of a connection passes by. */
	for (share = flow->share, flow->share = NULL; share; share = next) {
		next = share->next;
		if (chain->nat && share->state &&
		    share->state != FM_STATE_NEW)
			fm_share_join(&walk.accepted, share);
		else
			fm_share_join(&flow->share, share);
	}
	share = flow->share ? fm_walk_chain(&walk, chain, flow->share) : NULL;
	for (; share; share = next) {
		next = share->next;
		if (chain->drop)
			fm_share_end(&walk, share, FM_STEP_DROP, chain, NULL);
		else
			fm_share_join(&walk.accepted, share);
	}
	flow->share = walk.accepted;
}

/* Finds the next base chain of a hook, in the order of their priorities. */
static const struct fm_chain *fm_chain_next(const struct fm_rules *rules,
					    int family, enum fm_hook hook,
					    int first,
					    const struct fm_chain *last)
{
	const struct fm_chain *chain, *found = NULL;
	const struct fm_table *table;
	bool behind = !last;

	for (table = rules->first; table; table = table->next) {
		if (table->family && table->family != family)
			continue;
		for (chain = table->first; chain; chain = chain->next) {
			if (chain == last)
				behind = true;
			else if (chain->hook == hook &&
				 chain->priority >= first &&
				 (!found || chain->priority < found->priority) &&
				 (!last || chain->priority > last->priority ||
				  (chain->priority == last->priority && behind)))
				found = chain;
		}
	}
	return found;
}

/**
 * fm_flow_walk() - take packets through the base chains of a hook
 * @rules: the rules
 * @flow: the packets
 * @hook: the hook
 * @first: the first priority
 * @behind: the first priority that is left out
 */
void fm_flow_walk(struct fm_rules *rules, struct fm_flow *flow,
		  enum fm_hook hook, int first, int behind)
{
	const struct fm_chain *chain = NULL;

	if (!rules->walk)
		rules->walk++;
	while (flow->share &&
	       (chain = fm_chain_next(rules, flow->packet.family, hook, first,
				      chain)) && chain->priority < behind)
		fm_walk_base(rules, flow, chain);
}

/**
 * fm_flow_add() - add packets that set out
 * @flow: the packets; zeroed but for what they have in common
 * @port: their ports
 * @mark: their mark
 * @state: their state in conntrack, 0 if not known
 *
 * Return: the packets, or NULL if out of memory.
 */
struct fm_share *fm_flow_add(struct fm_flow *flow, const struct fm_range *port,
			     uint32_t mark, unsigned int state)
{
	struct fm_share *share = calloc(1, sizeof(*share));

	if (!share)
		return NULL;
	fm_portmap_add(&share->port, port);
	share->mark = mark;
	share->state = state;
	share->end = FM_STEP_ACCEPT;
	share->next = flow->share;
	flow->share = share;
	return share;
}

/**
 * fm_share_meets() - do packets have one of some ports
 * @share: the packets
 * @port: the ports
 *
 * Return: true if some do.
 */
bool fm_share_meets(const struct fm_share *share, const struct fm_portmap *port)
{
	size_t i;

	for (i = 0; i < FM_PORTMAP_WORDS; i++) {
		if (share->port.word[i] & port->word[i])
			return true;
	}
	return false;
}

/* The next rule of all chains, or the first one. */
static const struct fm_rule *fm_rule_next(const struct fm_rules *rules,
					  const struct fm_rule *rule)
{
	const struct fm_table *table = rule ? rule->chain->table->next :
					      rules->first;
	const struct fm_chain *chain = rule ? rule->chain->next : NULL;

	if (rule && rule->next)
		return rule->next;
	for (;;) {
		for (; chain; chain = chain->next) {
			if (chain->first)
				return chain->first;
		}
		if (!table)
			return NULL;
		chain = table->first;
		table = table->next;
	}
}

/**
 * fm_rule_met() - find a rule that the packets of the last walk have met
 * @rules: the rules
 * @behind: the rule behind which to search, or NULL for all
 *
 * Return: the rule, or NULL.
 */
const struct fm_rule *fm_rule_met(const struct fm_rules *rules,
				  const struct fm_rule *behind)
{
	do {
		behind = fm_rule_next(rules, behind);
	} while (behind && behind->met != rules->walk);
	return behind;
}

static void fm_shares_free(struct fm_share *share)
{
	struct fm_share *next;

	for (; share; share = next) {
		next = share->next;
		free(share);
	}
}

/**
 * fm_flow_free() - free packets
 * @flow: the packets
 */
void fm_flow_free(struct fm_flow *flow)
{
	fm_shares_free(flow->share);
	fm_shares_free(flow->ended);
	flow->share = NULL;
	flow->ended = NULL;
}
