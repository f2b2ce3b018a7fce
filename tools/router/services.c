// SPDX-License-Identifier: GPL-2.0-only
/* Gathers the module's services. */

#include <errno.h>
#include <stdlib.h>

#include "module/configuration.h"
#include "module/sysfs.h"
#include "router/router.h"

/**
 * fm_services_gather() - read the module's services
 * @router: the state of the router
 *
 * Return: 0 or -errno, explained but for -ENOMEM.
 */
int fm_services_gather(struct fm_router *router)
{
	struct fm_instance *service;
	size_t i;
	int err;

	/* Without the module there are no services; a check reports that. */
	if (fm_sysfs_open() == -ENOENT)
		return 0;
	err = fm_config_read(&router->config, NULL);
	if (err)
		return err;
	router->service = calloc(router->config.count + 1,
				 sizeof(*router->service));
	if (!router->service)
		return -ENOMEM;
	for (i = 0; i < router->config.count; i++) {
		service = &router->service[router->count];
		/* Values that only a newer module knows are left out. */
		fm_instance_parse(service, &router->config.profile[i]);
		/* A service that was removed since then is left out. */
		if (!fm_counts_read(service->profile->name, &service->counts))
			router->count++;
	}
	return 0;
}
