// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark save */

#include <stdio.h>

#include "../../module/version.h"
#include "module/configuration.h"
#include "verbs/call.h"

/**
 * ftpmark_cmd_save() - print all services as "ftpmark restore" reads them
 * @call: the command line
 *
 * Return: exit status.
 */
enum ftpmark_status ftpmark_cmd_save(const struct ftpmark_call *call)
{
	struct ftpmark_request request;
	struct ftpmark_config config;
	enum ftpmark_status status;
	size_t i;
	int err;

	status = ftpmark_begin(call, FTPMARK_NO_WORDS, &request);
	if (status != FTPMARK_DONE)
		return status;
	/* All is read before anything is printed. */
	err = ftpmark_config_read(&config, NULL);
	if (!err) {
		puts("# Saved by ftpmark " FTPMARK_VERSION
		     "; read by: ftpmark restore");
		for (i = 0; i < config.count; i++)
			ftpmark_profile_print(&config.profile[i]);
	}
	ftpmark_config_free(&config);
	return err ? FTPMARK_REFUSED : FTPMARK_DONE;
}
