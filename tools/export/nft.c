// SPDX-License-Identifier: GPL-2.0-only
/* The rules that nftables would need. */

#include "export/export.h"

static const int ftpmark_families[] = { AF_INET, AF_INET6 };

static const char *ftpmark_nft_family(int family)
{
	return family == AF_INET6 ? "ip6" : "ip";
}

/* A set takes no element that lies in another one. */
static bool ftpmark_nft_redundant(const struct ftpmark_prefixes *list,
				  size_t at)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (i != at &&
		    ftpmark_prefix_covers(&list->item[i], &list->item[at]))
			return true;
	}
	return false;
}

static void ftpmark_nft_addresses(FILE *out, const char *match,
				  const struct ftpmark_prefixes *list,
				  int family)
{
	char text[FTPMARK_PREFIX_TEXT];
	const char *comma = "";
	size_t i;

	fprintf(out, "%s %s {", ftpmark_nft_family(family), match);
	for (i = 0; i < list->count; i++) {
		if (list->item[i].family != family ||
		    ftpmark_nft_redundant(list, i))
			continue;
		fprintf(out, "%s %s", comma,
			ftpmark_prefix_print(&list->item[i], text));
		comma = ",";
	}
	fputs(" } ", out);
}

static void ftpmark_nft_ports(FILE *out, const char *match,
			      const struct ftpmark_ranges *set)
{
	size_t i;

	fprintf(out, "tcp %s {", match);
	for (i = 0; i < set->count; i++) {
		fprintf(out, "%s %u", i ? "," : "", set->item[i].first);
		if (set->item[i].last != set->item[i].first)
			fprintf(out, "-%u", set->item[i].last);
	}
	fputs(" } ", out);
}

/* Control and passive ports may overlap, so there is a rule for each. */
static void ftpmark_nft_rules(FILE *out, const char *address,
			      const struct ftpmark_prefixes *list,
			      const char *ports,
			      const struct ftpmark_ranges *set,
			      const char *statement)
{
	size_t i;

	if (!set->count)
		return;
	for (i = 0; i < ARRAY_SIZE(ftpmark_families); i++) {
		if (!ftpmark_prefixes_count(list, ftpmark_families[i]))
			continue;
		fputs("\t\t", out);
		ftpmark_nft_addresses(out, address, list, ftpmark_families[i]);
		ftpmark_nft_ports(out, ports, set);
		fprintf(out, "%s\n", statement);
	}
}

static void ftpmark_nft_mark(const struct ftpmark_export *service, FILE *out)
{
	char statement[64];

	snprintf(statement, sizeof(statement), "%smeta mark set 0x%08x",
		 service->keep ? "meta mark 0 " : "", service->mark);
	fputs("\tchain marking {\n"
	      "\t\ttype filter hook prerouting priority mangle + 1\n", out);
	ftpmark_nft_rules(out, "daddr", &service->vip, "dport",
			  &service->control, statement);
	ftpmark_nft_rules(out, "daddr", &service->vip, "dport",
			  &service->passive, statement);
	fputs("\t}\n", out);
}

static void ftpmark_nft_notrack(const struct ftpmark_export *service,
				FILE *out)
{
	fputs("\tchain untracked {\n"
	      "\t\ttype filter hook prerouting priority raw\n", out);
	ftpmark_nft_rules(out, "daddr", &service->vip, "dport",
			  &service->control, "notrack");
	ftpmark_nft_rules(out, "daddr", &service->vip, "dport",
			  &service->passive, "notrack");
	ftpmark_nft_rules(out, "saddr", &service->real, "sport",
			  &service->control, "notrack");
	ftpmark_nft_rules(out, "saddr", &service->real, "sport",
			  &service->passive, "notrack");
	fputs("\t}\n", out);
}

static void ftpmark_nft_active_rule(const struct ftpmark_export *service,
				    FILE *out, int family)
{
	const struct ftpmark_prefix *vip;
	char text[FTPMARK_PREFIX_TEXT];

	vip = ftpmark_prefixes_first(&service->vip, family);
	if (!ftpmark_prefixes_count(&service->real, family) ||
	    (!vip && service->active == FTPMARK_ACTIVE_VIP))
		return;
	fputs("\t\t", out);
	ftpmark_nft_addresses(out, "saddr", &service->real, family);
	ftpmark_nft_addresses(out, "daddr !=", &service->real, family);
	ftpmark_nft_ports(out, "sport", &service->data);
	if (service->active == FTPMARK_ACTIVE_INTERFACE)
		fputs("masquerade\n", out);
	else
		fprintf(out, "snat %s to %s\n", ftpmark_nft_family(family),
			ftpmark_prefix_print(vip, text));
}

/**
 * ftpmark_export_nft() - what "nft -f" reads
 * @service: the service
 * @out: where to
 */
void ftpmark_export_nft(const struct ftpmark_export *service, FILE *out)
{
	size_t i;

	fprintf(out, "# In place of service %s; read by: nft -f\n",
		service->profile->name);
	ftpmark_export_first_vip(service, out);
	fprintf(out, "table inet ftpmark_%s {\n", service->profile->name);
	if (service->notrack)
		ftpmark_nft_notrack(service, out);
	ftpmark_nft_mark(service, out);
	if (service->active != FTPMARK_ACTIVE_OFF) {
		fputs("\tchain active_data {\n"
		      "\t\ttype nat hook postrouting priority srcnat\n", out);
		for (i = 0; i < ARRAY_SIZE(ftpmark_families); i++)
			ftpmark_nft_active_rule(service, out,
						ftpmark_families[i]);
		fputs("\t}\n", out);
	}
	fputs("}\n", out);
}
