// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark set NAME WORD VALUE [WORD VALUE]... */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "module/apply.h"
#include "module/service.h"
#include "verbs/call.h"

static void ftpmark_set_stuck(const struct ftpmark_step *step)
{
	ftpmark_error("%s: %s: could not be set back", step->profile->name,
		      step->setting->word);
}

static int ftpmark_set_plan(const struct ftpmark_request *request,
			    const struct ftpmark_profile *profile,
			    struct ftpmark_plan *plan)
{
	const struct ftpmark_change *change;
	char *old;
	size_t i;
	int err;

	for (i = 0; i < request->count; i++) {
		change = &request->changes[i];
		err = ftpmark_service_read(request->name, change->setting,
					   &old);
		if (err)
			return err;
		ftpmark_plan_step(plan, FTPMARK_STEP_WRITE, profile,
				  change->setting->file, change->value, old);
		free(old);
	}
	if (!plan->failed)
		return 0;
	ftpmark_error("%s: %s", request->name, strerror(ENOMEM));
	return -ENOMEM;
}

/*
 * A clash of ports while changes are to come may be due to this order alone.
 * While another order is left to try, such a clash is not explained: -EAGAIN.
 */
static int ftpmark_set_once(struct ftpmark_request *request, bool try)
{
	const struct ftpmark_apply_options options = {
		.quiet_clash = try,
		.stuck = ftpmark_set_stuck,
	};
	struct ftpmark_profile profile = { .name = (char *)request->name };
	struct ftpmark_plan plan = { 0, 0, NULL, false };
	int err;

	err = ftpmark_set_plan(request, &profile, &plan);
	if (!err)
		err = ftpmark_plan_apply(&plan, &options);
	ftpmark_plan_free(&plan);
	return err;
}

static int ftpmark_set(struct ftpmark_request *request)
{
	int err;

	err = ftpmark_set_once(request, true);
	if (err == -EAGAIN) {
		ftpmark_request_turn(request);
		err = ftpmark_set_once(request, false);
	}
	return err;
}

/**
 * ftpmark_cmd_set() - change settings of a service: all or nothing
 * @call: the command line
 *
 * Return: exit status.
 */
enum ftpmark_status ftpmark_cmd_set(const struct ftpmark_call *call)
{
	struct ftpmark_request request;
	enum ftpmark_status status;
	sigset_t signals;
	int err;

	status = ftpmark_begin(call, FTPMARK_NAME_SET, &request);
	if (status != FTPMARK_DONE)
		return status;
	ftpmark_request_order(&request);

	ftpmark_signals_block(&signals);
	err = ftpmark_set(&request);
	ftpmark_signals_restore(&signals);
	return err ? FTPMARK_REFUSED : FTPMARK_DONE;
}
