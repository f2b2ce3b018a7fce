// SPDX-License-Identifier: GPL-2.0-only
/* Gathers the module's services, and parses their values. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "module/configuration.h"
#include "module/sysfs.h"
#include "router/router.h"

static void fm_instance_read(struct fm_instance *service,
			     const struct fm_profile *profile)
{
	const char *notrack = fm_profile_value(profile, "notrack");
	const char *mark = fm_profile_value(profile, "mark");
	struct fm_fault fault;

	service->profile = profile;
	service->enabled = fm_profile_enabled(profile);
	service->notrack = notrack && !strcmp(notrack, "1");
	service->mark = mark ? strtoul(mark, NULL, 10) : 0;
	/* Values that only a newer module knows are left out. */
	if (!fm_prefixes_parse(fm_profile_list(profile, "vip"), true,
			       FM_ITEMS_MAX, &service->vip, &fault))
		service->vip.count = 0;
	if (!fm_prefixes_parse(fm_profile_list(profile, "real_servers"),
			       false, FM_ITEMS_MAX, &service->real,
			       &fault))
		service->real.count = 0;
	if (!fm_ranges_parse(fm_profile_list(profile, "control_ports"),
			     &service->control, &fault))
		service->control.count = 0;
	if (!fm_ranges_parse(fm_profile_list(profile, "passive_ports"),
			     &service->passive, &fault))
		service->passive.count = 0;
	if (!fm_ranges_parse(fm_profile_list(profile, "active_ports"),
			     &service->active_ports, &fault))
		service->active_ports.count = 0;
}

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
		fm_instance_read(service, &router->config.profile[i]);
		/* A service that was removed since then is left out. */
		if (!fm_counts_read(service->profile->name, &service->counts))
			router->count++;
	}
	return 0;
}
