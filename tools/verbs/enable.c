// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark enable NAME, ftpmark disable NAME */

#include "module/service.h"
#include "verbs/call.h"

static enum fm_status fm_switch(const struct fm_call *call, const char *value)
{
	struct fm_request request;
	struct fm_change change;
	enum fm_status status;

	status = fm_begin(call, FM_NAME, &request);
	if (status != FM_DONE)
		return status;
	change.setting = fm_setting_find("enabled");
	change.value = value;
	if (fm_service_write(request.name, &change))
		return FM_REFUSED;
	return FM_DONE;
}

/**
 * fm_cmd_enable() - enable a service
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_enable(const struct fm_call *call)
{
	return fm_switch(call, "1");
}

/**
 * fm_cmd_disable() - disable a service; it keeps its settings
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_disable(const struct fm_call *call)
{
	return fm_switch(call, "0");
}
