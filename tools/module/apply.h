/* SPDX-License-Identifier: GPL-2.0-only */
/* Applies a plan to the module: all of its steps or none. */
#ifndef FM_MODULE_APPLY_H
#define FM_MODULE_APPLY_H

#include "model/plan.h"

/**
 * struct fm_apply_options - how to apply a plan
 * @file: the file that the plan comes from, or NULL; errors name its line
 * @quiet_clash: if ports clash and steps remain, return -EAGAIN and do not
 *	explain it, since another order of the steps may avoid the clash
 * @stuck: tells the operator that a step could not be undone
 */
struct fm_apply_options {
	const char *file;
	bool quiet_clash;
	void (*stuck)(const struct fm_step *step);
};

int fm_plan_apply(const struct fm_plan *plan,
		  const struct fm_apply_options *options);

#endif /* FM_MODULE_APPLY_H */
