/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules of iptables and nftables in one form, which walk.c evaluates. What a
 * parser does not understand is a step of its own, FM_STEP_UNKNOWN. No I/O.
 */
#ifndef FM_RULES_RULES_H
#define FM_RULES_RULES_H

#include <stdint.h>

#include "model/lists.h"

struct json_object;

/* Priorities of hooks. */
enum {
	FM_PRI_RAW = -300,
	FM_PRI_MANGLE = -150,
	FM_PRI_MODULE = -149,
	FM_PRI_NAT_DST = -100,
	FM_PRI_FILTER = 0,
	FM_PRI_SECURITY = 50,
	FM_PRI_IPVS = 98,
	FM_PRI_NAT_SRC = 100,
};

/**
 * enum fm_hook - hooks with base chains
 * @FM_NO_HOOK: no base chain, or one of a hook that is not looked at
 * @FM_PREROUTING: prerouting
 * @FM_INPUT: input
 * @FM_FORWARD: forward
 * @FM_OUTPUT: output
 * @FM_POSTROUTING: postrouting
 */
enum fm_hook {
	FM_NO_HOOK,
	FM_PREROUTING,
	FM_INPUT,
	FM_FORWARD,
	FM_OUTPUT,
	FM_POSTROUTING,
};

/* States of conntrack, as bits; the two of NAT are those of its status. */
enum {
	FM_STATE_INVALID = 1 << 0,
	FM_STATE_ESTABLISHED = 1 << 1,
	FM_STATE_RELATED = 1 << 2,
	FM_STATE_NEW = 1 << 3,
	FM_STATE_SNAT = 1 << 4,
	FM_STATE_DNAT = 1 << 5,
	FM_STATE_UNTRACKED = 1 << 6,
};

/* Flags of TCP. */
enum {
	FM_TCP_FIN = 1 << 0,
	FM_TCP_SYN = 1 << 1,
	FM_TCP_RST = 1 << 2,
	FM_TCP_PSH = 1 << 3,
	FM_TCP_ACK = 1 << 4,
	FM_TCP_URG = 1 << 5,
};

/**
 * enum fm_step_kind - what a step of a rule does
 * @FM_STEP_UNKNOWN: may match or not
 * @FM_STEP_FAMILY: matches AF_INET or AF_INET6, in @range
 * @FM_STEP_PROTOCOL: matches protocols, in @range
 * @FM_STEP_FROM: matches sources, in @prefix, or those of the set @word
 * @FM_STEP_TO: the same for destinations
 * @FM_STEP_SPORT: matches source ports, in @range
 * @FM_STEP_DPORT: matches destination ports, in @range
 * @FM_STEP_IN: matches incoming interfaces, in @name
 * @FM_STEP_OUT: matches outgoing interfaces, in @name
 * @FM_STEP_MARK: matches marks, in @range, compared under @mask
 * @FM_STEP_CTMARK: the same for the mark of the connection
 * @FM_STEP_STATE: matches states, bits in @mask
 * @FM_STEP_FLAGS: matches TCP flags, in @range, compared under @mask
 * @FM_STEP_LOCAL: matches packets to this machine
 * @FM_STEP_MATCHES: number of kinds that match; those behind do something
 * @FM_STEP_NOTHING: only counts packets
 * @FM_STEP_SET_MARK: keeps the bits in @mask and flips those in @flip
 * @FM_STEP_SET_CTMARK: the same for the mark of the connection
 * @FM_STEP_SAVE: copies the mark to the connection
 * @FM_STEP_RESTORE: copies the mark from the connection
 * @FM_STEP_LOSE_MARK: sets a mark that can't be known
 * @FM_STEP_LOSE_CTMARK: the same for the mark of the connection
 * @FM_STEP_NOTRACK: keeps packets out of conntrack
 * @FM_STEP_JUMP: jumps to the chain @word
 * @FM_STEP_GOTO: the same without a way back
 * @FM_STEP_RETURN: goes back to where the chain was jumped to from
 * @FM_STEP_ACCEPT: ends the base chain
 * @FM_STEP_DROP: drops packets, or rejects them
 * @FM_STEP_SNAT: translates the source to @prefix
 * @FM_STEP_MASQUERADE: translates the source to the interface's address
 * @FM_STEP_DNAT: translates the destination
 */
enum fm_step_kind {
	FM_STEP_UNKNOWN,
	FM_STEP_FAMILY,
	FM_STEP_PROTOCOL,
	FM_STEP_FROM,
	FM_STEP_TO,
	FM_STEP_SPORT,
	FM_STEP_DPORT,
	FM_STEP_IN,
	FM_STEP_OUT,
	FM_STEP_MARK,
	FM_STEP_CTMARK,
	FM_STEP_STATE,
	FM_STEP_FLAGS,
	FM_STEP_LOCAL,
	FM_STEP_MATCHES,
	FM_STEP_NOTHING = FM_STEP_MATCHES,
	FM_STEP_SET_MARK,
	FM_STEP_SET_CTMARK,
	FM_STEP_SAVE,
	FM_STEP_RESTORE,
	FM_STEP_LOSE_MARK,
	FM_STEP_LOSE_CTMARK,
	FM_STEP_NOTRACK,
	FM_STEP_JUMP,
	FM_STEP_GOTO,
	FM_STEP_RETURN,
	FM_STEP_ACCEPT,
	FM_STEP_DROP,
	FM_STEP_SNAT,
	FM_STEP_MASQUERADE,
	FM_STEP_DNAT,
};

