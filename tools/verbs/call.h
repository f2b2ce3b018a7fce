/* SPDX-License-Identifier: GPL-2.0-only */
/* A verb, and what it was called with. */
#ifndef FTPMARK_CALL_H
#define FTPMARK_CALL_H

#include <stdio.h>

#include "error.h"
#include "model/words.h"
#include "status.h"

struct ftpmark_call;

/**
 * struct ftpmark_verb - one command of the tool
 * @name: the word
 * @words: what follows it, for the usage line; "" for nothing
 * @summary: what it does, in a line
 * @help: what else there is to know, whole lines, or NULL
 * @settings: the help ends in a list of the settings
 * @json: it can print JSON
 * @run: does it
 */
struct ftpmark_verb {
	const char *name;
	const char *words;
	const char *summary;
	const char *help;
	bool settings;
	bool json;
	enum ftpmark_status (*run)(const struct ftpmark_call *call);
};

/**
 * struct ftpmark_call - a verb and what it was called with
 * @verb: the verb
 * @netns: network namespace to work in, or NULL for the caller's
 * @json: print JSON; only ever set for a verb that can
 * @argc: number of words after the verb
 * @argv: these words
 */
struct ftpmark_call {
	const struct ftpmark_verb *verb;
	const char *netns;
	bool json;
	int argc;
	char *const *argv;
};

void ftpmark_verb_usage(FILE *out, const struct ftpmark_verb *verb);
enum ftpmark_status ftpmark_begin(const struct ftpmark_call *call,
				  enum ftpmark_shape shape,
				  struct ftpmark_request *request);
enum ftpmark_status ftpmark_open(const struct ftpmark_call *call);
enum ftpmark_status ftpmark_word_error(const struct ftpmark_call *call,
				       const char *word, const char *why);

enum ftpmark_status ftpmark_cmd_add(const struct ftpmark_call *call);
enum ftpmark_status ftpmark_cmd_check(const struct ftpmark_call *call);
enum ftpmark_status ftpmark_cmd_del(const struct ftpmark_call *call);
enum ftpmark_status ftpmark_cmd_disable(const struct ftpmark_call *call);
enum ftpmark_status ftpmark_cmd_enable(const struct ftpmark_call *call);
enum ftpmark_status ftpmark_cmd_export(const struct ftpmark_call *call);
enum ftpmark_status ftpmark_cmd_flush(const struct ftpmark_call *call);
enum ftpmark_status ftpmark_cmd_import(const struct ftpmark_call *call);
enum ftpmark_status ftpmark_cmd_restore(const struct ftpmark_call *call);
enum ftpmark_status ftpmark_cmd_save(const struct ftpmark_call *call);
enum ftpmark_status ftpmark_cmd_set(const struct ftpmark_call *call);
enum ftpmark_status ftpmark_cmd_show(const struct ftpmark_call *call);
enum ftpmark_status ftpmark_cmd_stats(const struct ftpmark_call *call);

#endif /* FTPMARK_CALL_H */
