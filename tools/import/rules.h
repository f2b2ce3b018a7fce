/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules as iptables-save writes them, and as people write them for
 * iptables-restore. Nothing here reads or writes anything.
 */
#ifndef FM_IMPORT_RULES_H
#define FM_IMPORT_RULES_H

#include <stdint.h>

#include "model/values.h"

/* As many ports as multiport takes. */
enum { FM_MULTIPORT_MAX = 15 };

/**
 * enum fm_table - tables that the recipe has rules in
 * @FM_TABLE_OTHER: none of these
 * @FM_TABLE_MANGLE: marks
 * @FM_TABLE_NAT: active data
 */
enum fm_table {
	FM_TABLE_OTHER,
	FM_TABLE_MANGLE,
	FM_TABLE_NAT,
};

/**
 * enum fm_target - what a rule does
 * @FM_TARGET_NONE: nothing but count
 * @FM_TARGET_MARK: sets the mark
 * @FM_TARGET_MASQUERADE: translates to the interface's address
 * @FM_TARGET_SNAT: translates to an address
 * @FM_TARGET_LEAVE: leaves the chain: RETURN, ACCEPT
 * @FM_TARGET_OTHER: a chain, or something else
 */
enum fm_target {
	FM_TARGET_NONE,
	FM_TARGET_MARK,
	FM_TARGET_MASQUERADE,
	FM_TARGET_SNAT,
	FM_TARGET_LEAVE,
	FM_TARGET_OTHER,
};

/**
 * struct fm_end - one end of the connections that a rule matches
 * @given: an address is matched
 * @address: it
 * @excepted: all but an address are matched
 * @except: it
 * @count: how many ranges of ports are matched, 0 for any port
 * @port: these
 */
struct fm_end {
	bool given;
	bool excepted;
	struct fm_prefix address;
	struct fm_prefix except;
	size_t count;
	struct fm_range port[FM_MULTIPORT_MAX];
};

/**
 * struct fm_match - the packets that a rule is for
 * @family: AF_INET, AF_INET6, or 0 if nothing in the rule says
 * @tcp: TCP only
 * @unmarked: only packets without a mark
 * @in: interface that they come in by, or NULL
 * @out: interface that they leave by, or NULL
 * @from: their source
 * @to: their destination
 */
struct fm_match {
	int family;
	bool tcp;
	bool unmarked;
	const char *in;
	const char *out;
	struct fm_end from;
	struct fm_end to;
};

/**
 * struct fm_rule - a rule
 * @line: where it stands
 * @section: the how manieth table of the text it is in
 * @table: which table that is
 * @chain: its chain
 * @match: the packets that it is for
 * @target: what it does
 * @jump: the target's name, or NULL
 * @mark: the mark that FM_TARGET_MARK sets
 * @source: the address that FM_TARGET_SNAT translates to
 * @odd: a word of it that is not understood, or NULL if all are
 * @why: why not
 * @visits: for whoever reads the rules: how often it was met
 * @taken: for whoever reads the rules: is it accounted for
 * @noted: for whoever reads the rules: has something been said of it
 */
struct fm_rule {
	unsigned int line;
	unsigned int section;
	enum fm_table table;
	const char *chain;
	struct fm_match match;
	enum fm_target target;
	const char *jump;
	uint32_t mark;
	struct fm_prefix source;
	const char *odd;
	const char *why;
	unsigned int visits;
	bool taken;
	bool noted;
};

/**
 * struct fm_section - one table of the text
 * @line: where it begins
 * @table: which table it is
 * @name: its name
 * @others: how many rules it has if it is an FM_TABLE_OTHER
 */
struct fm_section {
	unsigned int line;
	enum fm_table table;
	const char *name;
	size_t others;
};

/**
 * struct fm_rules - all rules of the recipe's tables
 * @count: how many
 * @room: for how many there is room
 * @rule: these, in order
 * @sections: how many tables there are
 * @section: these
 * @elsewhere: a line that says that there are rules that are not in the text,
 *	or 0
 * @fault: the line that makes the text no iptables-save text, or 0
 */
struct fm_rules {
	size_t count;
	size_t room;
	struct fm_rule *rule;
	size_t sections;
	struct fm_section *section;
	unsigned int elsewhere;
	unsigned int fault;
};

bool fm_rules_parse(char *text, size_t size, struct fm_rules *rules);
void fm_rules_free(struct fm_rules *rules);

/* For iptables.c; see iptables_rule.c. */
enum { FM_RULE_WORDS_MAX = 128 };

void fm_rule_parse(struct fm_rule *rule, int argc,
		   char *const argv[], const char *from, const char *to);

#endif /* FM_IMPORT_RULES_H */
