/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From one configuration to another, in single writes of which each can be
 * taken back. Nothing here reads or writes anything.
 */
#ifndef FM_MODEL_PLAN_H
#define FM_MODEL_PLAN_H

#include "model/config.h"

/**
 * enum fm_step_kind - what a step does
 * @FM_STEP_CREATE: creates a service, disabled
 * @FM_STEP_WRITE: writes a setting
 * @FM_STEP_REMOVE: removes a service, disabled by now
 */
enum fm_step_kind {
	FM_STEP_CREATE,
	FM_STEP_WRITE,
	FM_STEP_REMOVE,
};

/**
 * struct fm_step - one write
 * @kind: what it does
 * @profile: the service; the one wanted, or for a removal the one there is
 * @setting: of FM_STEP_WRITE
 * @value: what to write
 * @old: what to write to take it back; NULL if taking back the creation does
 */
struct fm_step {
	enum fm_step_kind kind;
	const struct fm_profile *profile;
	const struct fm_setting *setting;
	char *value;
	char *old;
};

/**
 * struct fm_plan - steps
 * @count: how many
 * @room: for how many there is room
 * @step: these, in order
 * @failed: memory is short, the plan is not whole
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