struct fm_chain;

/**
 * struct fm_step - a match, or a statement
 * @next: the next step of the rule, or NULL
 * @kind: what it does
 * @not: a match is inverted
 * @mask: bits of a mark, flags or states
 * @flip: bits of a mark
 * @count: number of items that it matches
 * @prefix: the items of an address
 * @range: the items of a number
 * @name: the items of an interface; a "+" at the end stands for any end
 * @word: the word that was not understood, or the name of a chain or target
 * @why: why it was not understood, or NULL
 * @chain: the chain that @word names, once it was looked up
 */
struct fm_step {
	struct fm_step *next;
	enum fm_step_kind kind;
	bool not;
	uint32_t mask;
	uint32_t flip;
	size_t count;
	union {
		struct fm_prefix *prefix;
		struct fm_range *range;
		const char **name;
	};
	const char *word;
	const char *why;
	struct fm_chain *chain;
};

/**
 * struct fm_rule - a rule
 * @next: the next rule of the chain, or NULL
 * @chain: its chain
 * @line: its line, 0 for nftables
 * @text: the rule, or its handle for nftables
 * @first: its first step
 * @last: its last step
 * @odd: a step was not understood
 * @met: number of the last walk in which packets met it
 * @taken: used by the import: a service does what the rule does
 * @noted: used by the import: a note is about the rule
 */
struct fm_rule {
	struct fm_rule *next;
	struct fm_chain *chain;
	unsigned int line;
	const char *text;
	struct fm_step *first;
	struct fm_step *last;
	bool odd;
	unsigned int met;
	bool taken;
	bool noted;
};

/**
 * struct fm_chain - a chain
 * @next: the next chain
 * @table: the table that it is in
 * @name: its name
 * @hook: its hook, if it is a base chain
 * @priority: its priority
 * @nat: it is asked for the first packet of a connection only
 * @drop: its policy is to drop packets
 * @busy: packets are in it
 * @count: number of rules
 * @first: its first rule
 * @last: its last rule
 */
struct fm_chain {
	struct fm_chain *next;
	struct fm_table *table;
	const char *name;
	enum fm_hook hook;
	int priority;
	bool nat;
	bool drop;
	bool busy;
	size_t count;
	struct fm_rule *first;
	struct fm_rule *last;
};

/**
 * struct fm_table - a table
 * @next: the next table
 * @program: iptables, ip6tables or their variants, or "nft"
 * @family: AF_INET, AF_INET6, or 0 for both or if it is not known
 * @kind: its family as nftables names it, or ""
 * @name: its name
 * @line: its line
 * @first: its first chain
 */
struct fm_table {
	struct fm_table *next;
	const char *program;
	int family;
	const char *kind;
	const char *name;
	unsigned int line;
	struct fm_chain *first;
};

/**
 * struct fm_rules - tables, and the memory that they are in
 * @first: the first table
 * @last: the last table
 * @walk: number of the last walk
 * @elsewhere: a line that says that other rules exist outside the text, or 0
 * @fault: the line that iptables-save can't have printed, or 0
 * @failed: out of memory
 * @blocks: the memory
 */
struct fm_rules {
	struct fm_table *first;
	struct fm_table *last;
	unsigned int walk;
	unsigned int elsewhere;
	unsigned int fault;
	bool failed;
	struct fm_block *blocks;
};

void *fm_rules_alloc(struct fm_rules *rules, size_t size);
char *fm_rules_text(struct fm_rules *rules, const char *text);
struct fm_table *fm_table_add(struct fm_rules *rules, const char *program,
			      int family, const char *kind, const char *name);
struct fm_chain *fm_chain_get(struct fm_rules *rules, struct fm_table *table,
			      const char *name);
struct fm_chain *fm_chain_find(const struct fm_table *table, const char *name);
struct fm_rule *fm_rule_add(struct fm_rules *rules, struct fm_chain *chain,
			    size_t at);
struct fm_step *fm_step_add(struct fm_rules *rules, struct fm_rule *rule,
			    enum fm_step_kind kind);
struct fm_step *fm_step_odd(struct fm_rules *rules, struct fm_rule *rule,
			    const char *word, const char *why);
void fm_step_prefix(struct fm_rules *rules, struct fm_step *step,
		    const struct fm_prefix *prefix);
void fm_step_range(struct fm_rules *rules, struct fm_step *step,
		   unsigned int first, unsigned int last);
void fm_step_name(struct fm_rules *rules, struct fm_step *step,
		  const char *name);
bool fm_step_has(const struct fm_step *step, uint32_t number);
const struct fm_step *fm_rule_find(const struct fm_rule *rule,
				   enum fm_step_kind kind);
bool fm_rules_address(const char *text, struct fm_prefix *prefix);
bool fm_rules_span(struct fm_rules *rules, struct fm_step *step,
		   const char *first, const char *last);
void fm_rules_free(struct fm_rules *rules);

/* save.c, options.c */
bool fm_save_parse(struct fm_rules *rules, const char *program,
		   const char *text, size_t size);
void fm_options_parse(struct fm_rules *rules, struct fm_rule *rule,
		      int argc, char *const argv[]);

/* nft.c */
struct json_object *fm_nft_read(const char *text);
bool fm_nft_has_family(struct json_object *ruleset, const char *family);
int fm_nft_parse(struct fm_rules *rules, struct json_object *ruleset,
		 char *(*ask)(const char *kind, const char *family,
			      const char *table, const char *name));

#endif /* FM_RULES_RULES_H */
