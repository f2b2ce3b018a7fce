// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark restore [--dry-run] [FILE] */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/config_text.h"
#include "model/plan.h"
#include "module/apply.h"
#include "module/configuration.h"
#include "module/service.h"
#include "module/sysfs.h"
#include "verbs/call.h"

#define FM_CONFIG_FILE "/etc/ftpmark.conf"

static void fm_restore_stuck(const struct fm_step *step)
{
	fm_error("%s: could not be set back", step->profile->name);
}

/* Prints the changes of a service that stays as a "set" command. */
static bool fm_restore_show_set(const struct fm_profile *now,
				const struct fm_profile *want)
{
	const struct fm_setting *setting;
	bool differs = false;
	size_t i;

	for (i = 0; i < fm_settings_count; i++) {
		if (!fm_profile_differs(now, want, i))
			continue;
		setting = &fm_settings[i];
		if (!differs)
			printf("set %s", want->name);
		printf(" %s %s", setting->word,
		       fm_profile_value(want, setting->file));
		differs = true;
	}
	if (differs)
		putchar('\n');
	return differs;
}

/* Prints the difference as commands for "ftpmark", removals first. */
static bool fm_restore_show(const struct fm_config *now,
			    const struct fm_config *want)
{
	bool differs = false;
	size_t i = 0, j = 0;
	int order;

	while (i < now->count || j < want->count) {
		order = i == now->count ? 1 : j == want->count ? -1 :
			strcmp(now->profile[i].name, want->profile[j].name);
		if (order < 0)
			printf("del %s\n", now->profile[i].name);
		else if (order > 0)
			fm_profile_print(&want->profile[j]);
		if (order ? true : fm_restore_show_set(&now->profile[i],
						       &want->profile[j]))
			differs = true;
		i += order <= 0;
		j += order >= 0;
	}
	return differs;
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

static enum fm_status fm_restore(struct fm_config *want,
				 const char *file, bool dry)
{
	const struct fm_apply_options options = {
		.file = file,
		.stuck = fm_restore_stuck,
	};
	enum fm_status status = FM_REFUSED;
	struct fm_plan plan = { 0, 0, NULL, false };
	struct fm_config now;

	fm_restore_standards(want);
	if (fm_config_read(&now, NULL))
		goto out;
	if (dry) {
		status = fm_restore_show(&now, want) ? FM_DIFFERS :
			 FM_DONE;
		goto out;
	}
	if (!fm_plan_make(&now, want, &plan))
		fm_error("%s: %s", file, strerror(ENOMEM));
	else if (!fm_plan_apply(&plan, &options))
		status = FM_DONE;
out:
	fm_plan_free(&plan);
	fm_config_free(&now);
	return status;
}

static enum fm_status fm_restore_text(char *text, size_t size,
				      const char *file, bool dry)
{
	enum fm_status status = FM_USAGE;
	struct fm_config_fault fault;
	struct fm_config want;
	sigset_t signals;

	if (fm_config_parse(text, size, &want, &fault)) {
		fm_signals_block(&signals);
		status = fm_restore(&want, file, dry);
		fm_signals_restore(&signals);
	} else if (fault.line) {
		fm_error("%s:%u: %s: %s", file, fault.line, fault.word,
			 fault.why);
	} else {
		fm_error("%s: %s", file, fault.why);
		status = FM_REFUSED;
	}
	fm_config_free(&want);
	return status;
}

/**
 * fm_cmd_restore() - make the services what a file says
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_restore(const struct fm_call *call)
{
	const char *file = FM_CONFIG_FILE;
	enum fm_status status;
	char *text = NULL;
	bool named = false;
	bool dry = false;
	size_t size;
	int i;

	for (i = 0; i < call->argc; i++) {
		if (!strcmp(call->argv[i], "--dry-run")) {
			dry = true;
		} else if (call->argv[i][0] == '-' && call->argv[i][1]) {
			return fm_word_error(call, call->argv[i],
					     "no such option");
		} else if (named) {
			return fm_word_error(call, call->argv[i],
					     "not expected");
		} else {
			file = call->argv[i];
			named = true;
		}
	}
	/* The path is meant in the mount namespace of the caller. */
	if (fm_text_read(file, &text, &size))
		return FM_USAGE;
	status = fm_open(call);
	if (status == FM_DONE)
		status = fm_restore_text(text, size,
					 strcmp(file, "-") ? file :
					 "standard input", dry);
	free(text);
	return status;
}
