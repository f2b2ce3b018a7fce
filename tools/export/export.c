// SPDX-License-Identifier: GPL-2.0-only
/* The formats of other programs, and what they share. */

#include <string.h>

#include "base/macros.h"
#include "export/export.h"

static const struct fm_format fm_formats[] = {
	{ "vsftpd", .print = fm_export_vsftpd },
	{ "proftpd", .print = fm_export_proftpd },
	{ "pure-ftpd", .print = fm_export_pure_ftpd },
	{ "ipvsadm", .servers = fm_export_ipvsadm },
	{ "keepalived", .servers = fm_export_keepalived, .directors = true },
	{ "iptables", .print = fm_export_iptables },
	{ "nft", .print = fm_export_nft },
	{ "modprobe", .print = fm_export_modprobe },
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

/* Prints whose active data gets another VIP. */
static void fm_export_first_vip(const struct fm_instance *service, FILE *out)
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

/**
 * fm_export_differences() - print what rules do not do like the service
 * @service: the service
 * @out: the stream to print to
 *
 * Rules always take the first VIP for active data, and let everybody open
 * passive data connections. The module asks for the client's control connection.
 */
void fm_export_differences(const struct fm_instance *service, FILE *out)
{
	if (service->clients_only && service->passive.count)
		fputs("# passive ports are open to anyone: rules do not know clients\n",
		      out);
	fm_export_first_vip(service, out);
}
