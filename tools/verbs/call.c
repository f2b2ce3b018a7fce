// SPDX-License-Identifier: GPL-2.0-only
/* What every verb does before its own work. */

#include <errno.h>
#include <string.h>

#include "module/kernel_log.h"
#include "module/namespace.h"
#include "module/sysfs.h"
#include "verbs/call.h"

/**
 * ftpmark_verb_usage() - print the usage line of a verb
 * @out: where to
 * @verb: the verb
 */
void ftpmark_verb_usage(FILE *out, const struct ftpmark_verb *verb)
{
	fprintf(out, "usage: ftpmark [-n NETNS] %s%s%s%s\n",
		verb->json ? "[-j] " : "", verb->name,
		verb->words[0] ? " " : "", verb->words);
}

/**
 * ftpmark_word_error() - tell which word of a command line is wrong
 * @call: the command line
 * @word: the word
 * @why: what is wrong with it
 *
 * Return: FTPMARK_USAGE.
 */
enum ftpmark_status ftpmark_word_error(const struct ftpmark_call *call,
				       const char *word, const char *why)
{
	ftpmark_error("%s: %s", word, why);
	ftpmark_verb_usage(stderr, call->verb);
	return FTPMARK_USAGE;
}

/**
 * ftpmark_open() - enter the network namespace and find the module
 * @call: the command line
 *
 * Return: FTPMARK_DONE, or the exit status of a failure that was explained.
 */
enum ftpmark_status ftpmark_open(const struct ftpmark_call *call)
{
	int err;

	if (call->netns && ftpmark_netns_enter(call->netns))
		return FTPMARK_REFUSED;

	err = ftpmark_sysfs_open();
	if (err == -ENOENT) {
		ftpmark_error("nf_ftpmark: module not loaded");
		ftpmark_error("load it with: modprobe nf_ftpmark");
		return FTPMARK_NO_MODULE;
	}
	if (err) {
		ftpmark_error("nf_ftpmark: %s", strerror(-err));
		return FTPMARK_REFUSED;
	}
	ftpmark_reason_begin();
	return FTPMARK_DONE;
}

/**
 * ftpmark_begin() - what every verb does first
 * @call: the command line
 * @shape: what the verb takes
 * @request: what was asked for
 *
 * Understands the words, enters the network namespace and makes sure that the
 * module is there: in this order, so that a mistake is told without either.
 *
 * Return: FTPMARK_DONE, or the exit status of a failure that was explained.
 */
enum ftpmark_status ftpmark_begin(const struct ftpmark_call *call,
				  enum ftpmark_shape shape,
				  struct ftpmark_request *request)
{
	struct ftpmark_complaint complaint;

	if (!ftpmark_parse(shape, call->argc, call->argv, request,
			   &complaint))
		return ftpmark_word_error(call, complaint.word, complaint.why);
	return ftpmark_open(call);
}
