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

#define FTPMARK_CONFIG_FILE "/etc/ftpmark.conf"

static void ftpmark_restore_stuck(const struct ftpmark_step *step)
{
	ftpmark_error("%s: could not be set back", step->profile->name);
}

/* The changes of a service that stays, as the command that makes them. */
static bool ftpmark_restore_show_set(const struct ftpmark_profile *now,
				     const struct ftpmark_profile *want)
{
	const struct ftpmark_setting *setting;
	bool differs = false;
	size_t i;

	for (i = 0; i < ftpmark_settings_count; i++) {
		if (!ftpmark_profile_differs(now, want, i))
			continue;
		setting = &ftpmark_settings[i];
		if (!differs)
			printf("set %s", want->name);
		printf(" %s %s", setting->word,
		       ftpmark_profile_value(want, setting->file));
		differs = true;
	}
	if (differs)
		putchar('\n');
	return differs;
}

/* As commands for "ftpmark", those that take away first. */
static bool ftpmark_restore_show(const struct ftpmark_config *now,
				 const struct ftpmark_config *want)
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
			ftpmark_profile_print(&want->profile[j]);
		if (order ? true : ftpmark_restore_show_set(&now->profile[i],
							    &want->profile[j]))
			differs = true;
		i += order <= 0;
		j += order >= 0;
	}
	return differs;
}

/* The file does not say, and the module was built for a kernel without IPVS. */
static void ftpmark_restore_standards(struct ftpmark_config *want)
{
	size_t active = ftpmark_setting_index("active");
	size_t i;

	if (ftpmark_sysfs_module_has_ipvs())
		return;
	for (i = 0; i < want->count; i++) {
		if (!want->profile[i].value[active])
			want->profile[i].value[active] = strdup("snat");
	}
}

static enum ftpmark_status ftpmark_restore(struct ftpmark_config *want,
					   const char *file, bool dry)
{
	const struct ftpmark_apply_options options = {
		.file = file,
		.stuck = ftpmark_restore_stuck,
	};
	enum ftpmark_status status = FTPMARK_REFUSED;
	struct ftpmark_plan plan = { 0, 0, NULL, false };
	struct ftpmark_config now;

	ftpmark_restore_standards(want);
	if (ftpmark_config_read(&now, NULL))
		goto out;
	if (dry) {
		status = ftpmark_restore_show(&now, want) ? FTPMARK_DIFFERS :
			 FTPMARK_DONE;
		goto out;
	}
	if (!ftpmark_plan_make(&now, want, &plan))
		ftpmark_error("%s: %s", file, strerror(ENOMEM));
	else if (!ftpmark_plan_apply(&plan, &options))
		status = FTPMARK_DONE;
out:
	ftpmark_plan_free(&plan);
	ftpmark_config_free(&now);
	return status;
}

static enum ftpmark_status ftpmark_restore_text(char *text, size_t size,
						const char *file, bool dry)
{
	enum ftpmark_status status = FTPMARK_USAGE;
	struct ftpmark_config_fault fault;
	struct ftpmark_config want;
	sigset_t signals;

	if (ftpmark_config_parse(text, size, &want, &fault)) {
		ftpmark_signals_block(&signals);
		status = ftpmark_restore(&want, file, dry);
		ftpmark_signals_restore(&signals);
	} else if (fault.line) {
		ftpmark_error("%s:%u: %s: %s", file, fault.line, fault.word,
			      fault.why);
	} else {
		ftpmark_error("%s: %s", file, fault.why);
		status = FTPMARK_REFUSED;
	}
	ftpmark_config_free(&want);
	return status;
}

/**
 * ftpmark_cmd_restore() - make the services what a file says
 * @call: the command line
 *
 * Return: exit status.
 */
enum ftpmark_status ftpmark_cmd_restore(const struct ftpmark_call *call)
{
	const char *file = FTPMARK_CONFIG_FILE;
	enum ftpmark_status status;
	char *text = NULL;
	bool named = false;
	bool dry = false;
	size_t size;
	int i;

	for (i = 0; i < call->argc; i++) {
		if (!strcmp(call->argv[i], "--dry-run")) {
			dry = true;
		} else if (call->argv[i][0] == '-' && call->argv[i][1]) {
			return ftpmark_word_error(call, call->argv[i],
						  "no such option");
		} else if (named) {
			return ftpmark_word_error(call, call->argv[i],
						  "not expected");
		} else {
			file = call->argv[i];
			named = true;
		}
	}
	/* Before the module is asked for: a path is meant in this namespace. */
	if (ftpmark_text_read(file, &text, &size))
		return FTPMARK_USAGE;
	status = ftpmark_open(call);
	if (status == FTPMARK_DONE)
		status = ftpmark_restore_text(text, size,
					      strcmp(file, "-") ? file :
					      "standard input", dry);
	free(text);
	return status;
}
