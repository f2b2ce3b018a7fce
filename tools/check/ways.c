// SPDX-License-Identifier: GPL-2.0-only
/* Checks the ways of packets: VIPs, real servers, forwarding. */

#include <arpa/inet.h>
#include <linux/ip_vs.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "check/check.h"
#include "check/questions.h"

static const char *fm_address(const struct fm_prefix *address, char *text)
{
	return inet_ntop(address->family, address->byte, text,
			 INET6_ADDRSTRLEN) ?: "";
}

static void fm_check_vip(const struct fm_router *router,
			 const struct fm_instance *service, size_t i,
			 struct fm_findings *findings)
{
	const struct fm_prefix *vip = &service->vip.item[i];
	const char *name = service->profile->name;
	char text[INET6_ADDRSTRLEN];

	fm_address(vip, text);
	if (!service->local[i] && router->ipvs.backup) {
		fm_findings_add(findings, FM_NOTE, "standby", name,
				"another director has %s now: this one stands by, as IPVS's backup",
				text);
		fm_remedy(findings, "nothing, if the other one is at work");
	} else if (!service->local[i]) {
		fm_findings_add(findings, FM_FAULT, "vip-not-local", name,
				"packets to %s are not taken in on this machine",
				text);
		fm_remedy(findings,
			  "ip address add %s/%u dev lo, unless this is the standby of two directors",
			  text, vip->length);
	} else if (!service->bare[i] && service->active == FM_ACTIVE_VIP &&
		   !fm_service_tracks(service)) {
		fm_findings_add(findings, FM_FAULT, "vip-not-local-bare", name,
				"packets to %s are taken in only with mark %u, which those of active data do not bear",
				text, service->mark);
		fm_remedy(findings, "ip address add %s/%u dev lo", text,
			  vip->length);
	}
}

/**
 * fm_check_vips() - each VIP must be a local address
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 *
 * IPVS sees only packets that are delivered locally.
 */
void fm_check_vips(const struct fm_router *router,
		   const struct fm_instance *service,
		   struct fm_findings *findings)
{
	size_t i;

	for (i = 0; i < service->vip.count; i++)
		fm_check_vip(router, service, i, findings);
}

/* Finds what is wrong with the way to a real server; NULL if nothing is known. */
static const char *fm_way_fault(const struct fm_way *way)
{
	if (!way->asked || way->type == RTN_LOCAL)
		return NULL;
	if (way->type != RTN_UNICAST)
		return "there is no route to it";
	if (way->link && !(way->link->flags & IFF_RUNNING))
		return "the interface to it is down";
	if (way->neighbour & NUD_FAILED)
		return "nobody there answers (ARP, or neighbour discovery)";
	if (way->neighbour & NUD_INCOMPLETE)
		return "nobody there has answered yet (ARP, or neighbour discovery)";
	return NULL;
}

static void fm_check_dest_way(const struct fm_instance *service,
			      const struct fm_dest *dest,
			      struct fm_findings *findings)
{
	const char *why = fm_way_fault(&dest->way);
	char text[INET6_ADDRSTRLEN], hop[INET6_ADDRSTRLEN];

	if (!why || dest->weight <= 0)
		return;
	fm_address(&dest->address, text);
	fm_address(&dest->way.hop, hop);
	fm_findings_add(findings, FM_FAULT, "server-unreachable",
			service->profile->name,
			"real server %s can't be reached: %s", text, why);
	if (dest->way.type != RTN_UNICAST)
		fm_remedy(findings, "ip route get %s: add a route", text);
	else
		fm_remedy(findings,
			  "look at %s and %s, or have ipvsadm set its weight to 0",
			  dest->way.link ? dest->way.link->name : "the interface", hop);
}

/**
 * fm_check_reach() - real servers must be reachable
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 */
void fm_check_reach(const struct fm_router *router,
		    const struct fm_instance *service,
		    struct fm_findings *findings)
{
	const struct fm_virtual *virtual;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(fm_families); i++) {
		virtual = fm_virtual_find(router, service, fm_families[i]);
		if (!virtual || !fm_service_has(service, virtual->family))
			continue;
		for (j = 0; j < virtual->dest_count; j++)
			fm_check_dest_way(service, &virtual->dest[j], findings);
	}
}

/* Finds an interface whose packets should be forwarded and are not. */
static const struct fm_link *fm_not_forwarding(const struct fm_router *router,
					       const struct fm_virtual *virtual)
{
	const struct fm_link *link;
	const struct fm_way *way;
	size_t i;

	for (i = 0; i < virtual->dest_count; i++) {
		way = &virtual->dest[i].way;
		if (virtual->dest[i].method != IP_VS_CONN_F_MASQ ||
		    way->type != RTN_UNICAST)
			continue;
		link = fm_link_outer(router, way->link);
		if (link && !link->forwarding[virtual->family == AF_INET6])
			return link;
	}
	return NULL;
}

static void fm_forwarding4_add(const struct fm_router *router,
			       const char *device,
			       struct fm_findings *findings)
{
	fm_findings_add(findings, FM_FAULT, "forwarding-off", NULL,
			"IPv4 packets%s%s are not forwarded", device ?
			" that come in by " : "", device ?: "");
	if (device && router->sysctls.forward > 0)
		fm_remedy(findings, "sysctl -w net.ipv4.conf.%s.forwarding=1",
			  device);
	else
		fm_remedy(findings, "sysctl -w net.ipv4.ip_forward=1");
}

/* The router must forward if real servers answer through it. */
static void fm_check_forwarding4(const struct fm_router *router,
				 struct fm_findings *findings)
{
	const struct fm_instance *service;
	const struct fm_virtual *virtual;
	const struct fm_link *link;
	size_t i;

	for (i = 0; i < router->count; i++) {
		service = &router->service[i];
		virtual = fm_virtual_find(router, service, AF_INET);
		if (!service->enabled || !fm_service_has(service, AF_INET))
			continue;
		link = virtual ? fm_not_forwarding(router, virtual) : NULL;
		/* What is not known of the ways decides the general switch. */
		if (link || ((!virtual || !virtual->dest_count) &&
			     !router->sysctls.forward)) {
			fm_forwarding4_add(router, link ? link->name : NULL,
					   findings);
			return;
		}
	}
}

static bool fm_forwarding6_needed(const struct fm_router *router)
{
	const struct fm_instance *service;
	const struct fm_virtual *virtual;
	size_t i;

	for (i = 0; i < router->count; i++) {
		service = &router->service[i];
		if (!service->enabled || !fm_service_has(service, AF_INET6))
			continue;
		virtual = fm_virtual_find(router, service, AF_INET6);
		if (!virtual || !virtual->dest_count ||
		    fm_virtual_translates(virtual))
			return true;
	}
	return false;
}

/**
 * fm_check_forwarding() - the kernel must forward packets
 * @router: the state of the router
 * @findings: the findings to add to
 *
 * For IPv4 the interface that packets come in by decides, for IPv6 one switch.
 */
void fm_check_forwarding(const struct fm_router *router,
			 struct fm_findings *findings)
{
	fm_check_forwarding4(router, findings);
	if (router->sysctls.forward6 || !fm_forwarding6_needed(router))
		return;
	fm_findings_add(findings, FM_FAULT, "forwarding6-off", NULL,
			"IPv6 packets are not forwarded");
	fm_remedy(findings, "sysctl -w net.ipv6.conf.all.forwarding=1");
}
