// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules of iptables that do the same as a service. One file is for both
 * families: ip6tables-restore skips rules with -4, iptables-restore those with
 * -6.
 */

#include <string.h>

#include "base/macros.h"
#include "export/export.h"

/* Length of the longest name of a chain. */
enum { FM_CHAIN_MAX = 28 };

static const char *fm_iptables_family(const struct fm_prefix *prefix)
{
	return prefix->family == AF_INET6 ? "-6" : "-4";
}

static void fm_iptables_ports(FILE *out, const char *option,
			      const struct fm_range *range)
{
	fprintf(out, " %s %u", option, range->first);
	if (range->last != range->first)
		fprintf(out, ":%u", range->last);
}

/* Prints RULE ADDRESS -p tcp PORTS TARGET for each address and range. */
static void fm_iptables_each(FILE *out, const struct fm_prefixes *list,
			     const struct fm_ranges *set,
			     const char *const option[2], const char *target)
{
	char text[FM_PREFIX_TEXT];
	size_t i, j;

	for (i = 0; i < list->count; i++) {
		fm_prefix_print(&list->item[i], text);
		for (j = 0; j < set->count; j++) {
			fprintf(out, "-A PREROUTING %s %s %s -p tcp",
				fm_iptables_family(&list->item[i]),
				option[0], text);
			fm_iptables_ports(out, option[1], &set->item[j]);
			fprintf(out, " %s\n", target);
		}
	}
}

static void fm_iptables_mark(const struct fm_instance *service, FILE *out)
{
	static const char *const to_vip[] = { "-d", "--dport" };
	char target[64];

	snprintf(target, sizeof(target), "%s-j MARK --set-mark 0x%x",
		 service->keep ? "-m mark --mark 0x0 " : "", service->mark);
	fputs("*mangle\n", out);
	fm_iptables_each(out, &service->vip, &service->control, to_vip, target);
	fm_iptables_each(out, &service->vip, &service->passive, to_vip, target);
	fputs("COMMIT\n", out);
}

static void fm_iptables_notrack(const struct fm_instance *service, FILE *out)
{
	static const char *const from_real[] = { "-s", "--sport" };
	static const char *const to_vip[] = { "-d", "--dport" };
	static const char target[] = "-j CT --notrack";

	fputs("*raw\n", out);
	fm_iptables_each(out, &service->vip, &service->control, to_vip, target);
	fm_iptables_each(out, &service->vip, &service->passive, to_vip, target);
	fm_iptables_each(out, &service->real, &service->control, from_real,
			 target);
	fm_iptables_each(out, &service->real, &service->passive, from_real,
			 target);
	fputs("COMMIT\n", out);
}

/*
 * Makes the name of a service's chain. If the service's name is too long for a
 * chain, a hash of it (FNV-1a) replaces its end, so that services whose names
 * begin alike get different chains. No service has a "~" in its name.
 */
static void fm_iptables_name(const char *name, char chain[FM_CHAIN_MAX + 1])
{
	uint32_t hash = 0x811c9dc5;
	const char *c;

	if (strlen(name) <= 24) {
		snprintf(chain, FM_CHAIN_MAX + 1, "ftp-%.24s", name);
		return;
	}
	for (c = name; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 0x01000193;
	snprintf(chain, FM_CHAIN_MAX + 1, "ftp-%.15s~%08x", name, hash);
}

/* A chain for the service, which exempts data between real servers. */
static void fm_iptables_chain(const struct fm_instance *service,
			      FILE *out, const char *chain)
{
	const struct fm_prefix *real, *vip;
	char text[FM_PREFIX_TEXT];
	static const int families[] = { AF_INET, AF_INET6 };
	size_t i;

	for (i = 0; i < service->real.count; i++) {
		real = &service->real.item[i];
		fprintf(out, "-A %s %s -d %s -j RETURN\n", chain,
			fm_iptables_family(real),
			fm_prefix_print(real, text));
	}
	for (i = 0; i < ARRAY_SIZE(families); i++) {
		real = fm_prefixes_first(&service->real, families[i]);
		vip = fm_prefixes_first(&service->vip, families[i]);
		if (!real)
			continue;
		if (service->active == FM_ACTIVE_INTERFACE)
			fprintf(out, "-A %s %s -j MASQUERADE\n", chain,
				fm_iptables_family(real));
		else if (vip)
			fprintf(out, "-A %s %s -j SNAT --to-source %s\n", chain,
				fm_iptables_family(vip),
				fm_prefix_print(vip, text));
	}
}

static void fm_iptables_active(const struct fm_instance *service, FILE *out)
{
	const struct fm_prefix *real;
	char chain[FM_CHAIN_MAX + 1];
	char text[FM_PREFIX_TEXT];
	size_t i, j;

	fm_iptables_name(service->profile->name, chain);
	fprintf(out, "*nat\n:%s - [0:0]\n", chain);
	for (i = 0; i < service->real.count; i++) {
		real = &service->real.item[i];
		fm_prefix_print(real, text);
		for (j = 0; j < service->active_ports.count; j++) {
			fprintf(out, "-A POSTROUTING %s -s %s -p tcp",
				fm_iptables_family(real), text);
			fm_iptables_ports(out, "--sport",
					  &service->active_ports.item[j]);
			fprintf(out, " -j %s\n", chain);
		}
	}
	fm_iptables_chain(service, out, chain);
	fputs("COMMIT\n", out);
}

/**
 * fm_export_iptables() - print rules for iptables-restore, both families
 * @service: the service
 * @out: the stream to print to
 */
void fm_export_iptables(const struct fm_instance *service, FILE *out)
{
	fprintf(out, "# In place of service %s, for both families; read by:\n"
		"# iptables-restore --noflush, ip6tables-restore --noflush\n",
		service->profile->name);
	fm_export_differences(service, out);
	if (service->notrack)
		fm_iptables_notrack(service, out);
	fm_iptables_mark(service, out);
	if (service->active != FM_ACTIVE_OFF)
		fm_iptables_active(service, out);
}
