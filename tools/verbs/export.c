// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark export NAME FORMAT */

#include <errno.h>
#include <string.h>

#include "export/export.h"
#include "module/configuration.h"
#include "verbs/call.h"

static enum fm_status fm_export_words(const struct fm_call *call,
				      const struct fm_format **format,
				      enum fm_director *director)
{
	*director = FM_ALONE;
	*format = call->argc > 1 ? fm_format_find(call->argv[1]) : NULL;
	if (call->argc == 1)
		return fm_word_error(call, "FORMAT", "missing");
	if (call->argc > 2)
		return fm_word_error(call, call->argv[2], "not expected");
	if (call->argc && !*format)
		return fm_word_error(call, call->argv[1], "no such format");
	if (!call->director || !*format)
		return FM_DONE;
	if (!(*format)->directors)
		return fm_word_error(call, "--director",
				     "no option of this format");
	if (!strcmp(call->director, "home"))
		*director = FM_HOME;
	else if (!strcmp(call->director, "other"))
		*director = FM_OTHER;
	else
		return fm_word_error(call, call->director,
				     "not one of: home, other");
	return FM_DONE;
}

static int fm_export_print(const struct fm_format *format,
			   const struct fm_profile *profile,
			   enum fm_director director)
{
	struct fm_instance service;
	struct fm_ipvs ipvs;
	const char *bad;
	int err;

	bad = fm_instance_parse(&service, profile);
	if (bad) {
		fm_error("%s: %s: not understood by this version",
			 profile->name, bad);
		return -EINVAL;
	}
	if (format->print) {
		format->print(&service, stdout);
		return 0;
	}
	memset(&ipvs, 0, sizeof(ipvs));
	err = fm_ipvs_gather(&ipvs);
	if (err)
		fm_error("IPVS: %s", strerror(-err));
	else
		format->servers(&service, &ipvs, director, stdout);
	fm_ipvs_free(&ipvs);
	return err;
}

/**
 * fm_cmd_export() - print a service in the format of another program
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_export(const struct fm_call *call)
{
	const struct fm_format *format;
	enum fm_director director;
	struct fm_call named = *call;
	struct fm_request request;
	struct fm_config config;
	enum fm_status status;
	int err;

	status = fm_export_words(call, &format, &director);
	if (status != FM_DONE)
		return status;
	named.argc = call->argc ? 1 : 0;
	status = fm_begin(&named, FM_NAME, &request);
	if (status != FM_DONE)
		return status;

	err = fm_config_read(&config, request.name);
	if (!err)
		err = fm_export_print(format, config.profile, director);
	fm_config_free(&config);
	return err ? FM_REFUSED : FM_DONE;
}
