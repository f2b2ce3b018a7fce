// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark flush */

#include <errno.h>

#include "module/service.h"
#include "module/sysfs.h"
#include "verbs/call.h"

static int ftpmark_flush(void)
{
	char **names;
	size_t count;
	size_t i;
	int err;

	err = ftpmark_service_list(&names, &count);
	if (err)
		return err;
	for (i = 0; i < count; i++) {
		err = ftpmark_sysfs_remove(names[i]);
		/* Somebody else was faster: as good. */
		if (err == -ENOENT)
			err = 0;
		if (err) {
			ftpmark_error("%s: %s", names[i],
				      ftpmark_service_reason(err));
			break;
		}
	}
	ftpmark_sysfs_list_free(names, count);
	return err;
}

/**
 * ftpmark_cmd_flush() - remove every service of the namespace
 * @call: the command line
 *
 * Return: exit status.
 */
enum ftpmark_status ftpmark_cmd_flush(const struct ftpmark_call *call)
{
	struct ftpmark_request request;
	enum ftpmark_status status;
	sigset_t signals;
	int err;

	status = ftpmark_begin(call, FTPMARK_NO_WORDS, &request);
	if (status != FTPMARK_DONE)
		return status;

	ftpmark_signals_block(&signals);
	err = ftpmark_flush();
	ftpmark_signals_restore(&signals);
	return err ? FTPMARK_REFUSED : FTPMARK_DONE;
}
