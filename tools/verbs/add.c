// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark add NAME [WORD VALUE]... */

#include "module/service.h"
#include "verbs/call.h"

static int ftpmark_add_write(const struct ftpmark_request *request)
{
	size_t i;
	int err;

	for (i = 0; i < request->count; i++) {
		err = ftpmark_service_write(request->name,
					    &request->changes[i]);
		if (err)
			return err;
	}
	return 0;
}

/*
 * The kernel refuses to create what exists, so whatever is taken back here
 * was created here.
 */
static int ftpmark_add(const struct ftpmark_request *request)
{
	int err;

	err = ftpmark_service_create(request->name);
	if (err)
		return err;
	err = ftpmark_add_write(request);
	if (err && ftpmark_service_remove(request->name))
		ftpmark_error("%s: left behind unfinished", request->name);
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
