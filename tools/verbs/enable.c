// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark enable NAME, ftpmark disable NAME */

#include "module/service.h"
#include "verbs/call.h"

static enum ftpmark_status ftpmark_switch(const struct ftpmark_call *call,
					  const char *value)
{
	struct ftpmark_request request;
	struct ftpmark_change change;
	enum ftpmark_status status;

	status = ftpmark_begin(call, FTPMARK_NAME, &request);
	if (status != FTPMARK_DONE)
		return status;
	change.setting = ftpmark_setting_find("enabled");
	change.value = value;
	if (ftpmark_service_write(request.name, &change))
		return FTPMARK_REFUSED;
	return FTPMARK_DONE;
}

/**
 * ftpmark_cmd_enable() - let packets see a service
 * @call: the command line
 *
 * Return: exit status.
 */
enum ftpmark_status ftpmark_cmd_enable(const struct ftpmark_call *call)
{
	return ftpmark_switch(call, "1");
}

/**
 * ftpmark_cmd_disable() - hide a service from packets, keep its settings
 * @call: the command line
 *
 * Return: exit status.
 */
enum ftpmark_status ftpmark_cmd_disable(const struct ftpmark_call *call)
{
	return ftpmark_switch(call, "0");
}
