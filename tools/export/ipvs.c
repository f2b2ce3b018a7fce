// SPDX-License-Identifier: GPL-2.0-only
/* The persistent IPVS service of the mark, for ipvsadm and keepalived. */

#include <errno.h>
#include <linux/ip_vs.h>
#include <string.h>

#include "base/error.h"
#include "base/macros.h"
#include "export/export.h"

/**
 * struct fm_servers - the real servers of a family
 * @service: the service
 * @ipvs: what IPVS has here
 * @family: the family
 * @out: the stream to print to
 * @server: prints a real server
 * @unknown: says that the real servers of a prefix, or all, are not known, and
 *	why
 */
struct fm_servers {
	const struct fm_instance *service;
	const struct fm_ipvs *ipvs;
	int family;
	FILE *out;
	void (*server)(const struct fm_servers *servers,
		       const struct fm_dest *dest);
	void (*unknown)(const struct fm_servers *servers, const char *prefix,
			const char *why);
};

/* Whether an earlier prefix, or a host, of the list has this server, too. */
static bool fm_server_elsewhere(const struct fm_prefixes *real, size_t index,
				const struct fm_prefix *address)
{
	size_t i;

	for (i = 0; i < real->count; i++) {
		if ((i < index || fm_prefix_is_host(&real->item[i])) &&
		    fm_prefix_covers(&real->item[i], address))
			return true;
	}
	return false;
}

/* Prints the real servers of the mark that IPVS has in a prefix. */
static void fm_servers_prefix(const struct fm_servers *servers, size_t index)
{
	const struct fm_prefixes *real = &servers->service->real;
	const struct fm_ipvs *ipvs = servers->ipvs;
	const struct fm_virtual *virtual;
	const struct fm_dest *dest;
	char text[FM_PREFIX_TEXT];
	size_t found = 0;
	size_t i, j;

	for (i = 0; i < ipvs->count; i++) {
		virtual = &ipvs->service[i];
		if (virtual->mark != servers->service->mark ||
		    virtual->family != servers->family)
			continue;
		for (j = 0; j < virtual->dest_count; j++) {
			dest = &virtual->dest[j];
			if (!fm_prefix_covers(&real->item[index],
					      &dest->address))
				continue;
			found++;
			if (!fm_server_elsewhere(real, index, &dest->address))
				servers->server(servers, dest);
		}
	}
	if (!found)
		servers->unknown(servers,
				 fm_prefix_print(&real->item[index], text),
				 ipvs->err == -ENOENT ? "no IPVS here" :
				 ipvs->err ? strerror(-ipvs->err) :
				 "IPVS has none with this mark");
}

static void fm_servers_print(const struct fm_servers *servers)
{
	const struct fm_prefixes *real = &servers->service->real;
	struct fm_dest dest = { .method = IP_VS_CONN_F_MASQ, .weight = 1 };
	size_t i;

	if (!fm_prefixes_count(real, servers->family))
		servers->unknown(servers, NULL, "real-servers has none");
	for (i = 0; i < real->count; i++) {
		if (real->item[i].family != servers->family)
			continue;
		dest.address = real->item[i];
		if (fm_prefix_is_host(&dest.address))
			servers->server(servers, &dest);
		else
			fm_servers_prefix(servers, i);
	}
}

static const char *fm_ipvsadm_family(const struct fm_servers *servers)
{
	return servers->family == AF_INET6 ? " -6" : "";
}

static void fm_ipvsadm_server(const struct fm_servers *servers,
			      const struct fm_dest *dest)
{
	char text[FM_PREFIX_TEXT];

	fprintf(servers->out, "-a -f %u%s -r %s -%c", servers->service->mark,
		fm_ipvsadm_family(servers),
		fm_prefix_print(&dest->address, text),
		dest->method == IP_VS_CONN_F_DROUTE ? 'g' :
		dest->method == IP_VS_CONN_F_TUNNEL ? 'i' : 'm');
	if (dest->weight != 1)
		fprintf(servers->out, " -w %d", dest->weight);
	fputc('\n', servers->out);
}

