// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark restore [--dry-run | --check] [FILE] */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/config_text.h"
#include "module/configuration.h"
#include "module/service.h"
#include "module/sysfs.h"
#include "module/transaction.h"
#include "verbs/call.h"
#include "verbs/print.h"

#define FM_CONFIG_FILE "/etc/ftpmark.conf"

/**
 * struct fm_restore - a restore, or the print of one
 * @file: the file, for messages
 * @want: the services of the file
 * @now: the current services; those that will be removed have no settings
 * @changes: number of services that differ
 * @moves: number of services that stay and get other VIPs or ports
 */
struct fm_restore {
	const char *file;
	struct fm_config want;
	struct fm_config now;
	size_t changes;
	size_t moves;
};

/* Handles a service that differs, in two states; NULL where there is none. */
typedef int fm_restore_fn(struct fm_restore *restore,
			  const struct fm_profile *now,
			  const struct fm_profile *want);

/* Makes the values that have to be written, NULL for others; returns whether. */
static bool fm_restore_values(const struct fm_profile *now,
			      const struct fm_profile *want,
			      const char *value[FM_SETTINGS_MAX])
{
	bool any = false;
	size_t i;

	for (i = 0; i < fm_settings_count; i++) {
		value[i] = NULL;
		if (now ? fm_profile_differs(now, want, i) : !!want->value[i])
			value[i] = want->value[i] ?: fm_settings[i].standard;
		any |= !!value[i];
	}
	return any;
}

static bool fm_restore_same(const struct fm_profile *now,
			    const struct fm_profile *want)
{
	const char *value[FM_SETTINGS_MAX];

	return now && want && !fm_restore_values(now, want, value);
}

/*
 * Calls a function for each service that differs: first those to remove, then
 * those that stay, then new ones, so that the limit of services is kept, and
 * printed lines can be run one by one unless services that stay exchange VIPs or
 * ports.
 */
static int fm_restore_each(struct fm_restore *restore, fm_restore_fn *each)
{
	const struct fm_config *now = &restore->now, *want = &restore->want;
	const struct fm_profile *old, *new;
	size_t i, j;
	int order, kind;
	int err;

	for (kind = 0; kind < 3; kind++) {
		for (i = 0, j = 0; i < now->count || j < want->count;) {
			order = i == now->count ? 1 : j == want->count ? -1 :
				strcmp(now->profile[i].name,
				       want->profile[j].name);
			old = order <= 0 ? &now->profile[i++] : NULL;
			new = order >= 0 ? &want->profile[j++] : NULL;
			if ((!new ? 0 : old ? 1 : 2) != kind ||
			    fm_restore_same(old, new))
				continue;
			err = each(restore, old, new);
			if (err)
				return err;
		}
	}
	return 0;
}

static int fm_restore_count(struct fm_restore *restore,
			    const struct fm_profile *now,
			    const struct fm_profile *want)
{
	static const char *const files[] = {
		"enabled", "vip", "control_ports", "passive_ports",
	};
	bool moves = false;
	size_t i;

	restore->changes++;
	for (i = 0; now && want && i < ARRAY_SIZE(files); i++)
		moves |= fm_profile_differs(now, want,
					    fm_setting_index(files[i]));
	restore->moves += moves;
	return 0;
}

/* Prints a command for "ftpmark". */
static int fm_restore_print(struct fm_restore *restore,
			    const struct fm_profile *now,
			    const struct fm_profile *want)
{
	const char *value[FM_SETTINGS_MAX];
	size_t i;

	if (!want) {
		printf("del %s\n", now->name);
		return 0;
	}
	if (!now) {
		fm_print_add(want);
		return 0;
	}
	if (restore->moves > 1)
		puts("# The set lines only as a whole, by restore: alone they may be refused.");
	restore->moves = 0;
	printf("set %s", want->name);
	fm_restore_values(now, want, value);
	for (i = 0; i < fm_settings_count; i++) {
		if (value[i])
			printf(" %s %s", fm_settings[i].word, value[i]);
	}
	putchar('\n');
	return 0;
}

