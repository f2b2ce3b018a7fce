// SPDX-License-Identifier: GPL-2.0-only
/* The work that verbs share: parse the words, enter the namespace, complain. */

#include <errno.h>
#include <string.h>

#include "module/kernel_log.h"
#include "module/namespace.h"
#include "module/sysfs.h"
#include "verbs/call.h"

/**
 * fm_verb_usage() - print the usage line of a verb
 * @out: the stream to print to
 * @verb: the verb
 */
void fm_verb_usage(FILE *out, const struct fm_verb *verb)
{
	fprintf(out, "usage: ftpmark [-n NETNS] %s%s%s%s\n",
		verb->json ? "[-j] " : "", verb->name,
		verb->words[0] ? " " : "", verb->words);
}

/**
 * fm_word_error() - print which word of a command line is wrong
 * @call: the command line
 * @word: the word
 * @why: what is wrong with it
 *
 * Return: FM_USAGE.
 */
enum fm_status fm_word_error(const struct fm_call *call,
			     const char *word, const char *why)
{
	fm_error("%s: %s", word, why);
	fm_verb_usage(stderr, call->verb);
	return FM_USAGE;
}

/**
 * fm_open() - enter the network namespace and find the module
 * @call: the command line
 *
 * Return: FM_DONE, or the exit status of an error, explained.
 */
enum fm_status fm_open(const struct fm_call *call)
{
	int err;

	if (call->netns && fm_netns_enter(call->netns))
		return FM_REFUSED;

	err = fm_sysfs_open();
	if (err == -ENOENT) {
		fm_error("nf_ftpmark: module not loaded");
		fm_error("load it with: modprobe nf_ftpmark");
		return FM_NO_MODULE;
	}
	if (err) {
		fm_error("nf_ftpmark: %s", strerror(-err));
		return FM_REFUSED;
	}
	fm_reason_begin();
	return FM_DONE;
}

/**
 * fm_begin() - do what most verbs do first
 * @call: the command line
 * @shape: what the verb takes
 * @request: what the words ask for
 *
 * Parses the words, then enters the network namespace and checks that the
 * module is loaded. So errors of the command line come first.
 *
 * Return: FM_DONE, or the exit status of an error, explained.
 */
enum fm_status fm_begin(const struct fm_call *call, enum fm_shape shape,
			struct fm_request *request)
{
	struct fm_complaint complaint;

	if (!fm_parse(shape, call->argc, call->argv, request, &complaint))
		return fm_word_error(call, complaint.word, complaint.why);
	return fm_open(call);
}
