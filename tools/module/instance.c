// SPDX-License-Identifier: GPL-2.0-only
/* Parses the values of a service. */

#include <stdlib.h>
#include <string.h>

#include "module/instance.h"

static void fm_instance_prefixes(const struct fm_profile *profile,
				 const char *file, struct fm_prefixes *list,
				 const char **bad)
{
	bool hosts = fm_setting_find(file)->kind == FM_HOSTS;
	struct fm_fault fault;

	if (fm_prefixes_parse(fm_profile_list(profile, file), hosts,
			      FM_ITEMS_MAX, list, &fault))
		return;
	list->count = 0;
	*bad = file;
}

static void fm_instance_ranges(const struct fm_profile *profile,
			       const char *file, struct fm_ranges *set,
			       const char **bad)
{
	struct fm_fault fault;

	if (fm_ranges_parse(fm_profile_list(profile, file), set, &fault))
		return;
	set->count = 0;
	*bad = file;
}

static enum fm_active fm_instance_active(const struct fm_instance *service)
{
	const char *value = fm_profile_value(service->profile, "active");

	if (!service->real.count || !service->active_ports.count ||
	    !strcmp(value, "off"))
		return FM_ACTIVE_OFF;
	return strcmp(value, "masquerade") ? FM_ACTIVE_VIP :
					     FM_ACTIVE_INTERFACE;
}

/**
 * fm_instance_parse() - parse the values of a service
 * @service: the service; lists that are not understood are empty
 * @profile: its settings as text, which must outlive @service
 *
 * Return: a setting that was not understood, since the module is newer, or NULL.
 */
const char *fm_instance_parse(struct fm_instance *service,
			      const struct fm_profile *profile)
{
	const char *bad = NULL;

	memset(service, 0, sizeof(*service));
	service->profile = profile;
	service->enabled = fm_profile_enabled(profile);
	service->keep = !strcmp(fm_profile_value(profile, "on_marked"), "keep");
	service->notrack = !strcmp(fm_profile_value(profile, "notrack"), "1");
	service->fast = !strcmp(fm_profile_value(profile, "fast"), "1");
	service->clients_only = !strcmp(fm_profile_value(profile,
							 "passive_from"),
					"clients");
	service->mark = strtoul(fm_profile_value(profile, "mark"), NULL, 0);
	fm_instance_prefixes(profile, "vip", &service->vip, &bad);
	fm_instance_prefixes(profile, "real_servers", &service->real, &bad);
	fm_instance_ranges(profile, "control_ports", &service->control, &bad);
	fm_instance_ranges(profile, "passive_ports", &service->passive, &bad);
	fm_instance_ranges(profile, "active_ports", &service->active_ports,
			   &bad);
	service->active = fm_instance_active(service);
	return bad;
}
