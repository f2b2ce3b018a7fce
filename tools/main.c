// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark: parses options, prints help, runs the verb. */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../module/version.h"
#include "module/kernel_log.h"
#include "module/sysfs.h"
#include "verbs/table.h"

static const char fm_usage_line[] =
	"usage: ftpmark [-n NETNS] [-j] COMMAND [WORD]...\n";

static const char fm_options_help[] =
"Options, anywhere on the line:\n"
"    -n, --netns NETNS  work in this network namespace: a name below\n"
"                       /run/netns, or a path with a slash\n"
"    -j, --json         print JSON, where there is something to print\n"
"        --wait SECONDS what to do while another process changes services: wait\n"
"                       so long (60), then give up\n"
"    -h, --help         print this; with a command, what it takes\n"
"    -V, --version      print the versions of the tool and of the module\n"
"\n"
"Environment:\n"
"    FTPMARK_SYSFS      the tree to work on instead of\n"
"                       /sys/kernel/nf_ftpmark/net, with -n also\n"
"\n"
"Exit status: 0 done, 1 refused, check found a fault or trace a connection that\n"
"is not whole, 2 not understood, 3 module not loaded, 4 restore --dry-run found\n"
"a difference, 5 import left a VIP out, or check could not see everything.\n";

static const struct option fm_options[] = {
	{ "check", no_argument, NULL, FM_OPT_CHECK },
	{ "client", required_argument, NULL, FM_OPT_CLIENT },
	{ "director", required_argument, NULL, FM_OPT_DIRECTOR },
	{ "dry-run", no_argument, NULL, FM_OPT_DRY_RUN },
	{ "explain", no_argument, NULL, FM_OPT_EXPLAIN },
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, FM_OPT_JSON },
	{ "netns", required_argument, NULL, 'n' },
	{ "prometheus", no_argument, NULL, FM_OPT_PROMETHEUS },
	{ "seconds", required_argument, NULL, FM_OPT_SECONDS },
	{ "verbose", no_argument, NULL, FM_OPT_VERBOSE },
	{ "version", no_argument, NULL, 'V' },
	{ "wait", required_argument, NULL, FM_OPT_WAIT },
	{ "watch", optional_argument, NULL, FM_OPT_WATCH },
	{ NULL, 0, NULL, 0 },
};

static void fm_help(void)
{
	size_t i;

	fputs(fm_usage_line, stdout);
	puts("\nMarks the FTP traffic of virtual servers for IPVS.\n");
	puts("Commands:");
	for (i = 0; i < fm_verbs_count; i++)
		printf("    %-8s  %s\n", fm_verbs[i].name, fm_verbs[i].summary);
	puts("\nMore on one of them: ftpmark help COMMAND\n");
	fputs(fm_options_help, stdout);
}

static void fm_verb_help(const struct fm_verb *verb)
{
	const struct fm_setting *setting;
	size_t i;

	fm_verb_usage(stdout, verb);
	printf("\n%s: %s.\n", verb->name, verb->summary);
	if (verb->help)
		fputs(verb->help, stdout);
	if (!verb->settings)
		return;

	puts("\nWORD and what its VALUE is:");
	for (i = 0; i < fm_settings_count; i++) {
		setting = &fm_settings[i];
		printf("    %-13s  %s%s\n", setting->word, setting->takes,
		       setting->empty ? ", or none" : "");
	}
	puts("\nA list is one word, with commas.");
	puts("Short words:");
	for (i = 0; i < fm_settings_count; i++) {
		setting = &fm_settings[i];
		if (setting->alias)
			printf("    %-13s  %s\n", setting->alias,
			       setting->word);
	}
}

/* Prints both versions, since a bug report needs both. */
static void fm_version(void)
{
	char *version;

	printf("ftpmark %s", FTPMARK_VERSION);
	if (!fm_sysfs_module_version(&version)) {
		printf(", nf_ftpmark %s", version);
		putchar('\n');
		fm_version_advice(version);
		free(version);
		return;
	}
	putchar('\n');
}

static const struct fm_verb *fm_verb_find(const char *name)
{
	size_t i;

	for (i = 0; i < fm_verbs_count; i++) {
		if (!strcmp(name, fm_verbs[i].name))
			return &fm_verbs[i];
	}
	return NULL;
}

static enum fm_status fm_usage_error(const char *word, const char *why)
{
	fm_error("%s: %s", word, why);
	fputs(fm_usage_line, stderr);
	return FM_USAGE;
}

/* Refuses signs, exponents and "inf", which strtod() accepts. */
static bool fm_seconds(const char *word, double least, double *seconds)
{
	char *end;

	if (!*word || word[strspn(word, "0123456789.")])
		return false;
	*seconds = strtod(word, &end);
	return !*end && *seconds >= least && *seconds <= 86400;
}

static enum fm_status fm_no_seconds(const char *word, const char *least)
{
	char why[64];

