/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plans the way from one configuration to another, in single writes, each of
 * which can be undone. No I/O.
 */
#ifndef FM_MODEL_PLAN_H
#define FM_MODEL_PLAN_H

#include "model/config.h"

/**
 * enum fm_step_kind - what a step does
 * @FM_STEP_CREATE: creates a service, disabled
 * @FM_STEP_WRITE: writes a setting
 * @FM_STEP_REMOVE: removes a service, which is disabled
 */
enum fm_step_kind {
	FM_STEP_CREATE,
	FM_STEP_WRITE,
	FM_STEP_REMOVE,
};

/**
 * struct fm_step - one write
 * @kind: what it does
 * @profile: the service: its wanted state, or for a removal its current one
 * @setting: the setting that FM_STEP_WRITE writes
 * @value: the value to write
 * @old: the value that undoes the write; NULL if undoing the creation suffices
 */
struct fm_step {
	enum fm_step_kind kind;
	const struct fm_profile *profile;
	const struct fm_setting *setting;
	char *value;
	char *old;
};

/**
 * struct fm_plan - a list of steps
 * @count: number of steps
 * @room: number of steps that there is room for
 * @step: the steps, in order
 * @failed: out of memory, so that steps are missing
 */
struct fm_plan {
	size_t count;
	size_t room;
	struct fm_step *step;
	bool failed;
};

bool fm_plan_make(struct fm_config *now, struct fm_config *want,
		  struct fm_plan *plan);
void fm_plan_step(struct fm_plan *plan, enum fm_step_kind kind,
		  const struct fm_profile *profile, const char *file,
		  const char *value, const char *old);
void fm_plan_free(struct fm_plan *plan);
bool fm_profile_differs(const struct fm_profile *now,
			const struct fm_profile *want, size_t index);

#endif /* FM_MODEL_PLAN_H */
