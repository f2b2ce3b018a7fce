// SPDX-License-Identifier: GPL-2.0-only
/*
 * Applies a plan to the module, step by step. If the kernel refuses a step,
 * it undoes the steps before. This is the one engine of "add", "set" and
 * "restore".
 */

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "module/apply.h"
#include "module/service.h"
#include "module/sysfs.h"

static struct fm_change
fm_apply_change(const struct fm_setting *setting, const char *value)
{
	struct fm_change change = { setting, value };

	/* In sysfs, an empty line is an empty list. */
	if (setting->list && !strcmp(value, "none"))
		change.value = "";
	return change;
}

static int fm_apply_write(const char *name, const struct fm_setting *setting,
			  const char *value)
{
	struct fm_change change = fm_apply_change(setting, value);

	return fm_service_write(name, &change);
}

/* Like fm_apply_write(), but returns -EAGAIN for a clash of ports. */
static int fm_apply_try(const char *name, const struct fm_setting *setting,
			const char *value)
{
	struct fm_change change = fm_apply_change(setting, value);
	int err;

	err = fm_sysfs_write(name, setting->file, change.value);
	if (err == -EEXIST)
		return -EAGAIN;
	if (err)
		fm_service_explain(name, &change, err);
	return err;
}

static int fm_apply_step(const struct fm_step *step, bool quiet)
{
	const char *name = step->profile->name;

	switch (step->kind) {
	case FM_STEP_CREATE:
		return fm_service_create(name);
	case FM_STEP_REMOVE:
		return fm_service_remove(name);
	default:
		if (quiet)
			return fm_apply_try(name, step->setting, step->value);
		return fm_apply_write(name, step->setting, step->value);
	}
}

/* Creates a removed service again, with its settings. Its counters are lost. */
static int fm_apply_revive(const struct fm_profile *profile)
{
	size_t i;
	int err;

	err = fm_service_create(profile->name);
	for (i = 0; !err && i < fm_settings_count; i++) {
		if (profile->value[i])
			err = fm_apply_write(profile->name,
					     &fm_settings[i],
					     profile->value[i]);
	}
	return err;
}

static int fm_apply_undo_step(const struct fm_step *step)
{
	switch (step->kind) {
	case FM_STEP_CREATE:
		return fm_service_remove(step->profile->name);
	case FM_STEP_REMOVE:
		return fm_apply_revive(step->profile);
	default:
		if (!step->old)
			return 0;
		return fm_apply_write(step->profile->name, step->setting,
				      step->old);
	}
}

/* Undoes steps in reverse order, so that the kernel has accepted each state. */
static void fm_apply_undo(const struct fm_plan *plan, size_t count,
			  const struct fm_apply_options *options)
{
	fm_error_place(NULL, 0);
	while (count) {
		if (fm_apply_undo_step(&plan->step[--count]))
			options->stuck(&plan->step[count]);
	}
}

/**
 * fm_plan_apply() - apply all steps of a plan, or none
 * @plan: the plan
 * @options: how to apply it
 *
 * Return: 0 or -errno, explained but for -EAGAIN.
 */
int fm_plan_apply(const struct fm_plan *plan,
		  const struct fm_apply_options *options)
{
	const struct fm_step *step;
	size_t i;
	int err;

	for (i = 0; i < plan->count; i++) {
		step = &plan->step[i];
		fm_error_place(options->file, step->profile->line);
		err = fm_apply_step(step, options->quiet_clash &&
				    i + 1 < plan->count);
		if (err) {
			fm_apply_undo(plan, i, options);
			return err;
		}
	}
	fm_error_place(NULL, 0);
	return 0;
}
