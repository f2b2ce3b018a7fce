// SPDX-License-Identifier: GPL-2.0-only
/* Checks of what IPVS does with a service's mark. */

#include <arpa/inet.h>
#include <linux/ip_vs.h>
#include <stdio.h>
#include <string.h>

#include "check/check.h"
#include "check/questions.h"

/* As long as most servers let a session pause. */
enum { FTPMARK_PERSISTENCE = 300 };

static const int ftpmark_families[] = { AF_INET, AF_INET6 };

/* These choose a server by the client's address, always the same one. */
static bool ftpmark_virtual_hashes(const struct ftpmark_virtual *virtual)
{
	return (!strcmp(virtual->scheduler, "sh") ||
		!strcmp(virtual->scheduler, "mh")) &&
	       !(virtual->flags & IP_VS_SVC_F_SCHED_SH_PORT);
}

static void ftpmark_check_persistence(const struct ftpmark_instance *service,
				      const struct ftpmark_virtual *virtual,
				      struct ftpmark_findings *findings)
{
	const char *option = virtual->family == AF_INET6 ? " -6" : "";
	const char *family = ftpmark_family_name(virtual->family);
	unsigned int whole = virtual->family == AF_INET6 ? 128 : 32;
	const char *name = service->profile->name;

	if (!(virtual->flags & IP_VS_SVC_F_PERSISTENT)) {
		bool hashes = ftpmark_virtual_hashes(virtual);

		ftpmark_found(findings, hashes ? FTPMARK_WARNING :
			      FTPMARK_FAULT, "ipvs-not-persistent", name,
			      "the %s IPVS service for mark %u is not persistent: %s",
			      family, service->mark, hashes ?
			      "clients change servers when one comes or goes" :
			      "data connections reach other servers than control");
		ftpmark_remedy(findings, "ipvsadm -E -f %u%s -s %s -p 300",
			       service->mark, option, virtual->scheduler);
		return;
	}
	if (virtual->timeout < FTPMARK_PERSISTENCE) {
		ftpmark_found(findings, FTPMARK_WARNING, "ipvs-timeout", name,
			      "the %s IPVS service for mark %u forgets a client after %u s, but sessions may pause for longer",
			      family, service->mark, virtual->timeout);
		ftpmark_remedy(findings, "ipvsadm -E -f %u%s -s %s -p 300",
			       service->mark, option, virtual->scheduler);
	}
	if (virtual->prefix != whole) {
		ftpmark_found(findings, FTPMARK_NOTE, "ipvs-netmask", name,
			      "the %s IPVS service for mark %u sends all clients of a /%u to one server",
			      family, service->mark, virtual->prefix);
		ftpmark_remedy(findings,
			       "if that is not meant: ipvsadm -E -f %u%s -s %s -p 300 -M %s",
			       service->mark, option, virtual->scheduler,
			       whole == 32 ? "255.255.255.255" : "128");
	}
	if (virtual->engine[0]) {
		ftpmark_found(findings, FTPMARK_WARNING, "ipvs-engine", name,
			      "the %s IPVS service for mark %u has persistence engine %s, which knows nothing of FTP",
			      family, service->mark, virtual->engine);
		ftpmark_remedy(findings,
			       "delete the IPVS service and add it without --pe");
	}
}

/**
 * ftpmark_check_virtual() - IPVS needs a persistent service for the mark
 * @router: what was gathered
 * @service: the service
 * @findings: where to add what is found
 */
void ftpmark_check_virtual(const struct ftpmark_router *router,
			   const struct ftpmark_instance *service,
			   struct ftpmark_findings *findings)
{
	const struct ftpmark_virtual *virtual;
	int family;
	size_t i;

	if (router->ipvs.err)
		return;
	for (i = 0; i < ARRAY_SIZE(ftpmark_families); i++) {
		family = ftpmark_families[i];
		if (!ftpmark_service_has(service, family))
			continue;
		virtual = ftpmark_virtual_find(router, service, family);
		if (virtual) {
			ftpmark_check_persistence(service, virtual, findings);
			continue;
		}
		ftpmark_found(findings, FTPMARK_FAULT, "ipvs-no-service",
			      service->profile->name,
			      "IPVS has no %s service for mark %u",
			      ftpmark_family_name(family), service->mark);
		ftpmark_remedy(findings, "ipvsadm -A -f %u%s -s rr -p 300",
			       service->mark,
			       family == AF_INET6 ? " -6" : "");
	}
}

static bool ftpmark_active_on(const struct ftpmark_instance *service)
{
	const char *active = ftpmark_profile_value(service->profile, "active");

	return active && strcmp(active, "off") && service->real.count;
}

static void ftpmark_check_dests(const struct ftpmark_instance *service,
				const struct ftpmark_virtual *virtual,
				struct ftpmark_findings *findings)
{
	const struct ftpmark_dest *dest;
	char text[INET6_ADDRSTRLEN];
	bool taking = false;
	size_t i;

