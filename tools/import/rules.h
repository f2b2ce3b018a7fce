/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parses rules as iptables-save prints them, and as people write them for
 * iptables-restore. No I/O.
 */
#ifndef FM_IMPORT_RULES_H
#define FM_IMPORT_RULES_H

#include <stdint.h>

#include "model/values.h"

/* Limit of multiport. */
enum { FM_MULTIPORT_MAX = 15 };

/**
 * enum fm_table - tables that the recipe uses
 * @FM_TABLE_OTHER: another table
 * @FM_TABLE_MANGLE: mangle, which sets marks
 * @FM_TABLE_NAT: nat, which translates active data
 */
enum fm_table {
	FM_TABLE_OTHER,
	FM_TABLE_MANGLE,
	FM_TABLE_NAT,
};

/**
 * enum fm_target - what a rule does
 * @FM_TARGET_NONE: only counts packets
 * @FM_TARGET_MARK: sets the mark
 * @FM_TARGET_MASQUERADE: translates to the address of the interface
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
 * @given: it matches only @address
 * @address: an address or prefix
 * @excepted: it matches all addresses but @except
 * @except: an address or prefix
 * @count: number of ranges of ports that it matches, 0 for all ports
 * @port: the ranges
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
 * struct fm_match - the packets that a rule matches
 * @family: AF_INET, AF_INET6, or 0 if the rule does not say
 * @tcp: only TCP
 * @unmarked: only packets without a mark
 * @in: incoming interface, or NULL for any
 * @out: outgoing interface, or NULL for any
 * @from: source
 * @to: destination
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
 * @line: its line
 * @section: index of its section, the table in the text
 * @table: kind of this table
 * @chain: its chain
 * @match: the packets that it matches
 * @target: what it does
 * @jump: name of the target, or NULL
 * @mark: the mark that FM_TARGET_MARK sets
 * @source: the address that FM_TARGET_SNAT translates to
 * @odd: the first word that was not understood, or NULL
 * @why: what is wrong with @odd
 * @visits: used by the import: number of ways that led to the rule
 * @taken: used by the import: a service does what the rule does
 * @noted: used by the import: a note is about the rule
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
 * @line: its first line
 * @table: kind of the table
 * @name: name of the table
 * @others: number of rules in an FM_TABLE_OTHER
 */
struct fm_section {
	unsigned int line;
	enum fm_table table;
	const char *name;
	size_t others;
};

/**
 * struct fm_rules - all rules of the recipe's tables
 * @count: number of rules
 * @room: number of rules that there is room for
 * @rule: the rules, in order
 * @sections: number of tables in the text
 * @section: the tables
 * @elsewhere: a line that says that other rules exist outside the text, or 0
 * @fault: the line that iptables-save can't have printed, or 0
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

/* rules.c splits a line into words, rule.c parses them. */
enum { FM_RULE_WORDS_MAX = 128 };

void fm_rule_parse(struct fm_rule *rule, int argc,
		   char *const argv[], const char *from, const char *to);

#endif /* FM_IMPORT_RULES_H */
