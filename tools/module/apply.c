// SPDX-License-Identifier: GPL-2.0-only
/*
 * Applies a plan to the module, step by step. If the kernel refuses a step,
 * the steps before it are taken back. "add", "set" and "restore" all change
 * the module through here.
 */

#include <errno.h>
#include <string.h>

#include "error.h"
#include "module/apply.h"
#include "module/service.h"
#include "module/sysfs.h"

static struct ftpmark_change
ftpmark_apply_change(const struct ftpmark_setting *setting, const char *value)
{
	struct ftpmark_change change = { setting, value };

	/* sysfs takes an empty list as an empty line. */
	if (setting->list && !strcmp(value, "none"))
		change.value = "";
	return change;
}

static int ftpmark_apply_write(const char *name,
			       const struct ftpmark_setting *setting,
			       const char *value)
{
	struct ftpmark_change change = ftpmark_apply_change(setting, value);

	return ftpmark_service_write(name, &change);
}

/* Like ftpmark_apply_write(), but returns -EAGAIN for a clash of ports. */
static int ftpmark_apply_try(const char *name,
			     const struct ftpmark_setting *setting,
			     const char *value)
{
	struct ftpmark_change change = ftpmark_apply_change(setting, value);
	int err;

	err = ftpmark_sysfs_write(name, setting->file, change.value);
	if (err == -EEXIST)
		return -EAGAIN;
	if (err)
		ftpmark_service_explain(name, &change, err);
	return err;
}

static int ftpmark_apply_step(const struct ftpmark_step *step, bool quiet)
{
	const char *name = step->profile->name;

	switch (step->kind) {
	case FTPMARK_STEP_CREATE:
		return ftpmark_service_create(name);
	case FTPMARK_STEP_REMOVE:
		return ftpmark_service_remove(name);
	default:
		if (quiet)
			return ftpmark_apply_try(name, step->setting,
						 step->value);
		return ftpmark_apply_write(name, step->setting, step->value);
	}
}

/* A removed service comes back with its settings, not with its counters. */
static int ftpmark_apply_revive(const struct ftpmark_profile *profile)
{
	size_t i;
	int err;

	err = ftpmark_service_create(profile->name);
	for (i = 0; !err && i < ftpmark_settings_count; i++) {
		if (profile->value[i])
			err = ftpmark_apply_write(profile->name,
						  &ftpmark_settings[i],
						  profile->value[i]);
	}
	return err;
}

static int ftpmark_apply_undo_step(const struct ftpmark_step *step)
{
	switch (step->kind) {
	case FTPMARK_STEP_CREATE:
		return ftpmark_service_remove(step->profile->name);
	case FTPMARK_STEP_REMOVE:
		return ftpmark_apply_revive(step->profile);
	default:
		if (!step->old)
			return 0;
		return ftpmark_apply_write(step->profile->name, step->setting,
					   step->old);
	}
}

/* Backwards, through states that the kernel has accepted before. */
static void ftpmark_apply_undo(const struct ftpmark_plan *plan, size_t count,
			       const struct ftpmark_apply_options *options)
{
	ftpmark_error_place(NULL, 0);
	while (count) {
		if (ftpmark_apply_undo_step(&plan->step[--count]))
			options->stuck(&plan->step[count]);
	}
}

/**
 * ftpmark_plan_apply() - apply all steps of a plan, or none
 * @plan: the plan
 * @options: how
 *
 * Return: 0 or -errno, explained; -EAGAIN is not.
 */
int ftpmark_plan_apply(const struct ftpmark_plan *plan,
		       const struct ftpmark_apply_options *options)
{
	const struct ftpmark_step *step;
	size_t i;
	int err;

	for (i = 0; i < plan->count; i++) {
		step = &plan->step[i];
		ftpmark_error_place(options->file, step->profile->line);
		err = ftpmark_apply_step(step, options->quiet_clash &&
					 i + 1 < plan->count);
		if (err) {
			ftpmark_apply_undo(plan, i, options);
			return err;
		}
	}
	ftpmark_error_place(NULL, 0);
	return 0;
}