static int fm_restore_stage(struct fm_restore *restore,
			    const struct fm_profile *now,
			    const struct fm_profile *want)
{
	const char *value[FM_SETTINGS_MAX];
	int err = 0;

	fm_error_place(restore->file, want ? want->line : 0);
	if (!want)
		return fm_service_remove(now->name);
	if (!now)
		err = fm_service_create(want->name);
	fm_restore_values(now, want, value);
	return err ? err : fm_service_set(want->name, value);
}

/*
 * The default of "active" differs if the module was built for a kernel without
 * IPVS. Sets it where the file does not.
 */
static void fm_restore_standards(struct fm_config *want)
{
	size_t active = fm_setting_index("active");
	size_t i;

	if (fm_sysfs_module_has_ipvs())
		return;
	for (i = 0; i < want->count; i++) {
		if (!want->profile[i].value[active])
			want->profile[i].value[active] = strdup("snat");
	}
}

/* Reads the current services. What differs is not known before it is counted. */
static int fm_restore_read(struct fm_restore *restore)
{
	int err;

	fm_restore_standards(&restore->want);
	err = fm_config_read_among(&restore->now, &restore->want);
	return err ? err : fm_restore_each(restore, fm_restore_count);
}

static enum fm_status fm_restore_dry(struct fm_restore *restore)
{
	if (fm_restore_read(restore))
		return FM_REFUSED;
	fm_restore_each(restore, fm_restore_print);
	return restore->changes ? FM_DIFFERS : FM_DONE;
}

static enum fm_status fm_restore(struct fm_restore *restore, double wait)
{
	int err;

	if (fm_transaction_open(wait))
		return FM_REFUSED;
	err = fm_restore_read(restore);
	if (!err)
		err = fm_restore_each(restore, fm_restore_stage);
	fm_error_place(NULL, 0);
	if (err || !restore->changes)
		fm_transaction_discard();
	else
		err = fm_transaction_commit(restore->file);
	return err ? FM_REFUSED : FM_DONE;
}

/* Parses the text, then does what the options say. */
static enum fm_status fm_restore_text(const struct fm_call *call,
				      struct fm_restore *restore,
				      char *text, size_t size)
{
	struct fm_config_fault fault;
	enum fm_status status;
	size_t i;

	if (!fm_config_parse(text, size, &restore->want, &fault)) {
		fm_error_place(restore->file, fault.line);
		if (fault.line)
			fm_error("%s: %s", fault.word, fault.why);
		else
			fm_error("%s: %s", restore->file, fault.why);
		return fault.line ? FM_USAGE : FM_REFUSED;
	}
	for (i = 0; i < restore->want.count; i++) {
		fm_error_place(restore->file, restore->want.profile[i].line);
		fm_ports_warn(&restore->want.profile[i]);
	}
	fm_error_place(NULL, 0);
	if (call->options & FM_OPT_CHECK)
		return FM_DONE;
	status = fm_open(call);
	if (status != FM_DONE)
		return status;
	if (call->options & FM_OPT_DRY_RUN)
		return fm_restore_dry(restore);
	return fm_restore(restore, call->wait);
}

/**
 * fm_cmd_restore() - make the services what a file says
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_restore(const struct fm_call *call)
{
	const char *file = call->argc ? call->argv[0] : FM_CONFIG_FILE;
	struct fm_restore restore = { .file = file };
	enum fm_status status;
	char *text = NULL;
	size_t size;

	if (call->argc > 1)
		return fm_word_error(call, call->argv[1], "not expected");
	if (call->options & FM_OPT_CHECK && call->options & FM_OPT_DRY_RUN)
		return fm_word_error(call, "--check", "not with --dry-run");
	/* The path is meant in the mount namespace of the caller. */
	if (fm_text_read(file, &text, &size))
		return FM_USAGE;
	if (!strcmp(file, "-"))
		restore.file = "standard input";
	status = fm_restore_text(call, &restore, text, size);
	fm_config_free(&restore.want);
	fm_config_free(&restore.now);
	free(text);
	return status;
}
