// SPDX-License-Identifier: GPL-2.0-only
/* Prepares a service for the formats of other programs. */

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "export/export.h"

static const struct fm_format fm_formats[] = {
	{ "vsftpd", fm_export_vsftpd },
	{ "proftpd", fm_export_proftpd },
	{ "pure-ftpd", fm_export_pure_ftpd },
	{ "ipvsadm", fm_export_ipvsadm },
	{ "keepalived", fm_export_keepalived },
	{ "iptables", fm_export_iptables },
	{ "nft", fm_export_nft },
	{ "modprobe", fm_export_modprobe },
};

/**
 * fm_format_find() - find a format
 * @name: its name, exact
 *
 * Return: the format, or NULL.
 */
const struct fm_format *fm_format_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fm_formats); i++) {
		if (!strcmp(name, fm_formats[i].name))
			return &fm_formats[i];
	}
	return NULL;
}

static enum fm_active fm_export_active(const char *value)
{
	if (!strcmp(value, "off"))
		return FM_ACTIVE_OFF;
	if (!strcmp(value, "masquerade"))
		return FM_ACTIVE_INTERFACE;
	return FM_ACTIVE_VIP;
}

static bool fm_export_ranges(const struct fm_profile *profile, const char *file,
			     struct fm_ranges *set, const char **bad)
{
	struct fm_fault fault;

	*bad = file;
	return fm_ranges_parse(fm_profile_list(profile, file), set, &fault);
}

static bool fm_export_prefixes(const struct fm_profile *profile,
			       const char *file, struct fm_prefixes *list,
			       const char **bad)
{
	const struct fm_setting *setting = fm_setting_find(file);
	struct fm_fault fault;

	*bad = file;
	return fm_prefixes_parse(fm_profile_list(profile, file),
				 setting->kind == FM_HOSTS,
				 setting->limit, list, &fault);
}

/**
 * fm_export_init() - parse the values of a service
 * @service: the values, if they were understood
 * @profile: the service as text; it must outlive @service
 * @bad: the setting that was not understood, if one was not
 *
 * Return: true if all were understood.
 */
bool fm_export_init(struct fm_export *service, const struct fm_profile *profile,
		    const char **bad)
{
	const char *active;

	if (!fm_export_prefixes(profile, "vip", &service->vip, bad) ||
	    !fm_export_prefixes(profile, "real_servers", &service->real, bad) ||
	    !fm_export_ranges(profile, "control_ports", &service->control,
			      bad) ||
	    !fm_export_ranges(profile, "passive_ports", &service->passive,
			      bad) ||
	    !fm_export_ranges(profile, "active_ports", &service->data,
			      bad))
		return false;

	service->profile = profile;
	service->mark = strtoul(fm_profile_value(profile, "mark"), NULL, 0);
	service->keep = !strcmp(fm_profile_value(profile, "on_marked"),
				"keep");
	service->notrack = !strcmp(fm_profile_value(profile, "notrack"),
				   "1");
	active = fm_profile_value(profile, "active");
	if (!service->real.count || !service->data.count)
		active = "off";
	service->active = fm_export_active(active);
	return true;
}

/**
 * fm_export_first_vip() - print whose active data gets another VIP
 * @service: the service
 * @out: the stream to print to
 *
 * Rules always take the first VIP. The module takes the VIP of the client's
 * control connection.
 */
void fm_export_first_vip(const struct fm_export *service, FILE *out)
{
	char text[FM_PREFIX_TEXT], first[FM_PREFIX_TEXT];
	const struct fm_prefix *vip, *used;
	size_t i;

	if (service->active != FM_ACTIVE_VIP)
		return;
	for (i = 0; i < service->vip.count; i++) {
		vip = &service->vip.item[i];
		used = fm_prefixes_first(&service->vip, vip->family);
		if (vip != used &&
		    fm_prefixes_count(&service->real, vip->family))
			fprintf(out, "# active data for clients of VIP %s leaves under %s\n",
				fm_prefix_print(vip, text),
				fm_prefix_print(used, first));
	}
}