	for (i = 0; i < virtual->dest_count; i++) {
		dest = &virtual->dest[i];
		taking |= dest->weight > 0;
		/* The others answer clients themselves. */
		if (dest->method != IP_VS_CONN_F_MASQ ||
		    !ftpmark_active_on(service) ||
		    ftpmark_prefix_covered(&service->real, &dest->address))
			continue;
		inet_ntop(dest->address.family, dest->address.byte, text,
			  sizeof(text));
		ftpmark_found(findings, FTPMARK_WARNING, "server-not-listed",
			      service->profile->name,
			      "IPVS has real server %s, which real-servers lacks: its active FTP is not translated",
			      text);
		ftpmark_remedy(findings,
			       "ftpmark set %s real-servers %s,%s",
			       service->profile->name,
			       ftpmark_profile_value(service->profile,
						     "real_servers"), text);
	}
	if (taking)
		return;
	ftpmark_found(findings, FTPMARK_FAULT, "ipvs-no-server",
		      service->profile->name,
		      "the %s IPVS service for mark %u has no real server%s",
		      ftpmark_family_name(virtual->family), service->mark,
		      virtual->dest_count ? " with a weight above 0" : "");
	ftpmark_remedy(findings, "ipvsadm -%c -f %u%s -r ADDRESS -m -w 1",
		       virtual->dest_count ? 'e' : 'a', service->mark,
		       virtual->family == AF_INET6 ? " -6" : "");
}

/**
 * ftpmark_check_servers() - IPVS needs servers, and the module to know them
 * @router: what was gathered
 * @service: the service
 * @findings: where to add what is found
 */
void ftpmark_check_servers(const struct ftpmark_router *router,
			   const struct ftpmark_instance *service,
			   struct ftpmark_findings *findings)
{
	const struct ftpmark_virtual *virtual;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ftpmark_families); i++) {
		virtual = ftpmark_virtual_find(router, service,
					       ftpmark_families[i]);
		if (virtual && ftpmark_service_has(service, virtual->family))
			ftpmark_check_dests(service, virtual, findings);
	}
}

/**
 * ftpmark_check_active() - active FTP has to be translated for NAT alone
 * @router: what was gathered
 * @service: the service
 * @findings: where to add what is found
 */
void ftpmark_check_active(const struct ftpmark_router *router,
			  const struct ftpmark_instance *service,
			  struct ftpmark_findings *findings)
{
	const char *name = service->profile->name;
	const struct ftpmark_virtual *virtual;
	bool nat = false, direct = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ftpmark_families); i++) {
		virtual = ftpmark_virtual_find(router, service,
					       ftpmark_families[i]);
		if (!virtual || !virtual->dest_count)
			continue;
		if (ftpmark_virtual_translates(virtual))
			nat = true;
		else
			direct = true;
	}
	if (nat && !ftpmark_active_on(service)) {
		ftpmark_found(findings, FTPMARK_NOTE, "active-off", name,
			      "active FTP is not translated: %s",
			      service->real.count ? "active is off" :
						    "real-servers is empty");
		ftpmark_remedy(findings, service->real.count ?
			       "ftpmark set %s active ipvs, if clients use active FTP" :
			       "ftpmark set %s real-servers PREFIX, if clients use active FTP",
			       name);
	} else if (direct && !nat && ftpmark_active_on(service)) {
		ftpmark_found(findings, FTPMARK_NOTE, "active-needless", name,
			      "real servers answer clients themselves (DR or TUN): active FTP needs no translation here");
		ftpmark_remedy(findings, "ftpmark set %s active off", name);
	}
}

static bool ftpmark_port_service_meets(const struct ftpmark_virtual *virtual,
				       const struct ftpmark_instance *service)
{
	struct ftpmark_ranges port = {
		.count = 1,
		.item = { { .first = virtual->port, .last = virtual->port } },
	};

	/* Port 0 is every port. */
	if (!virtual->port)
		port.item[0].last = 65535;
	return !virtual->mark && virtual->protocol == IPPROTO_TCP &&
	       ftpmark_prefix_covered(&service->vip, &virtual->address) &&
	       (ftpmark_ranges_meet(&port, &service->control) ||
		ftpmark_ranges_meet(&port, &service->passive));
}

/**
 * ftpmark_check_port_services() - no IPVS service should take the same ports
 * @router: what was gathered
 * @service: the service
 * @findings: where to add what is found
 *
 * IPVS asks for the mark first, but takes other ports of the VIP for those of
 * such a service, and one for port 21 switches connection tracking on.
 */
void ftpmark_check_port_services(const struct ftpmark_router *router,
				 const struct ftpmark_instance *service,
				 struct ftpmark_findings *findings)
{
	const struct ftpmark_virtual *virtual;
	char text[INET6_ADDRSTRLEN];
	const char *brackets;
	size_t i;

	for (i = 0; i < router->ipvs.count; i++) {
		virtual = &router->ipvs.service[i];
		if (!ftpmark_port_service_meets(virtual, service))
			continue;
		inet_ntop(virtual->family, virtual->address.byte, text,
			  sizeof(text));
		brackets = virtual->family == AF_INET6 ? "[]" : "\0\0";
		ftpmark_found(findings, FTPMARK_WARNING, "ipvs-port-service",
			      service->profile->name,
			      "IPVS has a service for %s port %u, whose ports are the mark's",
			      text, virtual->port);
		ftpmark_remedy(findings, "ipvsadm -D -t %.1s%s%.1s:%u",
			       brackets, text, brackets + 1, virtual->port);
	}
}
