/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules as iptables-save writes them, and as people write them for
 * iptables-restore. Nothing here reads or writes anything.
 */
#ifndef FTPMARK_IPTABLES_H
#define FTPMARK_IPTABLES_H

#include <stdint.h>

#include "model/values.h"

/* As many ports as multiport takes. */
enum { FTPMARK_MULTIPORT_MAX = 15 };

/**
 * enum ftpmark_table - tables that the recipe has rules in
 * @FTPMARK_TABLE_OTHER: none of these
 * @FTPMARK_TABLE_MANGLE: marks
 * @FTPMARK_TABLE_NAT: active data
 */
enum ftpmark_table {
	FTPMARK_TABLE_OTHER,
	FTPMARK_TABLE_MANGLE,
	FTPMARK_TABLE_NAT,
};

/**
 * enum ftpmark_target - what a rule does
 * @FTPMARK_TARGET_NONE: nothing but count
 * @FTPMARK_TARGET_MARK: sets the mark
 * @FTPMARK_TARGET_MASQUERADE: translates to the interface's address
 * @FTPMARK_TARGET_SNAT: translates to an address
 * @FTPMARK_TARGET_LEAVE: leaves the chain: RETURN, ACCEPT
 * @FTPMARK_TARGET_OTHER: a chain, or something else
 */
enum ftpmark_target {
	FTPMARK_TARGET_NONE,
	FTPMARK_TARGET_MARK,
	FTPMARK_TARGET_MASQUERADE,
	FTPMARK_TARGET_SNAT,
	FTPMARK_TARGET_LEAVE,
	FTPMARK_TARGET_OTHER,
};

/**
 * struct ftpmark_end - one end of the connections that a rule matches
 * @given: an address is matched
 * @address: it
 * @excepted: all but an address are matched
 * @except: it
 * @count: how many ranges of ports are matched, 0 for any port
 * @port: these
 */
struct ftpmark_end {
	bool given;
	bool excepted;
	struct ftpmark_prefix address;
	struct ftpmark_prefix except;
	size_t count;
	struct ftpmark_range port[FTPMARK_MULTIPORT_MAX];
};

/**
 * struct ftpmark_match - the packets that a rule is for
 * @family: AF_INET, AF_INET6, or 0 if nothing in the rule says
 * @tcp: TCP only
 * @unmarked: only packets without a mark
 * @in: interface that they come in by, or NULL
 * @out: interface that they leave by, or NULL
 * @from: their source
 * @to: their destination
 */
struct ftpmark_match {
	int family;
	bool tcp;
	bool unmarked;
	const char *in;
	const char *out;
	struct ftpmark_end from;
	struct ftpmark_end to;
};

/**
 * struct ftpmark_rule - a rule
 * @line: where it stands
 * @section: the how manieth table of the text it is in
 * @table: which table that is
 * @chain: its chain
 * @match: the packets that it is for
 * @target: what it does
 * @jump: the target's name, or NULL
 * @mark: the mark that FTPMARK_TARGET_MARK sets
 * @source: the address that FTPMARK_TARGET_SNAT translates to
 * @odd: a word of it that is not understood, or NULL if all are
 * @why: why not
 * @visits: for whoever reads the rules: how often it was met
 * @taken: for whoever reads the rules: is it accounted for
 * @noted: for whoever reads the rules: has something been said of it
 */
struct ftpmark_rule {
	unsigned int line;
	unsigned int section;
	enum ftpmark_table table;
	const char *chain;
	struct ftpmark_match match;
	enum ftpmark_target target;
	const char *jump;
	uint32_t mark;
	struct ftpmark_prefix source;
	const char *odd;
	const char *why;
	unsigned int visits;
	bool taken;
	bool noted;
};

/**
 * struct ftpmark_section - one table of the text
 * @line: where it begins
 * @table: which table it is
 * @name: its name
 * @others: how many rules it has if it is an FTPMARK_TABLE_OTHER
 */
struct ftpmark_section {
	unsigned int line;
	enum ftpmark_table table;
	const char *name;
	size_t others;
};

/**
 * struct ftpmark_rules - all rules of the recipe's tables
 * @count: how many
 * @room: for how many there is room
 * @rule: these, in order
 * @sections: how many tables there are
 * @section: these
 * @elsewhere: a line that says that there are rules that are not in the text,
 *	or 0
 * @fault: the line that makes the text no iptables-save text, or 0
 */
struct ftpmark_rules {
	size_t count;
	size_t room;
	struct ftpmark_rule *rule;
	size_t sections;
	struct ftpmark_section *section;
	unsigned int elsewhere;
	unsigned int fault;
};

bool ftpmark_rules_parse(char *text, size_t size, struct ftpmark_rules *rules);
void ftpmark_rules_free(struct ftpmark_rules *rules);

/* For iptables.c; see iptables_rule.c. */
enum { FTPMARK_RULE_WORDS_MAX = 128 };

void ftpmark_rule_parse(struct ftpmark_rule *rule, int argc,
			char *const argv[], const char *from, const char *to);

#endif /* FTPMARK_IPTABLES_H */
