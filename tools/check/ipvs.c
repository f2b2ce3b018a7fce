// SPDX-License-Identifier: GPL-2.0-only
/* Checks the IPVS service of a service's mark. */

#include <arpa/inet.h>
#include <linux/ip_vs.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "check/check.h"
#include "check/questions.h"

/* These schedulers always choose the same real server for a client. */
static bool fm_virtual_hashes(const struct fm_virtual *virtual)
{
	return (!strcmp(virtual->scheduler, "sh") ||
		!strcmp(virtual->scheduler, "mh")) &&
	       !(virtual->flags & IP_VS_SVC_F_SCHED_SH_PORT);
}

static void fm_check_persistence(const struct fm_router *router,
				 const struct fm_instance *service,
				 const struct fm_virtual *virtual,
				 struct fm_findings *findings)
{
	const char *option = virtual->family == AF_INET6 ? " -6" : "";
	const char *family = fm_family_name(virtual->family);
	unsigned int whole = virtual->family == AF_INET6 ? 128 : 32;
	const char *name = service->profile->name;

	if (!(virtual->flags & IP_VS_SVC_F_PERSISTENT)) {
		bool hashes = fm_virtual_hashes(virtual);

		/* Directors without state between them choose alike so. */
		if (hashes && router->sysctls.sloppy_tcp > 0 &&
		    virtual->dest_count && !fm_virtual_translates(virtual))
			return;
		fm_findings_add(findings, hashes ? FM_WARNING :
				FM_FAULT, "ipvs-not-persistent", name,
				"the %s IPVS service for mark %u is not persistent: %s",
				family, service->mark, hashes ?
				"clients change servers when one comes or goes" :
				"data connections reach other servers than control");
		fm_remedy(findings, "ipvsadm -E -f %u%s -s %s -p 300",
			  service->mark, option, virtual->scheduler);
		return;
	}
	if (virtual->timeout < FM_SESSION_IDLE) {
		fm_findings_add(findings, FM_WARNING, "ipvs-timeout", name,
				"the %s IPVS service for mark %u forgets a client after %u s, but sessions may pause for longer",
				family, service->mark, virtual->timeout);
		fm_remedy(findings, "ipvsadm -E -f %u%s -s %s -p 300",
			  service->mark, option, virtual->scheduler);
	}
	if (virtual->prefix != whole) {
		fm_findings_add(findings, FM_NOTE, "ipvs-netmask", name,
				"the %s IPVS service for mark %u sends all clients of a /%u to one server",
				family, service->mark, virtual->prefix);
		fm_remedy(findings,
			  "if that is not meant: ipvsadm -E -f %u%s -s %s -p 300 -M %s",
			  service->mark, option, virtual->scheduler,
			  whole == 32 ? "255.255.255.255" : "128");
	}
	if (virtual->engine[0]) {
		fm_findings_add(findings, FM_WARNING, "ipvs-engine", name,
				"the %s IPVS service for mark %u has persistence engine %s, which knows nothing of FTP",
				family, service->mark, virtual->engine);
		fm_remedy(findings,
			  "delete the IPVS service and add it without --pe");
	}
}

/**
 * fm_check_virtual() - IPVS must have a persistent service for the mark
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 */
void fm_check_virtual(const struct fm_router *router,
		      const struct fm_instance *service,
		      struct fm_findings *findings)
{
	const struct fm_virtual *virtual;
	int family;
	size_t i;

	if (router->ipvs.err)
		return;
	for (i = 0; i < ARRAY_SIZE(fm_families); i++) {
		family = fm_families[i];
		if (!fm_service_has(service, family))
			continue;
		virtual = fm_virtual_find(router, service, family);
		if (virtual) {
			fm_check_persistence(router, service, virtual,
					     findings);
			continue;
		}
		fm_findings_add(findings, FM_FAULT, "ipvs-no-service",
				service->profile->name,
				"IPVS has no %s service for mark %u",
				fm_family_name(family), service->mark);
		fm_remedy(findings, "ipvsadm -A -f %u%s -s rr -p 300",
			  service->mark,
			  family == AF_INET6 ? " -6" : "");
	}
}

static bool fm_active_on(const struct fm_instance *service)
{
	const char *active = fm_profile_value(service->profile, "active");

	return active && strcmp(active, "off") && service->real.count;
}

/* The port of a real server takes the place of passive ports, too. */
static void fm_check_dest_port(const struct fm_instance *service,
			       const struct fm_virtual *virtual,
			       const struct fm_dest *dest,
			       struct fm_findings *findings)
{
	bool kept = virtual->flags & IP_VS_SVC_F_PERSISTENT;
	const char *v6 = virtual->family == AF_INET6 ? " -6" : "";
	char text[INET6_ADDRSTRLEN];
	const char *brackets;

	if (!dest->port || dest->method != IP_VS_CONN_F_MASQ)
		return;
	inet_ntop(dest->address.family, dest->address.byte, text,
		  sizeof(text));
	brackets = dest->address.family == AF_INET6 ? "[]" : "\0\0";
	fm_findings_add(findings, kept ? FM_NOTE : FM_FAULT, "server-port",
			service->profile->name,
			"IPVS has real server %s with port %u rather than 0: %s",
			text, dest->port, kept ?
			"only a persistent service keeps the ports of packets nevertheless" :
			"all connections get to that port, passive data, too");
	fm_remedy(findings,
		  "ipvsadm -d -f %u%s -r %.1s%s%.1s:%u; ipvsadm -a -f %u%s -r %s -m",
		  service->mark, v6, brackets, text, brackets + 1, dest->port,
		  service->mark, v6, text);
}

