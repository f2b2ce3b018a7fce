// SPDX-License-Identifier: GPL-2.0-only
/* The work that verbs share: parse the words, enter the namespace, complain. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "model/values.h"
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
	fprintf(out, "usage: ftpmark [-n NETNS] %s%s%s%s%s\n",
		verb->options & FM_OPT_JSON ? "[-j] " : "",
		verb->options & FM_OPT_WAIT ? "[--wait SECONDS] " : "", verb->name,
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
 * fm_ports_warn() - warn of passive ports that are control ports
 * @profile: the service
 *
 * They stay control ports. A wide range that happens to have some of them in it
 * is no mistake.
 */
void fm_ports_warn(const struct fm_profile *profile)
{
	struct fm_ranges control, passive, both = { .count = 0 };
	const struct fm_range *range;
	char text[FM_VALUE_MAX + 1];
	struct fm_fault fault;
	size_t i, j;

	if (!fm_ranges_parse(fm_profile_list(profile, "control_ports"),
			     &control, &fault) ||
	    !fm_ranges_parse(fm_profile_list(profile, "passive_ports"),
			     &passive, &fault))
		return;
	for (i = 0; i < passive.count; i++) {
		range = &passive.item[i];
		for (j = 0; j < control.count; j++) {
			if (range->first < control.item[j].first ||
			    range->last > control.item[j].last)
				continue;
			both.item[both.count++] = *range;
			break;
		}
	}
	if (!both.count)
		return;
	fm_ranges_print(&both, text);
	fm_error("warning: %s: passive-ports: %s: these stay control-ports",
		 profile->name, text);
}

/**
 * fm_foreign() - refuse to work on the services of another namespace
 *
 * Return: true if /sys shows those, explained.
 */
bool fm_foreign(void)
{
	if (!fm_sysfs_foreign())
		return false;
	fm_error("/sys shows the services of another network namespace than this one");
	fm_error("name the one that is meant: ftpmark -n NETNS (this one: -n /proc/self/ns/net)");
	return true;
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
	if (err == -ENOENT && access("/sys/module", F_OK)) {
		fm_error("/sys: not mounted");
		fm_error("mount it with: mount -t sysfs none /sys");
		return FM_NO_MODULE;
	}
	if (err == -ENOENT) {
		fm_error("nf_ftpmark: module not loaded");
		fm_error("load it with: modprobe nf_ftpmark");
		return FM_NO_MODULE;
	}
	if (err) {
		fm_error("nf_ftpmark: %s", strerror(-err));
		return FM_REFUSED;
	}
	if (fm_foreign())
		return FM_REFUSED;
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