	snprintf(why, sizeof(why), "not a number of seconds (%s to 86400)",
		 least);
	return fm_usage_error(word, why);
}

/*
 * The seconds of --watch are its value, or the next word if that is a number,
 * even if a service has this number as its name.
 */
static enum fm_status fm_watch(char *const *argv, struct fm_call *call)
{
	const char *word = optarg;

	call->watch = FM_WATCH_SECONDS;
	if (!word) {
		word = argv[optind];
		if (!word || !*word || word[strspn(word, "0123456789.")])
			return FM_DONE;
		optind++;
	}
	if (!fm_seconds(word, 0.1, &call->watch))
		return fm_no_seconds(word, "0.1");
	return FM_DONE;
}

/* Parses the value of an option that only some verbs take, if it has one. */
static enum fm_status fm_parse_value(int option, char *const *argv,
				     struct fm_call *call)
{
	switch (option) {
	case FM_OPT_CLIENT:
		call->client = optarg;
		break;
	case FM_OPT_DIRECTOR:
		call->director = optarg;
		break;
	case FM_OPT_SECONDS:
		if (!fm_seconds(optarg, 0.1, &call->seconds))
			return fm_no_seconds(optarg, "0.1");
		break;
	case FM_OPT_WAIT:
		if (!fm_seconds(optarg, 0, &call->wait))
			return fm_no_seconds(optarg, "0");
		break;
	case FM_OPT_WATCH:
		return fm_watch(argv, call);
	default:
		break;
	}
	return FM_DONE;
}

/*
 * After an unknown short option optind may still point to its word, so that
 * option is named by its letter.
 */
static enum fm_status fm_option_error(int option, const char *word)
{
	char letter[] = { '-', optopt, '\0' };

	if (option == ':')
		return fm_usage_error(word, "value missing");
	if (optopt && optopt < FM_OPT_FIRST && !strchr("hjnvV", optopt))
		word = letter;
	return fm_usage_error(word, optopt >= FM_OPT_FIRST ?
			      "takes no value" : "no such option");
}

/* Parses all options of the line; getopt moves the other words behind them. */
static enum fm_status fm_parse_options(int argc, char **argv,
				       struct fm_call *call, int *print)
{
	enum fm_status status = FM_DONE;
	int option;

	opterr = 0;
	while (status == FM_DONE &&
	       (option = getopt_long(argc, argv, ":hjn:vV", fm_options,
				     NULL)) != -1) {
		switch (option) {
		case 'h':
		case 'V':
			*print = option;
			break;
		case 'n':
			call->netns = optarg;
			if (!optarg[0])
				return fm_usage_error("-n", "value empty");
			break;
		case 'j':
			call->options |= FM_OPT_JSON;
			break;
		case 'v':
			call->options |= FM_OPT_VERBOSE;
			break;
		case ':':
		case '?':
			return fm_option_error(option, argv[optind - 1]);
		default:
			call->options |= option;
			status = fm_parse_value(option, argv, call);
		}
	}
	return status;
}

static enum fm_status fm_no_option(const struct fm_call *call)
{
	const struct option *option = fm_options;
	char word[32];

	while (!(option->val & call->options & ~call->verb->options))
		option++;
	snprintf(word, sizeof(word), "--%s", option->name);
	return fm_usage_error(word, "no option of this command");
}

static enum fm_status fm_main(int argc, char **argv)
{
	struct fm_call call = {
		.wait = FM_WAIT_SECONDS,
		.seconds = FM_TRACE_SECONDS,
	};
	const char *name = "show";
	enum fm_status status;
	int print = 0;

	status = fm_parse_options(argc, argv, &call, &print);
	if (status != FM_DONE)
		return status;
	call.argc = argc - optind;
	call.argv = argv + optind;
	if (call.argc && !strcmp(call.argv[0], "help")) {
		print = 'h';
		call.argc--;
		call.argv++;
	}
	if (print == 'V') {
		fm_version();
		return FM_DONE;
	}
	if (print == 'h' && !call.argc) {
		fm_help();
		return FM_DONE;
	}
	if (call.argc) {
		name = *call.argv++;
		call.argc--;
	}
	call.verb = fm_verb_find(name);
	if (!call.verb)
		return fm_usage_error(name, "no such command");
	if (print) {
		fm_verb_help(call.verb);
		return FM_DONE;
	}
	if (call.options & ~call.verb->options)
		return fm_no_option(&call);
	return call.verb->run(&call);
}

/**
 * main() - run the tool
 * @argc: number of words
 * @argv: the words
 *
 * Return: an &enum fm_status.
 */
int main(int argc, char **argv)
{
	enum fm_status status;

	status = fm_main(argc, argv);
	errno = 0;
	if (fflush(stdout) || ferror(stdout)) {
		fm_error("standard output: %s", strerror(errno ? errno : EIO));
		if (status == FM_DONE)
			status = FM_REFUSED;
	}
	return status;
}
