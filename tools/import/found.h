/* SPDX-License-Identifier: GPL-2.0-only */
/* What an import has found so far: the state that its steps share. */
#ifndef FM_IMPORT_FOUND_H
#define FM_IMPORT_FOUND_H

#include "base/macros.h"
#include "import/rules.h"
#include "model/config.h"
#include "model/lists.h"
#include "model/portmap.h"

/**
 * struct fm_note - something the operator has to know
 * @line: the line that it is about
 * @left: the rule there was not taken; else it is a warning
 * @text: why, or what of
 */
struct fm_note {
	unsigned int line;
	bool left;
	char *text;
};

/**
 * struct fm_marked - a VIP and the ports of it that get one mark
 * @vip: the VIP
 * @mark: the mark
 * @keep: packets with another mark keep it
 * @line: the first rule of it
 * @refused: why it is no service, or NULL
 * @single: ports that stand alone in their rules
 * @range: ports that stand in ranges
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
 * struct fm_dial - a rule of nat and the packets it is for
 * @rule: the rule
 * @match: these, with what the jumps to its chain say
 */
struct fm_dial {
	struct fm_rule *rule;
	struct fm_match match;
};

/**
 * struct fm_found - a service that was found
 * @mark: its mark
 * @keep: packets with another mark keep it
 * @line: its first rule
 * @vip: its VIPs
 * @control: ports of control connections
 * @passive: ports of passive data
 * @real: its real servers
 * @active: what translates active data, FM_TARGET_NONE if nothing
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
 * struct fm_import - what was made of the rules, and on the way to it
 * @rules: the rules
 * @config: the services as they are to be added
 * @notes: how many notes there are
 * @note: these, ordered by line
 * @marks: how many VIPs with a mark there are
 * @marked: these
 * @claims: how many claims there are
 * @claim: these
 * @dials: how many rules of nat there are
 * @dial: these
 * @count: how many services were found
 * @found: these
 * @failed: memory is short
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
