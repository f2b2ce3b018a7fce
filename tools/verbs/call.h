/* SPDX-License-Identifier: GPL-2.0-only */
/* A verb, and what it was called with. */
#ifndef FM_VERBS_CALL_H
#define FM_VERBS_CALL_H

#include <stdio.h>

#include "base/error.h"
#include "model/words.h"

/**
 * enum fm_status - exit status
 * @FM_DONE: done
 * @FM_REFUSED: refused by the kernel; nothing has changed. Or "check"
 *	found a fault
 * @FM_USAGE: not understood
 * @FM_NO_MODULE: the module is not loaded
 * @FM_DIFFERS: "restore --dry-run" found a difference
 */
enum fm_status {
	FM_DONE = 0,
	FM_REFUSED = 1,
	FM_USAGE = 2,
	FM_NO_MODULE = 3,
	FM_DIFFERS = 4,
};

struct fm_call;

/**
 * struct fm_verb - one command of the tool
 * @name: the word
 * @words: what follows it, for the usage line; "" for nothing
 * @summary: what it does, in a line
 * @help: what else there is to know, whole lines, or NULL
 * @settings: the help ends in a list of the settings
 * @json: it can print JSON
 * @run: does it
 */
struct fm_verb {
	const char *name;
	const char *words;
	const char *summary;
	const char *help;
	bool settings;
	bool json;
	enum fm_status (*run)(const struct fm_call *call);
};

/**
 * struct fm_call - a verb and what it was called with
 * @verb: the verb
 * @netns: network namespace to work in, or NULL for the caller's
 * @json: print JSON; only ever set for a verb that can
 * @argc: number of words after the verb
 * @argv: these words
 */
struct fm_call {
	const struct fm_verb *verb;
	const char *netns;
	bool json;
	int argc;
	char *const *argv;
};

void fm_verb_usage(FILE *out, const struct fm_verb *verb);
enum fm_status fm_begin(const struct fm_call *call, enum fm_shape shape,
			struct fm_request *request);
enum fm_status fm_open(const struct fm_call *call);
enum fm_status fm_word_error(const struct fm_call *call,
			     const char *word, const char *why);

enum fm_status fm_cmd_add(const struct fm_call *call);
enum fm_status fm_cmd_check(const struct fm_call *call);
enum fm_status fm_cmd_del(const struct fm_call *call);
enum fm_status fm_cmd_disable(const struct fm_call *call);
enum fm_status fm_cmd_enable(const struct fm_call *call);
enum fm_status fm_cmd_export(const struct fm_call *call);
enum fm_status fm_cmd_flush(const struct fm_call *call);
enum fm_status fm_cmd_import(const struct fm_call *call);
enum fm_status fm_cmd_restore(const struct fm_call *call);
enum fm_status fm_cmd_save(const struct fm_call *call);
enum fm_status fm_cmd_set(const struct fm_call *call);
enum fm_status fm_cmd_show(const struct fm_call *call);
enum fm_status fm_cmd_stats(const struct fm_call *call);

#endif /* FM_VERBS_CALL_H */
