// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark add NAME [WORD VALUE]... */

#include <errno.h>
#include <string.h>

#include "module/apply.h"
#include "module/service.h"
#include "verbs/call.h"

static void ftpmark_add_stuck(const struct ftpmark_step *step)
{
	ftpmark_error("%s: left behind unfinished", step->profile->name);
}

/*
 * The kernel refuses to create a service that exists, so the service that is
 * taken back here was created here. Its settings need no undoing.
 */
static int ftpmark_add(struct ftpmark_request *request)
{
	const struct ftpmark_apply_options options = {
		.stuck = ftpmark_add_stuck,
	};
	struct ftpmark_profile profile = { .name = (char *)request->name };
	struct ftpmark_plan plan = { 0, 0, NULL, false };
	const struct ftpmark_change *change;
	int err = -ENOMEM;
	size_t i;

	ftpmark_plan_step(&plan, FTPMARK_STEP_CREATE, &profile, NULL, NULL,
			  NULL);
	for (i = 0; i < request->count; i++) {
		change = &request->changes[i];
		ftpmark_plan_step(&plan, FTPMARK_STEP_WRITE, &profile,
				  change->setting->file, change->value, NULL);
	}
	if (plan.failed)
		ftpmark_error("%s: %s", request->name, strerror(ENOMEM));
	else
		err = ftpmark_plan_apply(&plan, &options);
	ftpmark_plan_free(&plan);
	return err;
}

/**
 * ftpmark_cmd_add() - create, set and enable a service: all or nothing
 * @call: the command line
 *
 * Return: exit status.
 */
enum ftpmark_status ftpmark_cmd_add(const struct ftpmark_call *call)
{
	struct ftpmark_request request;
	enum ftpmark_status status;
	sigset_t signals;
	int err;

	status = ftpmark_begin(call, FTPMARK_NAME_MAY_SET, &request);
	if (status != FTPMARK_DONE)
		return status;
	ftpmark_request_enable(&request);
	ftpmark_request_order(&request);

	ftpmark_signals_block(&signals);
	err = ftpmark_add(&request);
	ftpmark_signals_restore(&signals);
	return err ? FTPMARK_REFUSED : FTPMARK_DONE;
}
