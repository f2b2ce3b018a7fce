// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark export NAME FORMAT */

#include "export/export.h"
#include "module/configuration.h"
#include "verbs/call.h"

/**
 * fm_cmd_export() - print a service in the format of another program
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_export(const struct fm_call *call)
{
	const struct fm_format *format;
	struct fm_call named = *call;
	struct fm_request request;
	struct fm_export service;
	struct fm_config config;
	enum fm_status status;
	const char *bad;

	if (call->argc == 1)
		return fm_word_error(call, "FORMAT", "missing");
	if (call->argc > 2)
		return fm_word_error(call, call->argv[2], "not expected");
	format = call->argc ? fm_format_find(call->argv[1]) : NULL;
	if (call->argc && !format)
		return fm_word_error(call, call->argv[1],
				     "no such format");

	named.argc = call->argc ? 1 : 0;
	status = fm_begin(&named, FM_NAME, &request);
	if (status != FM_DONE)
		return status;

	status = FM_REFUSED;
	if (!fm_config_read(&config, request.name)) {
		if (fm_export_init(&service, config.profile, &bad)) {
			format->print(&service, stdout);
			status = FM_DONE;
		} else {
			fm_error("%s: %s: not understood by this version",
				 request.name, bad);
		}
	}
	fm_config_free(&config);
	return status;
}
