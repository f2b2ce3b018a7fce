/* SPDX-License-Identifier: GPL-2.0-only */
/* Verbs, their call, and their exit status. */
#ifndef FM_VERBS_CALL_H
#define FM_VERBS_CALL_H

#include <stdio.h>

#include "base/error.h"
#include "model/words.h"

/**
 * enum fm_status - exit status
 * @FM_DONE: done
 * @FM_REFUSED: the kernel refused it, and nothing has changed; or "check" found
 *	a fault
 * @FM_USAGE: the command line or a file was not understood, or "import" found no
 *	service
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
 * @name: its name on the command line
 * @words: the words that follow it, for the usage line; "" for none
 * @summary: one line that says what it does
 * @help: more lines of help, or NULL
 * @settings: list the settings at the end of the help
 * @json: it can print JSON
 * @run: executes it
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
 * struct fm_call - a verb and its arguments
 * @verb: the verb
 * @netns: network namespace to work in, or NULL for the caller's
 * @json: print JSON; set only for a verb that can
 * @argc: number of words after the verb
 * @argv: the words after the verb
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
