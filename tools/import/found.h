/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of an import, which its steps share. */
#ifndef FM_IMPORT_FOUND_H
#define FM_IMPORT_FOUND_H

#include "base/macros.h"
#include "import/rules.h"
#include "model/config.h"
#include "model/lists.h"
#include "model/portmap.h"

/**
 * struct fm_note - a message for the operator
 * @line: the line that it is about
 * @left: the rule was not taken; otherwise it is a warning
 * @text: the reason, or the warning
 */
struct fm_note {
	unsigned int line;
	bool left;
	char *text;
};

/**
 * struct fm_marked - a VIP and those of its ports that get one mark
 * @vip: the VIP
 * @mark: the mark
 * @keep: packets with another mark keep it
 * @line: line of the first rule for it
 * @refused: why it can be no service, or NULL
 * @single: ports that rules name singly
 * @range: ports that rules name in ranges
 */
struct fm_marked {
	struct fm_prefix vip;
	uint32_t mark;
	bool keep;
	unsigned int line;
	const char *refused;
	struct fm_portmap single;
	struct fm_portmap range;
};

/**
 * struct fm_mark_claim - a rule and what it marks
 * @rule: the rule
 * @marked: index of the struct fm_marked
 */
struct fm_mark_claim {
	struct fm_rule *rule;
	size_t marked;
};

/**
 * struct fm_dial - a rule of nat and the packets it matches
 * @rule: the rule
 * @match: the packets, narrowed by the jumps that lead to the rule
 */
struct fm_dial {
	struct fm_rule *rule;
	struct fm_match match;
};

/**
 * struct fm_found - a service that was found
 * @mark: its mark
 * @keep: packets with another mark keep it
 * @line: line of its first rule
 * @vip: its VIPs
 * @control: ports of control connections
 * @passive: ports of passive data
 * @real: its real servers
 * @active: target that translates active data, or FM_TARGET_NONE
 * @data: source ports of active data
 */
struct fm_found {
	uint32_t mark;
	bool keep;
	unsigned int line;
	struct fm_prefixes vip;
	struct fm_portmap control;
	struct fm_portmap passive;
	struct fm_prefixes real;
	enum fm_target active;
	struct fm_portmap data;
};

/**
 * struct fm_import - the state and the result of an import
 * @rules: the rules
 * @config: result: the services
 * @notes: number of notes
 * @note: result: the notes, ordered by line
 * @marks: number of pairs of VIP and mark
 * @marked: the pairs
 * @claims: number of rules that mark
 * @claim: the rules that mark
 * @dials: number of rules of nat
 * @dial: the rules of nat
 * @count: number of services that were found
 * @found: the services that were found
 * @failed: out of memory
 */
struct fm_import {
	struct fm_rules *rules;
	struct fm_config config;
	size_t notes;
	struct fm_note *note;
	size_t marks;
	struct fm_marked *marked;
	size_t claims;
	struct fm_mark_claim *claim;
	size_t dials;
	struct fm_dial *dial;
	size_t count;
	struct fm_found *found;
	bool failed;
};

void *fm_import_grow(struct fm_import *import, void *array,
		     size_t count, size_t size);
__printf(3, 4)
void fm_import_left(struct fm_import *import,
		    struct fm_rule *rule, const char *fmt, ...);
__printf(3, 4)
void fm_import_warn(struct fm_import *import, unsigned int line,
		    const char *fmt, ...);

#endif /* FM_IMPORT_FOUND_H */
