// SPDX-License-Identifier: GPL-2.0-only
/* Rules of nftables that do the same as a service. */

#include "base/macros.h"
#include "export/export.h"

static const char *fm_nft_family(int family)
{
	return family == AF_INET6 ? "ip6" : "ip";
}

/* A set refuses an element that another element contains. */
static bool fm_nft_redundant(const struct fm_prefixes *list, size_t at)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (i != at &&
		    fm_prefix_covers(&list->item[i], &list->item[at]))
			return true;
	}
	return false;
}

static void fm_nft_addresses(FILE *out, const char *match,
			     const struct fm_prefixes *list, int family)
{
	char text[FM_PREFIX_TEXT];
	const char *comma = "";
	size_t i;

	fprintf(out, "%s %s {", fm_nft_family(family), match);
	for (i = 0; i < list->count; i++) {
		if (list->item[i].family != family || fm_nft_redundant(list, i))
			continue;
		fprintf(out, "%s %s", comma,
			fm_prefix_print(&list->item[i], text));
		comma = ",";
	}
	fputs(" } ", out);
}

static void fm_nft_ports(FILE *out, const char *match,
			 const struct fm_ranges *set)
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

/* Control and passive ports may overlap, so each kind has its own rule. */
static void fm_nft_rules(FILE *out, const char *address,
			 const struct fm_prefixes *list, const char *ports,
			 const struct fm_ranges *set, const char *statement)
{
	size_t i;

	if (!set->count)
		return;
	for (i = 0; i < ARRAY_SIZE(fm_families); i++) {
		if (!fm_prefixes_count(list, fm_families[i]))
			continue;
		fputs("\t\t", out);
		fm_nft_addresses(out, address, list, fm_families[i]);
		fm_nft_ports(out, ports, set);
		fprintf(out, "%s\n", statement);
	}
}

static void fm_nft_mark(const struct fm_instance *service, FILE *out)
{
	char statement[64];

	snprintf(statement, sizeof(statement), "%smeta mark set 0x%08x",
		 service->keep ? "meta mark 0 " : "", service->mark);
	fputs("\tchain marking {\n"
	      "\t\ttype filter hook prerouting priority mangle + 1\n", out);
	fm_nft_rules(out, "daddr", &service->vip, "dport",
		     &service->control, statement);
	fm_nft_rules(out, "daddr", &service->vip, "dport",
		     &service->passive, statement);
	fputs("\t}\n", out);
}

static void fm_nft_notrack(const struct fm_instance *service, FILE *out)
{
	fputs("\tchain untracked {\n"
	      "\t\ttype filter hook prerouting priority raw\n", out);
	fm_nft_rules(out, "daddr", &service->vip, "dport",
		     &service->control, "notrack");
	fm_nft_rules(out, "daddr", &service->vip, "dport",
		     &service->passive, "notrack");
	fm_nft_rules(out, "saddr", &service->real, "sport",
		     &service->control, "notrack");
	fm_nft_rules(out, "saddr", &service->real, "sport",
		     &service->passive, "notrack");
	fputs("\t}\n", out);
}

static void fm_nft_active_rule(const struct fm_instance *service,
			       FILE *out, int family)
{
	const struct fm_prefix *vip;
	char text[FM_PREFIX_TEXT];

	vip = fm_prefixes_first(&service->vip, family);
	if (!fm_prefixes_count(&service->real, family) ||
	    (!vip && service->active == FM_ACTIVE_VIP))
		return;
	fputs("\t\t", out);
	fm_nft_addresses(out, "saddr", &service->real, family);
	fm_nft_addresses(out, "daddr !=", &service->real, family);
	fm_nft_ports(out, "sport", &service->active_ports);
	if (service->active == FM_ACTIVE_INTERFACE)
		fputs("masquerade\n", out);
	else
		fprintf(out, "snat %s to %s\n", fm_nft_family(family),
			fm_prefix_print(vip, text));
}

/**
 * fm_export_nft() - print rules for "nft -f"
 * @service: the service
 * @out: the stream to print to
 */
void fm_export_nft(const struct fm_instance *service, FILE *out)
{
	size_t i;

	fprintf(out, "# In place of service %s; read by: nft -f\n",
		service->profile->name);
	fm_export_differences(service, out);
	fprintf(out, "table inet ftpmark_%s {\n", service->profile->name);
	if (service->notrack)
		fm_nft_notrack(service, out);
	fm_nft_mark(service, out);
	if (service->active != FM_ACTIVE_OFF) {
		fputs("\tchain active_data {\n"
		      "\t\ttype nat hook postrouting priority srcnat\n", out);
		for (i = 0; i < ARRAY_SIZE(fm_families); i++)
			fm_nft_active_rule(service, out, fm_families[i]);
		fputs("\t}\n", out);
	}
	fputs("}\n", out);
}
