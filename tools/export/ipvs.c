// SPDX-License-Identifier: GPL-2.0-only
/* The persistent IPVS service of the mark, for ipvsadm and keepalived. */

#include "base/error.h"
#include "base/macros.h"
#include "export/export.h"

/* Prints advice on standard error, since "ipvsadm -R" takes no comments. */
static void fm_ipvsadm_template(const struct fm_export *service,
				const char *what, const char *option)
{
	fm_error("%s: %s: add each server there: ipvsadm -a -f %u%s -r ADDRESS -m",
		 service->profile->name, what, service->mark, option);
}

static void fm_ipvsadm_family(const struct fm_export *service,
			      FILE *out, int family)
{
	const char *option = family == AF_INET6 ? " -6" : "";
	const struct fm_prefix *real;
	char text[FM_PREFIX_TEXT];
	size_t i;

	if (!fm_prefixes_count(&service->vip, family))
		return;
	fprintf(out, "-A -f %u%s -s rr -p %d\n", service->mark, option,
		FM_SESSION_IDLE);
	if (!fm_prefixes_count(&service->real, family))
		fm_ipvsadm_template(service, family == AF_INET6 ?
				    "no IPv6 real servers" :
				    "no IPv4 real servers", option);
	for (i = 0; i < service->real.count; i++) {
		real = &service->real.item[i];
		if (real->family != family)
			continue;
		fm_prefix_print(real, text);
		if (fm_prefix_is_host(real))
			fprintf(out, "-a -f %u%s -r %s -m\n", service->mark,
				option, text);
		else
			fm_ipvsadm_template(service, text, option);
	}
}

/**
 * fm_export_ipvsadm() - print lines for "ipvsadm -R"
 * @service: the service
 * @out: the stream to print to
 *
 * Advice goes to standard error.
 */
void fm_export_ipvsadm(const struct fm_export *service, FILE *out)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fm_families); i++)
		fm_ipvsadm_family(service, out, fm_families[i]);
}

static void fm_keepalived_server(FILE *out, const char *comment,
				 const char *address, unsigned int port)
{
	fprintf(out, "%s    real_server %s 0 {\n", comment, address);
	fprintf(out, "%s        TCP_CHECK {\n", comment);
	fprintf(out, "%s            connect_port %u\n", comment, port);
	fprintf(out, "%s        }\n", comment);
	fprintf(out, "%s    }\n", comment);
}

static void fm_keepalived_family(const struct fm_export *service,
				 FILE *out, int family)
{
	unsigned int port = service->control.item[0].first;
	const struct fm_prefix *real;
	char text[FM_PREFIX_TEXT];
	size_t i;

	if (!fm_prefixes_count(&service->vip, family))
		return;
	fprintf(out, "virtual_server fwmark %u {\n", service->mark);
	fprintf(out, "    ip_family %s\n",
		family == AF_INET6 ? "inet6" : "inet");
	fprintf(out, "    lvs_sched rr\n    lvs_method NAT\n");
	fprintf(out, "    persistence_timeout %d\n", FM_SESSION_IDLE);
	if (!fm_prefixes_count(&service->real, family))
		fm_keepalived_server(out, "#", "ADDRESS", port);
	for (i = 0; i < service->real.count; i++) {
		real = &service->real.item[i];
		if (real->family != family)
			continue;
		fm_prefix_print(real, text);
		if (fm_prefix_is_host(real)) {
			fm_keepalived_server(out, "", text, port);
		} else {
			fprintf(out, "# each server in %s:\n", text);
			fm_keepalived_server(out, "#", "ADDRESS", port);
		}
	}
	fputs("}\n", out);
}

/**
 * fm_export_keepalived() - print virtual servers for keepalived.conf
 * @service: the service
 * @out: the stream to print to
 */
void fm_export_keepalived(const struct fm_export *service, FILE *out)
{
	size_t i;

	fprintf(out, "# IPVS for service %s, in keepalived.conf\n",
		service->profile->name);
	for (i = 0; i < ARRAY_SIZE(fm_families); i++)
		fm_keepalived_family(service, out, fm_families[i]);
}
