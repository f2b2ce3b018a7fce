// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark add NAME [WORD VALUE]... */

#include <errno.h>
#include <string.h>

#include "module/apply.h"
#include "module/service.h"
#include "verbs/call.h"

static void fm_add_stuck(const struct fm_step *step)
{
	fm_error("%s: left behind unfinished", step->profile->name);
}

/*
 * The first step creates the service; it fails if the service exists. Undoing
 * that step removes the service, so the other steps need no undoing.
 */
static int fm_add(struct fm_request *request)
{
	const struct fm_apply_options options = {
		.stuck = fm_add_stuck,
	};
	struct fm_profile profile = { .name = request->name };
	struct fm_plan plan = { 0, 0, NULL, false };
	const struct fm_change *change;
	int err = -ENOMEM;
	size_t i;

	fm_plan_step(&plan, FM_STEP_CREATE, &profile, NULL, NULL, NULL);
	for (i = 0; i < request->count; i++) {
		change = &request->changes[i];
		fm_plan_step(&plan, FM_STEP_WRITE, &profile,
			     change->setting->file, change->value, NULL);
	}
	if (plan.failed)
		fm_error("%s: %s", request->name, strerror(ENOMEM));
	else
		err = fm_plan_apply(&plan, &options);
	fm_plan_free(&plan);
	return err;
}

/**
 * fm_cmd_add() - create, set and enable a service: all or nothing
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_add(const struct fm_call *call)
{
	struct fm_request request;
	enum fm_status status;
	sigset_t signals;
	int err;

	status = fm_begin(call, FM_NAME_MAY_SET, &request);
	if (status != FM_DONE)
		return status;
	fm_request_enable(&request);
	fm_request_order(&request);

	fm_signals_block(&signals);
	err = fm_add(&request);
	fm_signals_restore(&signals);
	return err ? FM_REFUSED : FM_DONE;
}
