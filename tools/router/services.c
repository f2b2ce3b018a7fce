// SPDX-License-Identifier: GPL-2.0-only
/* What "ftpmark check" looks at: the module's services, understood. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "module/configuration.h"
#include "module/sysfs.h"
#include "router/router.h"

static void ftpmark_instance_read(struct ftpmark_instance *service,
				  const struct ftpmark_profile *profile)
{
	const char *notrack = ftpmark_profile_value(profile, "notrack");
	const char *mark = ftpmark_profile_value(profile, "mark");
	struct ftpmark_fault fault;

	service->profile = profile;
	service->enabled = ftpmark_profile_enabled(profile);
	service->notrack = notrack && !strcmp(notrack, "1");
	service->mark = mark ? strtoul(mark, NULL, 10) : 0;
	/* What a newer module has and this tool does not know is left out. */
	if (!ftpmark_prefixes_parse(ftpmark_profile_list(profile, "vip"), true,
				    FTPMARK_ITEMS_MAX, &service->vip, &fault))
		service->vip.count = 0;
	if (!ftpmark_prefixes_parse(ftpmark_profile_list(profile, "real_servers"),
				    false, FTPMARK_ITEMS_MAX, &service->real,
				    &fault))
		service->real.count = 0;
	if (!ftpmark_ranges_parse(ftpmark_profile_list(profile, "control_ports"),
				  &service->control, &fault))
		service->control.count = 0;
	if (!ftpmark_ranges_parse(ftpmark_profile_list(profile, "passive_ports"),
				  &service->passive, &fault))
		service->passive.count = 0;
	if (!ftpmark_ranges_parse(ftpmark_profile_list(profile, "active_ports"),
				  &service->active_ports, &fault))
		service->active_ports.count = 0;
}

/**
 * ftpmark_services_gather() - read the module's services
 * @router: where to
 *
 * Return: 0 or -errno, explained but for -ENOMEM.
 */
int ftpmark_services_gather(struct ftpmark_router *router)
{
	struct ftpmark_instance *service;
	size_t i;
	int err;

	/* Not there without the module, which is a finding. */
	if (ftpmark_sysfs_open() == -ENOENT)
		return 0;
	err = ftpmark_config_read(&router->config, NULL);
	if (err)
		return err;
	router->service = calloc(router->config.count + 1,
				 sizeof(*router->service));
	if (!router->service)
		return -ENOMEM;
	for (i = 0; i < router->config.count; i++) {
		service = &router->service[router->count];
		ftpmark_instance_read(service, &router->config.profile[i]);
		/* Removed meanwhile: nothing to be checked. */
		if (!ftpmark_counts_read(service->profile->name,
					 &service->counts))
			router->count++;
	}
	return 0;
}
