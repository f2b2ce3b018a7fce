// SPDX-License-Identifier: GPL-2.0-only
/* One of two directors that both work, for keepalived. */

#include <string.h>

#include "export/export.h"

enum { FM_PRIORITY_HOME = 150, FM_PRIORITY_OTHER = 100 };

/*
 * A service has two of the numbers 1 to 254. They are made of its mark, so both
 * directors have the same ones: those of mark 21 are 21 and 22.
 */
static unsigned int fm_vrrp_id(const struct fm_instance *service, bool back)
{
	return (2 * (service->mark % 127) + 254 - 22) % 254 + 1 + back;
}

/* VRRP packets have addresses of one family: that of the first one. */
static int fm_vrrp_family(const struct fm_instance *service, bool excluded)
{
	int family = service->vip.item[0].family;

	if (!excluded)
		return family;
	return family == AF_INET ? AF_INET6 : AF_INET;
}

static void fm_vrrp_addresses(const struct fm_instance *service, bool back,
			      bool excluded, FILE *out)
{
	int family = fm_vrrp_family(service, excluded);
	const struct fm_prefix *vip;
	char text[FM_PREFIX_TEXT];
	size_t i;

	if (!fm_prefixes_count(&service->vip, family))
		return;
	fprintf(out, "    virtual_ipaddress%s {\n",
		excluded ? "_excluded" : "");
	for (i = 0; !back && i < service->vip.count; i++) {
		vip = &service->vip.item[i];
		if (vip->family == family)
			fprintf(out, "        %s/%u\n",
				fm_prefix_print(vip, text), vip->length);
	}
	if (back)
		fprintf(out, "        GATEWAY%s\n",
			family == AF_INET6 ? "6" : "4");
	fputs("    }\n", out);
}

static void fm_vrrp_instance(const struct fm_instance *service, bool back,
			     enum fm_director director, FILE *out)
{
	fprintf(out, "vrrp_instance %s_%s {\n", service->profile->name,
		back ? "back" : "front");
	fprintf(out, "    interface %s\n",
		back ? "SERVER_SIDE" : "CLIENT_SIDE");
	fputs("    state BACKUP\n    nopreempt\n", out);
	fprintf(out, "    virtual_router_id %u\n", fm_vrrp_id(service, back));
	fprintf(out, "    priority %d\n", director == FM_HOME ?
		FM_PRIORITY_HOME : FM_PRIORITY_OTHER);
	fm_vrrp_addresses(service, back, false, out);
	fm_vrrp_addresses(service, back, true, out);
	fputs("}\n\n", out);
}

/**
 * fm_export_vrrp() - print what moves a service between two directors
 * @service: the service
 * @director: which of them it is for
 * @out: the stream to print to
 */
void fm_export_vrrp(const struct fm_instance *service,
		    enum fm_director director, FILE *out)
{
	const char *name = service->profile->name;

	fprintf(out, "# Service %s on the director %s, in keepalived.conf\n",
		name, director == FM_HOME ? "that it is at home on" :
		"that takes over");
	fputs("# Put in CLIENT_SIDE and SERVER_SIDE, the interfaces to clients and to real\n"
	      "# servers, and GATEWAY4 and GATEWAY6, the real servers' gateway for this service,\n"
	      "# as ADDRESS/LENGTH. No other router of these networks has these\n"
	      "# virtual_router_id. For all services together, global_defs needs a line\n"
	      "# lvs_sync_daemon SERVER_SIDE id 21\n", out);
	if (service->active != FM_ACTIVE_OFF &&
	    strcmp(fm_profile_value(service->profile, "active"), "ipvs"))
		fputs("# Active data does not go on through the other director:\n"
		      "# only that of \"active ipvs\" is in IPVS.\n", out);
	fprintf(out, "vrrp_track_file away_%s {\n", name);
	fprintf(out, "    file /etc/keepalived/away.%s\n", name);
	fputs("    weight 1\n    init_file 0\n}\n\n", out);
	fprintf(out, "vrrp_sync_group %s {\n", name);
	fprintf(out, "    track_file {\n        away_%s\n    }\n", name);
	fprintf(out, "    group {\n        %s_front\n        %s_back\n    }\n}\n\n",
		name, name);
	fm_vrrp_instance(service, false, director, out);
	fm_vrrp_instance(service, true, director, out);
}