static void fm_check_dests(const struct fm_instance *service,
			   const struct fm_virtual *virtual,
			   struct fm_findings *findings)
{
	const struct fm_dest *dest;
	char text[INET6_ADDRSTRLEN];
	bool taking = false;
	size_t i;

	for (i = 0; i < virtual->dest_count; i++) {
		dest = &virtual->dest[i];
		taking |= dest->weight > 0;
		fm_check_dest_port(service, virtual, dest, findings);
		/* With other methods real servers answer clients directly. */
		if (dest->method != IP_VS_CONN_F_MASQ ||
		    !fm_active_on(service) ||
		    fm_prefix_covered(&service->real, &dest->address))
			continue;
		inet_ntop(dest->address.family, dest->address.byte, text,
			  sizeof(text));
		fm_findings_add(findings, FM_FAULT, "server-not-listed",
				service->profile->name,
				"IPVS has real server %s, which real-servers lacks: its active FTP is not translated",
				text);
		fm_remedy(findings,
			  "ftpmark set %s real-servers %s,%s",
			  service->profile->name,
			  fm_profile_value(service->profile,
					   "real_servers"), text);
	}
	if (taking)
		return;
	fm_findings_add(findings, FM_FAULT, "ipvs-no-server",
			service->profile->name,
			"the %s IPVS service for mark %u has no real server%s",
			fm_family_name(virtual->family), service->mark,
			virtual->dest_count ? " with a weight above 0" : "");
	fm_remedy(findings, "ipvsadm -%c -f %u%s -r ADDRESS -m -w 1",
		  virtual->dest_count ? 'e' : 'a', service->mark,
		  virtual->family == AF_INET6 ? " -6" : "");
}

/**
 * fm_check_servers() - IPVS must have real servers, known to the module
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 */
void fm_check_servers(const struct fm_router *router,
		      const struct fm_instance *service,
		      struct fm_findings *findings)
{
	const struct fm_virtual *virtual;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fm_families); i++) {
		virtual = fm_virtual_find(router, service, fm_families[i]);
		if (virtual && fm_service_has(service, virtual->family))
			fm_check_dests(service, virtual, findings);
	}
}

/**
 * fm_check_active() - active data must be translated with NAT only
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 */
void fm_check_active(const struct fm_router *router,
		     const struct fm_instance *service,
		     struct fm_findings *findings)
{
	const char *name = service->profile->name;
	bool nat, direct;

	fm_service_methods(router, service, &nat, &direct);
	if (nat && !fm_active_on(service)) {
		fm_findings_add(findings, FM_NOTE, "active-off", name,
				"active FTP is not translated: %s",
				service->real.count ? "active is off" :
						    "real-servers is empty");
		fm_remedy(findings, service->real.count ?
			  "ftpmark set %s active ipvs, if clients use active FTP" :
			  "ftpmark set %s real-servers PREFIX, if clients use active FTP",
			  name);
	} else if (direct && !nat && fm_active_on(service)) {
		fm_findings_add(findings, FM_NOTE, "active-needless", name,
				"real servers answer clients themselves (DR or TUN): active FTP needs no translation here");
		fm_remedy(findings, "ftpmark set %s active off", name);
	}
}

static bool fm_port_service_meets(const struct fm_virtual *virtual,
				  const struct fm_instance *service)
{
	struct fm_ranges port = {
		.count = 1,
		.item = { { .first = virtual->port, .last = virtual->port } },
	};

	/* Port 0 stands for all ports. */
	if (!virtual->port)
		port.item[0].last = 65535;
	return !virtual->mark && virtual->protocol == IPPROTO_TCP &&
	       fm_prefix_covered(&service->vip, &virtual->address) &&
	       (fm_ranges_meet(&port, &service->control) ||
		fm_ranges_meet(&port, &service->passive));
}

/**
 * fm_check_port_services() - no IPVS service should take the same ports
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 *
 * IPVS looks for a service of the mark first. But such a service takes other
 * ports of the VIP, and one for port 21 switches connection tracking on.
 */
void fm_check_port_services(const struct fm_router *router,
			    const struct fm_instance *service,
			    struct fm_findings *findings)
{
	const struct fm_virtual *virtual;
	char text[INET6_ADDRSTRLEN];
	const char *brackets;
	size_t i;

	for (i = 0; i < router->ipvs.count; i++) {
		virtual = &router->ipvs.service[i];
		if (!fm_port_service_meets(virtual, service))
			continue;
		inet_ntop(virtual->family, virtual->address.byte, text,
			  sizeof(text));
		brackets = virtual->family == AF_INET6 ? "[]" : "\0\0";
		fm_findings_add(findings, FM_WARNING, "ipvs-port-service",
				service->profile->name,
				"IPVS has a service for %s port %u, whose ports are the mark's%s",
				text, virtual->port, service->clients_only ?
				": it takes what passive-from refuses" : "");
		fm_remedy(findings, "ipvsadm -D -t %.1s%s%.1s:%u",
			  brackets, text, brackets + 1, virtual->port);
	}
}

/**
 * fm_check_clients_only() - nobody else should get to ports for clients only
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 *
 * The module judges the first packet of a connection, which has SYN.
 */
void fm_check_clients_only(const struct fm_router *router,
			   const struct fm_instance *service,
			   struct fm_findings *findings)
{
	if (!service->clients_only || router->sysctls.sloppy_tcp <= 0)
		return;
	fm_findings_add(findings, FM_WARNING, "sloppy-tcp",
			service->profile->name,
			"with sloppy_tcp, IPVS opens connections for packets without SYN, too: passive-from refuses nobody who knows that");
	fm_remedy(findings, "sysctl -w net.ipv4.vs.sloppy_tcp=0");
}
