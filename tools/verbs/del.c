// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark del NAME */

#include "module/service.h"
#include "verbs/call.h"

/**
 * ftpmark_cmd_del() - remove a service
 * @call: the command line
 *
 * Return: exit status.
 */
enum ftpmark_status ftpmark_cmd_del(const struct ftpmark_call *call)
{
	struct ftpmark_request request;
	enum ftpmark_status status;

	status = ftpmark_begin(call, FTPMARK_NAME, &request);
	if (status != FTPMARK_DONE)
		return status;
	if (ftpmark_service_remove(request.name))
		return FTPMARK_REFUSED;
	return FTPMARK_DONE;
}
