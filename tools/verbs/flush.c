// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark flush */

#include <errno.h>

#include "module/service.h"
#include "module/sysfs.h"
#include "verbs/call.h"

static int fm_flush(void)
{
	char **names;
	size_t count;
	size_t i;
	int err;

	err = fm_service_list(&names, &count);
	if (err)
		return err;
	for (i = 0; i < count; i++) {
		err = fm_sysfs_remove(names[i]);
		/* Somebody else has removed it. */
		if (err == -ENOENT)
			err = 0;
		if (err) {
			fm_error("%s: %s", names[i], fm_service_reason(err));
			break;
		}
	}
	fm_sysfs_list_free(names, count);
	return err;
}

/**
 * fm_cmd_flush() - remove all services of the network namespace
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_flush(const struct fm_call *call)
{
	struct fm_request request;
	enum fm_status status;
	sigset_t signals;
	int err;

	status = fm_begin(call, FM_NO_WORDS, &request);
	if (status != FM_DONE)
		return status;

	fm_signals_block(&signals);
	err = fm_flush();
	fm_signals_restore(&signals);
	return err ? FM_REFUSED : FM_DONE;
}
