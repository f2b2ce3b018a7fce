// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark del NAME */

#include "module/service.h"
#include "verbs/call.h"

/**
 * fm_cmd_del() - remove a service
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_del(const struct fm_call *call)
{
	struct fm_request request;
	enum fm_status status;

	status = fm_begin(call, FM_NAME, &request);
	if (status != FM_DONE)
		return status;
	if (fm_service_remove(request.name))
		return FM_REFUSED;
	return FM_DONE;
}
