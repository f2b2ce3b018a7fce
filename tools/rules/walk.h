/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Evaluates rules: which packets pass a hook, and with which marks. Packets are
 * alike but for one of their ports. Whether a rule matches may be unknown; then
 * both ways are gone. No I/O.
 */
#ifndef FM_RULES_WALK_H
#define FM_RULES_WALK_H

#include "model/portmap.h"
#include "rules/rules.h"

enum { FM_WALK_NAMES = 16 };

/**
 * struct fm_packet - what packets have in common
 * @family: AF_INET or AF_INET6
 * @from: their source, or NULL for anyone
 * @to: their destination, or NULL for anyone
 * @others: prefixes that anyone is in none of, or NULL
 * @strangers: anyone, or the packets of a prefix, have no address that a rule
 *	names more closely; otherwise such a rule may match
 * @sport: the ports that differ are source ports; the others are those that
 *	programs choose at random
 * @local: they are for this machine
 * @flags: their TCP flags, 0 if not known
 * @in: incoming interface, or NULL if not known
 * @out: outgoing interface, or NULL if not known
 */
struct fm_packet {
	int family;
	const struct fm_prefix *from;
	const struct fm_prefix *to;
	const struct fm_prefixes *others;
	bool strangers;
	bool sport;
	bool local;
	unsigned int flags;
	const char *in;
	const char *out;
};

/**
 * struct fm_share - packets that are alike, and what became of them
 * @next: the next share
 * @port: their ports
 * @mark: their mark
 * @ctmark: mark of their connection
 * @lost: the mark is not known
 * @ctlost: the mark of the connection is not known
 * @state: their state in conntrack, 0 if not known
 * @end: FM_STEP_ACCEPT, _DROP, _DNAT, _SNAT or _MASQUERADE
 * @source: what FM_STEP_SNAT translates to
 * @base: the base chain in which their way ended
 * @chain: the chain that ended their way
 * @rule: the rule that ended their way, NULL for a policy
 * @marker: the last rule that changed their mark, or NULL
 * @doubt: a rule that may have matched or not, or NULL
 */
struct fm_share {
	struct fm_share *next;
	struct fm_portmap port;
	uint32_t mark;
	uint32_t ctmark;
	bool lost;
	bool ctlost;
	unsigned int state;
	enum fm_step_kind end;
	struct fm_prefix source;
	const struct fm_chain *base;
	const struct fm_chain *chain;
	const struct fm_rule *rule;
	const struct fm_rule *marker;
	const struct fm_rule *doubt;
};

/**
 * struct fm_flow - packets on their way
 * @packet: what they have in common
 * @share: those that go on
 * @ended: those that do not
 * @single: ports that rules which they met name singly
 * @names: number of interfaces that rules name, if theirs is not known
 * @name: the interfaces
 * @overrun: the rules are too many or too deep; the result is void
 * @work: number of rules that they may still meet
 */
struct fm_flow {
	struct fm_packet packet;
	struct fm_share *share;
	struct fm_share *ended;
	struct fm_portmap single;
	size_t names;
	const char *name[FM_WALK_NAMES];
	bool overrun;
	unsigned long work;
};

struct fm_share *fm_flow_add(struct fm_flow *flow, const struct fm_range *port,
			     uint32_t mark, unsigned int state);
void fm_flow_walk(struct fm_rules *rules, struct fm_flow *flow,
		  enum fm_hook hook, int first, int behind);
void fm_flow_free(struct fm_flow *flow);
const struct fm_rule *fm_rule_met(const struct fm_rules *rules,
				  const struct fm_rule *behind);
bool fm_share_meets(const struct fm_share *share,
		    const struct fm_portmap *port);

#endif /* FM_RULES_WALK_H */
