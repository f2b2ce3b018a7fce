// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark set NAME WORD VALUE [WORD VALUE]... */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "module/apply.h"
#include "module/service.h"
#include "verbs/call.h"

static void fm_set_stuck(const struct fm_step *step)
{
	fm_error("%s: %s: could not be set back", step->profile->name,
		 step->setting->word);
}

static int fm_set_plan(const struct fm_request *request,
		       const struct fm_profile *profile, struct fm_plan *plan)
{
	const struct fm_change *change;
	char *old;
	size_t i;
	int err;

	for (i = 0; i < request->count; i++) {
		change = &request->changes[i];
		err = fm_service_read(request->name, change->setting, &old);
		if (err)
			return err;
		fm_plan_step(plan, FM_STEP_WRITE, profile,
			     change->setting->file, change->value, old);
		free(old);
	}
	if (!plan->failed)
		return 0;
	fm_error("%s: %s", request->name, strerror(ENOMEM));
	return -ENOMEM;
}

/*
 * Applies the changes in the order of the request. Ports may clash with another
 * service in this order only. So if @try is set, and changes remain, a clash is
 * not explained but returned as -EAGAIN.
 */
static int fm_set_once(struct fm_request *request, bool try)
{
	const struct fm_apply_options options = {
		.quiet_clash = try,
		.stuck = fm_set_stuck,
	};
	struct fm_profile profile = { .name = request->name };
	struct fm_plan plan = { 0, 0, NULL, false };
	int err;

	err = fm_set_plan(request, &profile, &plan);
	if (!err)
		err = fm_plan_apply(&plan, &options);
	fm_plan_free(&plan);
	return err;
}

static int fm_set(struct fm_request *request)
{
	int err;

	err = fm_set_once(request, true);
	if (err == -EAGAIN) {
		fm_request_turn(request);
		err = fm_set_once(request, false);
	}
	return err;
}

/**
 * fm_cmd_set() - change settings of a service: all or nothing
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_set(const struct fm_call *call)
{
	struct fm_request request;
	enum fm_status status;
	sigset_t signals;
	int err;

	status = fm_begin(call, FM_NAME_SET, &request);
	if (status != FM_DONE)
		return status;
	fm_request_order(&request);

	fm_signals_block(&signals);
	err = fm_set(&request);
	fm_signals_restore(&signals);
	return err ? FM_REFUSED : FM_DONE;
}
