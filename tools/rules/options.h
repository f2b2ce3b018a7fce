/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two halves of the parser of iptables' options share. */
#ifndef FM_RULES_OPTIONS_H
#define FM_RULES_OPTIONS_H

#include "rules/rules.h"

/**
 * struct fm_scan - state of the parser of a rule
 * @rules: the rules
 * @rule: the rule
 * @not: a "!" stands before the option
 * @connection: "-m connmark" was the last module
 * @target: what the rule does; added at the end, since matches may follow
 * @after: name of its target, or NULL
 * @masked: the masks of CONNMARK that were given
 * @mask: the masks
 */
struct fm_scan {
	struct fm_rules *rules;
	struct fm_rule *rule;
	bool not;
	bool connection;
	struct fm_step target;
	const char *after;
	unsigned int masked;
	uint32_t mask[2];
};

/* targets.c */
bool fm_number(const char **text, uint32_t *number);
bool fm_number_mask(const char *text, uint32_t *number, uint32_t *mask);
void fm_scan_odd(struct fm_scan *scan, const char *word, const char *why);
const char *fm_take_mark(struct fm_scan *scan, char *const value[]);
const char *fm_take_copy(struct fm_scan *scan, char *const value[]);
const char *fm_take_mask(struct fm_scan *scan, char *const value[]);
const char *fm_take_notrack(struct fm_scan *scan, char *const value[]);
const char *fm_take_to_source(struct fm_scan *scan, char *const value[]);
const char *fm_take_target(struct fm_scan *scan, char *const value[]);
bool fm_scan_quiet(const struct fm_scan *scan);
void fm_scan_target(struct fm_scan *scan);

#endif /* FM_RULES_OPTIONS_H */
