// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark save */

#include <stdio.h>

#include "../../module/version.h"
#include "module/configuration.h"
#include "verbs/call.h"

/**
 * fm_cmd_save() - print all services as "ftpmark restore" reads them
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_save(const struct fm_call *call)
{
	struct fm_request request;
	struct fm_config config;
	enum fm_status status;
	size_t i;
	int err;

	status = fm_begin(call, FM_NO_WORDS, &request);
	if (status != FM_DONE)
		return status;
	/* Read all services before any is printed. */
	err = fm_config_read(&config, NULL);
	if (!err) {
		puts("# Saved by ftpmark " FTPMARK_VERSION
		     "; read by: ftpmark restore");
		for (i = 0; i < config.count; i++)
			fm_profile_print(&config.profile[i]);
	}
	fm_config_free(&config);
	return err ? FM_REFUSED : FM_DONE;
}
