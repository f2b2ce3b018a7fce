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
"Options:\n"
"    -n, --netns NETNS  work in this network namespace: a name below\n"
"                       /run/netns, or a path with a slash\n"
"    -j, --json         print JSON, where there is something to print\n"
"    -h, --help         print this; after a command, what it takes\n"
"    -V, --version      print the versions of the tool and of the module\n"
"\n"
"Environment:\n"
"    FTPMARK_SYSFS      the tree to work on instead of\n"
"                       /sys/kernel/nf_ftpmark/net, with -n also\n"
"\n"
"Exit status: 0 done, 1 refused or check found a fault, 2 not understood,\n"
"3 module not loaded, 4 restore --dry-run found a difference.\n";

static void fm_help(void)
{
	size_t i;

	fputs(fm_usage_line, stdout);
	puts("\nMarks the FTP traffic of virtual servers for IPVS.\n");
	puts("Commands:");
	for (i = 0; i < fm_verbs_count; i++)
		printf("    %-8s  %s\n", fm_verbs[i].name, fm_verbs[i].summary);
	puts("\nMore on one of them: ftpmark COMMAND --help\n");
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
		printf("    %-13s  %s\n", setting->word, setting->takes);
	}
	puts("\nA list is one word, with commas; an empty list is \"none\".");
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

static bool fm_wants_help(int argc, char *const *argv)
{
	int i;

	for (i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help"))
			return true;
	}
	return false;
}

static enum fm_status fm_usage_error(const char *word, const char *why)
{
	fm_error("%s: %s", word, why);
	fputs(fm_usage_line, stderr);
	return FM_USAGE;
}

static enum fm_status fm_run(const char *netns, bool json, int argc,
			     char *const *argv)
{
	struct fm_call call = { .netns = netns, .json = json };
	const char *name = "show";

	if (argc > 0) {
		name = argv[0];
		call.argc = argc - 1;
		call.argv = argv + 1;
	}
	call.verb = fm_verb_find(name);
	if (!call.verb)
		return fm_usage_error(name, "no such command");
	if (fm_wants_help(call.argc, call.argv)) {
		fm_verb_help(call.verb);
		return FM_DONE;
	}
	if (json && !call.verb->json)
		return fm_usage_error("-j", "no JSON from this command");
	return call.verb->run(&call);
}

/*
 * After an unknown short option optind may still point to its word, so that
 * option is named by its letter.
 */
static enum fm_status fm_option_error(const char *word)
{
	char letter[] = { '-', optopt, '\0' };

	if (optopt && !strchr("hjnV", optopt))
		word = letter;
	return fm_usage_error(word, "no such option");
}

/* With the leading "+" getopt stops at the command. */
static enum fm_status fm_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "netns", required_argument, NULL, 'n' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	const char *netns = NULL;
	bool json = false;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "+:hjn:V", options, NULL)) !=
	       -1) {
		switch (option) {
		case 'h':
			fm_help();
			return FM_DONE;
		case 'j':
			json = true;
			break;
		case 'n':
			netns = optarg;
			break;
		case 'V':
			fm_version();
			return FM_DONE;
		case ':':
			return fm_usage_error(argv[optind - 1],
					      "value missing");
		default:
			return fm_option_error(argv[optind - 1]);
		}
	}
	if (netns && !netns[0])
		return fm_usage_error("-n", "value empty");
	return fm_run(netns, json, argc - optind, argv + optind);
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
