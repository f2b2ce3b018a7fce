// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark set NAME WORD VALUE [WORD VALUE]... */

#include <errno.h>
#include <stdlib.h>

#include "module/service.h"
#include "module/sysfs.h"
#include "verbs/call.h"

static void ftpmark_set_free(char **old, size_t count)
{
	while (count)
		free(old[--count]);
}

static int ftpmark_set_read(const struct ftpmark_request *request, char **old)
{
	size_t i;
	int err;

	for (i = 0; i < request->count; i++) {
		err = ftpmark_service_read(request->name,
					   request->changes[i].setting,
					   &old[i]);
		if (err) {
			ftpmark_set_free(old, i);
			return err;
		}
	}
	return 0;
}

/* Backwards, through states that the kernel has accepted before. */
static void ftpmark_set_restore(const struct ftpmark_request *request,
				char **old, size_t count)
{
	struct ftpmark_change change;

	while (count) {
		count--;
		change.setting = request->changes[count].setting;
		change.value = old[count];
		if (ftpmark_service_write(request->name, &change))
			ftpmark_error("%s: %s: could not be set back",
				      request->name, change.setting->word);
	}
}

/*
 * A clash of ports while changes are to come may be one of this order alone. If
 * there is another one to try, it is not explained: -EAGAIN.
 */
static int ftpmark_set_write(const struct ftpmark_request *request, char **old,
			     bool try)
{
	const struct ftpmark_change *change;
	size_t i;
	int err;

	for (i = 0; i < request->count; i++) {
		change = &request->changes[i];
		err = ftpmark_sysfs_write(request->name, change->setting->file,
					  change->value);
		if (!err)
			continue;
		if (try && err == -EEXIST && i + 1 < request->count)
			err = -EAGAIN;
		else
			ftpmark_service_explain(request->name, change, err);
		ftpmark_set_restore(request, old, i);
		return err;
	}
	return 0;
}

static int ftpmark_set_once(const struct ftpmark_request *request, bool try)
{
	char *old[FTPMARK_SETTINGS_MAX];
	int err;

	err = ftpmark_set_read(request, old);
	if (err)
		return err;
	err = ftpmark_set_write(request, old, try);
	ftpmark_set_free(old, request->count);
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
