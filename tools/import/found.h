/* SPDX-License-Identifier: GPL-2.0-only */
/* What an import has found so far: the state that its steps share. */
#ifndef FTPMARK_FOUND_H
#define FTPMARK_FOUND_H

#include "import/rules.h"
#include "model/config.h"
#include "model/lists.h"
#include "model/portmap.h"

/**
 * struct ftpmark_note - something the operator has to know
 * @line: the line that it is about
 * @left: the rule there was not taken; else it is a warning
 * @text: why, or what of
 */
struct ftpmark_note {
	unsigned int line;
	bool left;
	char *text;
};

/**
 * struct ftpmark_marked - a VIP and the ports of it that get one mark
 * @vip: the VIP
 * @mark: the mark
 * @keep: packets with another mark keep it
 * @line: the first rule of it
 * @refused: why it is no service, or NULL
 * @single: ports that stand alone in their rules
 * @range: ports that stand in ranges
 */
struct ftpmark_marked {
	struct ftpmark_prefix vip;
	uint32_t mark;
	bool keep;
	unsigned int line;
	const char *refused;
	struct ftpmark_portmap single;
	struct ftpmark_portmap range;
};

/**
 * struct ftpmark_claim - a rule and what it marks
 * @rule: the rule
 * @marked: index of the struct ftpmark_marked
 */
struct ftpmark_claim {
	struct ftpmark_rule *rule;
	size_t marked;
};

/**
 * struct ftpmark_dial - a rule of nat and the packets it is for
 * @rule: the rule
 * @match: these, with what the jumps to its chain say
 */
struct ftpmark_dial {
	struct ftpmark_rule *rule;
	struct ftpmark_match match;
};

/**
 * struct ftpmark_found - a service that was found
 * @mark: its mark
 * @keep: packets with another mark keep it
 * @line: its first rule
 * @vip: its VIPs
 * @control: ports of control connections
 * @passive: ports of passive data
 * @real: its real servers
 * @active: what translates active data, FTPMARK_TARGET_NONE if nothing
 * @data: source ports of active data
 */
struct ftpmark_found {
	uint32_t mark;
	bool keep;
	unsigned int line;
	struct ftpmark_prefixes vip;
	struct ftpmark_portmap control;
	struct ftpmark_portmap passive;
	struct ftpmark_prefixes real;
	enum ftpmark_target active;
	struct ftpmark_portmap data;
};

/**
 * struct ftpmark_import - what was made of the rules, and on the way to it
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
struct ftpmark_import {
	struct ftpmark_rules *rules;
	struct ftpmark_config config;
	size_t notes;
	struct ftpmark_note *note;
	size_t marks;
	struct ftpmark_marked *marked;
	size_t claims;
	struct ftpmark_claim *claim;
	size_t dials;
	struct ftpmark_dial *dial;
	size_t count;
	struct ftpmark_found *found;
	bool failed;
};

void *ftpmark_import_grow(struct ftpmark_import *import, void *array,
			  size_t count, size_t size);
__printf(3, 4)
void ftpmark_import_left(struct ftpmark_import *import,
			 struct ftpmark_rule *rule, const char *fmt, ...);
__printf(3, 4)
void ftpmark_import_warn(struct ftpmark_import *import, unsigned int line,
			 const char *fmt, ...);

#endif /* FTPMARK_FOUND_H */
