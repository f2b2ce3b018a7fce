// SPDX-License-Identifier: GPL-2.0-only
/* A service as other programs are told of it. */

#include <stdlib.h>
#include <string.h>

#include "export/export.h"

static const struct ftpmark_format ftpmark_formats[] = {
	{ "vsftpd", ftpmark_export_vsftpd },
	{ "proftpd", ftpmark_export_proftpd },
	{ "pure-ftpd", ftpmark_export_pure_ftpd },
	{ "ipvsadm", ftpmark_export_ipvsadm },
	{ "keepalived", ftpmark_export_keepalived },
	{ "iptables", ftpmark_export_iptables },
	{ "nft", ftpmark_export_nft },
	{ "modprobe", ftpmark_export_modprobe },
};

/**
 * ftpmark_format_find() - look a format up
 * @name: its word, exact
 *
 * Return: the format, or NULL.
 */
const struct ftpmark_format *ftpmark_format_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ftpmark_formats); i++) {
		if (!strcmp(name, ftpmark_formats[i].name))
			return &ftpmark_formats[i];
	}
	return NULL;
}

static enum ftpmark_active ftpmark_export_active(const char *value)
{
	if (!strcmp(value, "off"))
		return FTPMARK_ACTIVE_OFF;
	if (!strcmp(value, "masquerade"))
		return FTPMARK_ACTIVE_INTERFACE;
	return FTPMARK_ACTIVE_VIP;
}

static bool ftpmark_export_ranges(const struct ftpmark_profile *profile,
				  const char *file, struct ftpmark_ranges *set,
				  const char **bad)
{
	struct ftpmark_fault fault;

	*bad = file;
	return ftpmark_ranges_parse(ftpmark_profile_list(profile, file), set,
				    &fault);
}

static bool ftpmark_export_prefixes(const struct ftpmark_profile *profile,
				    const char *file,
				    struct ftpmark_prefixes *list,
				    const char **bad)
{
	const struct ftpmark_setting *setting = ftpmark_setting_find(file);
	struct ftpmark_fault fault;

	*bad = file;
	return ftpmark_prefixes_parse(ftpmark_profile_list(profile, file),
				      setting->kind == FTPMARK_HOSTS,
				      setting->limit, list, &fault);
}

/**
 * ftpmark_export_init() - understand the values of a service
 * @service: the service, if they are understood
 * @profile: the service as it was read; has to outlive @service
 * @bad: the setting that is not understood, otherwise
 *
 * Return: true if they are.
 */
bool ftpmark_export_init(struct ftpmark_export *service,
			 const struct ftpmark_profile *profile,
			 const char **bad)
{
	const char *active;

	if (!ftpmark_export_prefixes(profile, "vip", &service->vip, bad) ||
	    !ftpmark_export_prefixes(profile, "real_servers", &service->real,
				     bad) ||
	    !ftpmark_export_ranges(profile, "control_ports", &service->control,
				   bad) ||
	    !ftpmark_export_ranges(profile, "passive_ports", &service->passive,
				   bad) ||
	    !ftpmark_export_ranges(profile, "active_ports", &service->data,
				   bad))
		return false;

	service->profile = profile;
	service->mark = strtoul(ftpmark_profile_value(profile, "mark"), NULL, 0);
	service->keep = !strcmp(ftpmark_profile_value(profile, "on_marked"),
				"keep");
	service->notrack = !strcmp(ftpmark_profile_value(profile, "notrack"),
				   "1");
	active = ftpmark_profile_value(profile, "active");
	if (!service->real.count || !service->data.count)
		active = "off";
	service->active = ftpmark_export_active(active);
	return true;
}

/**
 * ftpmark_export_first_vip() - tell whose active data leaves under another VIP
 * @service: the service
 * @out: where to
 *
 * The module knows which VIP a client's control connection uses, rules do not.
 */
void ftpmark_export_first_vip(const struct ftpmark_export *service, FILE *out)
{
	char text[FTPMARK_PREFIX_TEXT], first[FTPMARK_PREFIX_TEXT];
	const struct ftpmark_prefix *vip, *used;
	size_t i;

	if (service->active != FTPMARK_ACTIVE_VIP)
		return;
	for (i = 0; i < service->vip.count; i++) {
		vip = &service->vip.item[i];
		used = ftpmark_prefixes_first(&service->vip, vip->family);
		if (vip != used &&
		    ftpmark_prefixes_count(&service->real, vip->family))
			fprintf(out, "# active data for clients of VIP %s leaves under %s\n",
				ftpmark_prefix_print(vip, text),
				ftpmark_prefix_print(used, first));
	}
}