/* Says it on standard error, since "ipvsadm -R" takes no comments. */
static void fm_ipvsadm_unknown(const struct fm_servers *servers,
			       const char *prefix, const char *why)
{
	fm_error("%s: %s: %s: add each server there: ipvsadm -a -f %u%s -r ADDRESS -m",
		 servers->service->profile->name, prefix ?:
		 servers->family == AF_INET6 ? "IPv6" : "IPv4", why,
		 servers->service->mark, fm_ipvsadm_family(servers));
}

/**
 * fm_export_ipvsadm() - print lines for "ipvsadm -R"
 * @service: the service
 * @ipvs: what IPVS has here
 * @director: FM_ALONE
 * @out: the stream to print to
 *
 * Advice goes to standard error.
 */
void fm_export_ipvsadm(const struct fm_instance *service,
		       const struct fm_ipvs *ipvs,
		       enum fm_director director, FILE *out)
{
	struct fm_servers servers = {
		.service = service, .ipvs = ipvs, .out = out,
		.server = fm_ipvsadm_server, .unknown = fm_ipvsadm_unknown,
	};
	size_t i;

	(void)director;
	for (i = 0; i < ARRAY_SIZE(fm_families); i++) {
		servers.family = fm_families[i];
		if (!fm_prefixes_count(&service->vip, servers.family))
			continue;
		fprintf(out, "-A -f %u%s -s rr -p %d\n", service->mark,
			fm_ipvsadm_family(&servers), FM_SESSION_IDLE);
		fm_servers_print(&servers);
	}
}

/* @comment is "#" for a template. */
static void fm_keepalived_block(const struct fm_servers *servers,
				const char *comment, const char *address,
				const struct fm_dest *dest)
{
	FILE *out = servers->out;

	fprintf(out, "%s    real_server %s 0 {\n", comment, address);
	if (dest && dest->weight != 1)
		fprintf(out, "        weight %d\n", dest->weight);
	if (dest && dest->method == IP_VS_CONN_F_DROUTE)
		fputs("        lvs_method DR\n", out);
	if (dest && dest->method == IP_VS_CONN_F_TUNNEL)
		fputs("        lvs_method TUN\n", out);
	fprintf(out, "%s        TCP_CHECK {\n", comment);
	fprintf(out, "%s            connect_port %u\n", comment,
		servers->service->control.item[0].first);
	fprintf(out, "%s        }\n", comment);
	fprintf(out, "%s    }\n", comment);
}

static void fm_keepalived_server(const struct fm_servers *servers,
				 const struct fm_dest *dest)
{
	char text[FM_PREFIX_TEXT];

	fm_keepalived_block(servers, "", fm_prefix_print(&dest->address, text),
			    dest);
}

static void fm_keepalived_unknown(const struct fm_servers *servers,
				  const char *prefix, const char *why)
{
	if (prefix)
		fprintf(servers->out, "# each server in %s (%s):\n", prefix,
			why);
	fm_keepalived_block(servers, "#", "ADDRESS", NULL);
}

/**
 * fm_export_keepalived() - print virtual servers for keepalived.conf
 * @service: the service
 * @ipvs: what IPVS has here
 * @director: which director it is for
 * @out: the stream to print to
 */
void fm_export_keepalived(const struct fm_instance *service,
			  const struct fm_ipvs *ipvs,
			  enum fm_director director, FILE *out)
{
	struct fm_servers servers = {
		.service = service, .ipvs = ipvs, .out = out,
		.server = fm_keepalived_server,
		.unknown = fm_keepalived_unknown,
	};
	size_t i;

	if (director != FM_ALONE)
		fm_export_vrrp(service, director, out);
	fprintf(out, "# IPVS for service %s, in keepalived.conf\n",
		service->profile->name);
	for (i = 0; i < ARRAY_SIZE(fm_families); i++) {
		servers.family = fm_families[i];
		if (!fm_prefixes_count(&service->vip, servers.family))
			continue;
		fprintf(out, "virtual_server fwmark %u {\n", service->mark);
		fprintf(out, "    ip_family %s\n",
			servers.family == AF_INET6 ? "inet6" : "inet");
		fprintf(out, "    lvs_sched rr\n    lvs_method NAT\n");
		fprintf(out, "    persistence_timeout %d\n", FM_SESSION_IDLE);
		fm_servers_print(&servers);
		fputs("}\n", out);
	}
}
