/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From one configuration to another, in single writes of which each can be
 * taken back. Nothing here reads or writes anything.
 */
#ifndef FTPMARK_PLAN_H
#define FTPMARK_PLAN_H

#include "model/config.h"

/**
 * enum ftpmark_step_kind - what a step does
 * @FTPMARK_STEP_CREATE: creates a service, disabled
 * @FTPMARK_STEP_WRITE: writes a setting
 * @FTPMARK_STEP_REMOVE: removes a service, disabled by now
 */
enum ftpmark_step_kind {
	FTPMARK_STEP_CREATE,
	FTPMARK_STEP_WRITE,
	FTPMARK_STEP_REMOVE,
};

/**
 * struct ftpmark_step - one write
 * @kind: what it does
 * @profile: the service; the one wanted, or for a removal the one there is
 * @setting: of FTPMARK_STEP_WRITE
 * @value: what to write
 * @old: what to write to take it back; NULL if taking back the creation does
 */
struct ftpmark_step {
	enum ftpmark_step_kind kind;
	const struct ftpmark_profile *profile;
	const struct ftpmark_setting *setting;
	char *value;
	char *old;
};

/**
 * struct ftpmark_plan - steps
 * @count: how many
 * @room: for how many there is room
 * @step: these, in order
 * @failed: memory is short, the plan is not whole
 */
struct ftpmark_plan {
	size_t count;
	size_t room;
	struct ftpmark_step *step;
	bool failed;
};

bool ftpmark_plan_make(struct ftpmark_config *now, struct ftpmark_config *want,
		       struct ftpmark_plan *plan);
void ftpmark_plan_step(struct ftpmark_plan *plan, enum ftpmark_step_kind kind,
		       const struct ftpmark_profile *profile, const char *file,
		       const char *value, const char *old);
void ftpmark_plan_free(struct ftpmark_plan *plan);
bool ftpmark_profile_differs(const struct ftpmark_profile *now,
			     const struct ftpmark_profile *want, size_t index);

#endif /* FTPMARK_PLAN_H */
