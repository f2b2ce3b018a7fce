// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configurations for FTP servers. Each server takes one range of passive ports
 * and one IPv4 address. It needs no IPv6 address: IPv6 clients get a port only.
 */

#include "export/export.h"

static void fm_ftpd_head(const struct fm_instance *service, FILE *out,
			 const char *program)
{
	fprintf(out, "# For the %s of each real server of service %s\n",
		program, service->profile->name);
}

/* Chooses the largest range; comments name the others. */
static const struct fm_range *
fm_ftpd_passive(const struct fm_instance *service, FILE *out)
{
	const struct fm_range *widest = service->passive.item;
	const struct fm_range *range;
	size_t i;

	if (!service->passive.count)
		return NULL;
	for (i = 1; i < service->passive.count; i++) {
		range = &service->passive.item[i];
		if (range->last - range->first > widest->last - widest->first)
			widest = range;
	}
	for (i = 0; i < service->passive.count; i++) {
		range = &service->passive.item[i];
		if (range != widest)
			fprintf(out, "# not used, one range is taken: %u-%u\n",
				range->first, range->last);
	}
	return widest;
}

/* Chooses the first IPv4 VIP; comments name the others. */
static const char *fm_ftpd_address(const struct fm_instance *service, FILE *out,
				   char text[FM_PREFIX_TEXT])
{
	const struct fm_prefix *first;
	const struct fm_prefix *vip;
	size_t i;

	first = fm_prefixes_first(&service->vip, AF_INET);
	for (i = 0; i < service->vip.count; i++) {
		vip = &service->vip.item[i];
		if (vip->family == AF_INET && vip != first)
			fprintf(out, "# needs a server of its own: VIP %s\n",
				fm_prefix_print(vip, text));
	}
	if (!first)
		return NULL;
	return fm_prefix_print(first, text);
}

/* Chooses the first port; comments name the others. */
static unsigned int fm_ftpd_control(const struct fm_instance *service, FILE *out)
{
	const struct fm_range *range;
	unsigned int port;
	size_t i;

	port = fm_ranges_have(&service->control, 21) ? 21 :
	       service->control.item[0].first;
	for (i = 0; i < service->control.count; i++) {
		range = &service->control.item[i];
		if (range->first == range->last && range->first == port)
			continue;
		fprintf(out, "# control connections may come to: %u-%u\n",
			range->first, range->last);
	}
	return port;
}

/* Nothing is translated if real servers answer clients directly. */
static void fm_ftpd_no_active(FILE *out)
{
	fputs("# active data is not translated, so clients can have it only where the\n"
	      "# servers answer them directly (IPVS DR, TUN)\n", out);
}

/**
 * fm_export_vsftpd() - print lines for vsftpd.conf
 * @service: the service
 * @out: the stream to print to
 */
void fm_export_vsftpd(const struct fm_instance *service, FILE *out)
{
	const struct fm_range *passive;
	char text[FM_PREFIX_TEXT];
	const char *address;
	unsigned int port;

	fm_ftpd_head(service, out, "vsftpd");
	port = fm_ftpd_control(service, out);
	if (port != 21)
		fprintf(out, "listen_port=%u\n", port);

	passive = fm_ftpd_passive(service, out);
	fprintf(out, "pasv_enable=%s\n", passive ? "YES" : "NO");
	if (passive)
		fprintf(out, "pasv_min_port=%u\npasv_max_port=%u\n",
			passive->first, passive->last);
	address = fm_ftpd_address(service, out, text);
	if (fm_prefixes_count(&service->vip, AF_INET6))
		fputs("# pasv_address is ignored with listen_ipv6: one vsftpd for each family\n",
		      out);
	if (address && passive)
		fprintf(out, "pasv_address=%s\n", address);

	if (service->active == FM_ACTIVE_OFF) {
		fm_ftpd_no_active(out);
		fputs("port_enable=NO\n", out);
		return;
	}
	fputs("port_enable=YES\nconnect_from_port_20=YES\n", out);
	if (!fm_ranges_have(&service->active_ports, 20))
		fprintf(out, "ftp_data_port=%u\n", service->active_ports.item[0].first);
}

/**
 * fm_export_proftpd() - print lines for proftpd.conf
 * @service: the service
 * @out: the stream to print to
 */
void fm_export_proftpd(const struct fm_instance *service, FILE *out)
{
	const struct fm_range *passive;
	char text[FM_PREFIX_TEXT];
	const char *address;
	unsigned int port;

	fm_ftpd_head(service, out, "proftpd");
	port = fm_ftpd_control(service, out);
	fprintf(out, "Port %u\n", port);

	passive = fm_ftpd_passive(service, out);
	address = fm_ftpd_address(service, out, text);
	if (passive)
		fprintf(out, "PassivePorts %u %u\n", passive->first,
			passive->last);
	else
		fputs("<Limit PASV EPSV>\n  DenyAll\n</Limit>\n", out);
	if (address && passive)
		fprintf(out, "MasqueradeAddress %s\n", address);

	if (service->active == FM_ACTIVE_OFF) {
		fm_ftpd_no_active(out);
		fputs("<Limit PORT EPRT>\n  DenyAll\n</Limit>\n", out);
		return;
	}
	/* proftpd sends active data from its own port - 1, while it is root. */
	if (!fm_ranges_have(&service->active_ports, port - 1))
		fprintf(out, "# active data comes from port %u: add it to active-ports\n",
			port - 1);
	fputs("RootRevoke off\n", out);
}

/**
 * fm_export_pure_ftpd() - print lines for pure-ftpd.conf
 * @service: the service
 * @out: the stream to print to
 */
void fm_export_pure_ftpd(const struct fm_instance *service, FILE *out)
{
	const struct fm_range *passive;
	char text[FM_PREFIX_TEXT];
	const char *address;
	unsigned int port;

	fm_ftpd_head(service, out, "pure-ftpd");
	fputs("# (Debian's start script: a file /etc/pure-ftpd/conf/WORD with the rest)\n",
	      out);
	port = fm_ftpd_control(service, out);
	if (port != 21)
		fprintf(out, "Bind ,%u\n", port);

	passive = fm_ftpd_passive(service, out);
	address = fm_ftpd_address(service, out, text);
	if (passive)
		fprintf(out, "PassivePortRange %u %u\n", passive->first,
			passive->last);
	else
		fputs("# no passive ports are marked, and pure-ftpd can't refuse passive mode\n",
		      out);
	if (address && passive)
		fprintf(out, "ForcePassiveIP %s\n", address);

	if (service->active == FM_ACTIVE_OFF)
		fm_ftpd_no_active(out);
	else if (!fm_ranges_have(&service->active_ports, 20))
		fputs("# active data comes from port 20: add it to active-ports\n",
		      out);
}
