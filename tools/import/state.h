/* SPDX-License-Identifier: GPL-2.0-only */
/* The state and the result of an import, and what its steps share. */
#ifndef FM_IMPORT_STATE_H
#define FM_IMPORT_STATE_H

#include "base/macros.h"
#include "model/config.h"
#include "rules/walk.h"

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
 * struct fm_found - a service that was found
 * @mark: its mark
 * @keep: packets with another mark keep it
 * @line: line of its first rule
 * @vip: its VIPs
 * @control: ports of control connections
 * @passive: ports of passive data
 * @real: its real servers
 * @active: FM_STEP_SNAT or FM_STEP_MASQUERADE, or FM_STEP_NOTHING
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
	enum fm_step_kind active;
	struct fm_portmap data;
};

/**
 * struct fm_import - the state and the result of an import
 * @rules: the rules; they are marked as taken or noted
 * @verbose: name each rule that is not about FTP
 * @config: result: the services
 * @notes: number of notes
 * @note: result: the notes, ordered by line
 * @left: result: number of VIPs and real servers that were left out, since
 *	their rules can't be evaluated
 * @count: number of services that were found
 * @found: the services that were found
 * @work: number of rules that packets may still meet
 * @failed: out of memory
 */
struct fm_import {
	struct fm_rules rules;
	bool verbose;
	struct fm_config config;
	size_t notes;
	struct fm_note *note;
	size_t left;
	size_t count;
	struct fm_found *found;
	unsigned long work;
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
struct fm_rule *fm_import_next(const struct fm_rules *rules, const char *table,
			       struct fm_rule *rule);
void fm_import_taken(struct fm_import *import, const char *table);
bool fm_rule_control(const struct fm_rule *rule);
const char *fm_import_doubt(const struct fm_rule *rule);
size_t fm_import_prefixes(struct fm_import *import, const char *table,
			  enum fm_step_kind kind, bool hosts,
			  struct fm_prefix **list);

#endif /* FM_IMPORT_STATE_H */
