/* SPDX-License-Identifier: GPL-2.0-only */
/* Verbs, their call, and their exit status. */
#ifndef FM_VERBS_CALL_H
#define FM_VERBS_CALL_H

#include <stdio.h>

#include "base/error.h"
#include "model/config.h"

/**
 * enum fm_status - exit status
 * @FM_DONE: done
 * @FM_REFUSED: the kernel refused it, and nothing has changed; or "check" found
 *	a fault, or "trace" a connection that is not whole
 * @FM_USAGE: the command line or a file was not understood, or "import" found no
 *	service
 * @FM_NO_MODULE: the module is not loaded
 * @FM_DIFFERS: "restore --dry-run" found a difference
 * @FM_PARTLY: "import" left out a VIP whose rules it can't evaluate, or "check"
 *	could not look at everything
 */
enum fm_status {
	FM_DONE = 0,
	FM_REFUSED = 1,
	FM_USAGE = 2,
	FM_NO_MODULE = 3,
	FM_DIFFERS = 4,
	FM_PARTLY = 5,
};

/**
 * enum fm_option - options that only some verbs take, as bits
 * @FM_OPT_FIRST: the first of them; getopt's letters are below
 * @FM_OPT_JSON: print JSON
 * @FM_OPT_DRY_RUN: print what would change
 * @FM_OPT_EXPLAIN: print what the counters mean
 * @FM_OPT_PROMETHEUS: print the text format of Prometheus
 * @FM_OPT_WATCH: print again and again
 * @FM_OPT_VERBOSE: name what is summed up otherwise
 * @FM_OPT_CHECK: judge a file only
 * @FM_OPT_WAIT: how long to wait for another change
 * @FM_OPT_DIRECTOR: one of two directors
 * @FM_OPT_CLIENT: watch this client only
 * @FM_OPT_SECONDS: how long to watch
 */
enum fm_option {
	FM_OPT_FIRST = 1 << 8,
	FM_OPT_JSON = FM_OPT_FIRST,
	FM_OPT_DRY_RUN = 1 << 9,
	FM_OPT_EXPLAIN = 1 << 10,
	FM_OPT_PROMETHEUS = 1 << 11,
	FM_OPT_WATCH = 1 << 12,
	FM_OPT_VERBOSE = 1 << 13,
	FM_OPT_CHECK = 1 << 14,
	FM_OPT_WAIT = 1 << 15,
	FM_OPT_DIRECTOR = 1 << 16,
	FM_OPT_CLIENT = 1 << 17,
	FM_OPT_SECONDS = 1 << 18,
};

#define FM_WATCH_SECONDS 2.0
#define FM_WAIT_SECONDS 60.0
#define FM_TRACE_SECONDS 60.0

struct fm_call;

/**
 * struct fm_verb - one command of the tool
 * @name: its name on the command line
 * @words: the words that follow it, for the usage line; "" for none
 * @summary: one line that says what it does
 * @help: more lines of help, or NULL
 * @settings: list the settings at the end of the help
 * @options: the &enum fm_option that it takes
 * @run: executes it
 */
struct fm_verb {
	const char *name;
	const char *words;
	const char *summary;
	const char *help;
	bool settings;
	unsigned int options;
	enum fm_status (*run)(const struct fm_call *call);
};

/**
 * struct fm_call - a verb and its arguments
 * @verb: the verb
 * @netns: network namespace to work in, or NULL for the caller's
 * @options: the &enum fm_option that were given, all of which the verb takes
 * @watch: seconds between two samples, with FM_OPT_WATCH
 * @wait: seconds to wait for another change
 * @director: the value of FM_OPT_DIRECTOR
 * @client: the client to watch, or NULL
 * @seconds: seconds to watch
 * @argc: number of words after the verb
 * @argv: the words after the verb
 */
struct fm_call {
	const struct fm_verb *verb;
	const char *netns;
	unsigned int options;
	double watch;
	double wait;
	const char *director;
	const char *client;
	double seconds;
	int argc;
	char *const *argv;
};

void fm_verb_usage(FILE *out, const struct fm_verb *verb);
enum fm_status fm_begin(const struct fm_call *call, enum fm_shape shape,
			struct fm_request *request);
bool fm_foreign(void);
enum fm_status fm_open(const struct fm_call *call);
enum fm_status fm_word_error(const struct fm_call *call,
			     const char *word, const char *why);
void fm_ports_warn(const struct fm_profile *profile);

enum fm_status fm_cmd_change(const struct fm_call *call);
enum fm_status fm_cmd_check(const struct fm_call *call);
enum fm_status fm_cmd_export(const struct fm_call *call);
enum fm_status fm_cmd_import(const struct fm_call *call);
enum fm_status fm_cmd_list(const struct fm_call *call);
enum fm_status fm_cmd_restore(const struct fm_call *call);
enum fm_status fm_cmd_save(const struct fm_call *call);
enum fm_status fm_cmd_show(const struct fm_call *call);
enum fm_status fm_cmd_stats(const struct fm_call *call);
enum fm_status fm_cmd_trace(const struct fm_call *call);

#endif /* FM_VERBS_CALL_H */
