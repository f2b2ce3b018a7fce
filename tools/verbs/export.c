// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark export NAME FORMAT */

#include "export/export.h"
#include "module/configuration.h"
#include "verbs/call.h"

/**
 * ftpmark_cmd_export() - print what another program has to know of a service
 * @call: the command line
 *
 * Return: exit status.
 */
enum ftpmark_status ftpmark_cmd_export(const struct ftpmark_call *call)
{
	const struct ftpmark_format *format;
	struct ftpmark_call named = *call;
	struct ftpmark_request request;
	struct ftpmark_export service;
	struct ftpmark_config config;
	enum ftpmark_status status;
	const char *bad;

	if (call->argc == 1)
		return ftpmark_word_error(call, "FORMAT", "missing");
	if (call->argc > 2)
		return ftpmark_word_error(call, call->argv[2], "not expected");
	format = call->argc ? ftpmark_format_find(call->argv[1]) : NULL;
	if (call->argc && !format)
		return ftpmark_word_error(call, call->argv[1],
					  "no such format");

	named.argc = call->argc ? 1 : 0;
	status = ftpmark_begin(&named, FTPMARK_NAME, &request);
	if (status != FTPMARK_DONE)
		return status;

	status = FTPMARK_REFUSED;
	if (!ftpmark_config_read(&config, request.name)) {
		if (ftpmark_export_init(&service, config.profile, &bad)) {
			format->print(&service, stdout);
			status = FTPMARK_DONE;
		} else {
			ftpmark_error("%s: %s: not understood by this version",
				      request.name, bad);
		}
	}
	ftpmark_config_free(&config);
	return status;
}
