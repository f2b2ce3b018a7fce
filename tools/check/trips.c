// SPDX-License-Identifier: GPL-2.0-only
/* Checks how clients' packets come in, and answers leave. */

#include <linux/ip_vs.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "check/check.h"
#include "check/questions.h"

/* Whether strangers are refused that come in by the interface. */
static bool fm_trip_refuses(const struct fm_router *router,
			    const struct fm_trip *trip)
{
	return trip->vip->family == AF_INET && !trip->inside &&
	       trip->back.type == RTN_UNICAST && !trip->stranger &&
	       fm_link_strict(router, trip->link);
}

static void fm_tell_refused(const struct fm_router *router,
			    const struct fm_trip *trip, bool all,
			    struct fm_findings *findings)
{
	const char *name = trip->service->profile->name;
	const char *device = trip->link->name;
	bool strict = fm_link_strict(router, trip->link);

	if (all) {
		fm_findings_add(findings, FM_FAULT, "clients-refused", name,
				"%s packets of clients that come in by %s are not taken in: %sa routing rule leads them elsewhere",
				fm_family_name(trip->vip->family), device,
				strict ? "rp_filter refuses their source, or " :
					 "");
		fm_remedy(findings,
			  "sysctl -w net.ipv4.conf.%s.rp_filter=2 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.all.src_valid_mark=0 net.ipv4.conf.%s.src_valid_mark=0; then look at ip rule",
			  device, device);
		return;
	}
	fm_findings_add(findings, FM_FAULT, "rp-filter-drops", name,
			"rp_filter has refused %ld packets since the last check: on %s it is strict, and the way to clients leads elsewhere",
			router->refused - router->refused_before, device);
	fm_remedy(findings,
		  "sysctl -w net.ipv4.conf.%s.rp_filter=2 net.ipv4.conf.all.rp_filter=0",
		  device);
}

/* Whether packets of clients get to a VIP by none of the usual interfaces. */
static void fm_check_refused(const struct fm_router *router,
			     const struct fm_prefix *vip,
			     struct fm_findings *findings)
{
	const struct fm_trip *trip = router->trips.item;
	const struct fm_trip *refused = NULL, *strict = NULL;
	bool taken = false;
	size_t left;

	for (left = router->trips.count; left; left--, trip++) {
		if (trip->vip != vip)
			continue;
		if (trip->usual) {
			taken |= trip->local;
			if (!trip->local && !refused)
				refused = trip;
		}
		if (fm_trip_refuses(router, trip))
			strict = trip;
	}
	if (refused && !taken)
		fm_tell_refused(router, refused, true, findings);
	else if (strict && router->refused_before != FM_UNKNOWN &&
		 router->refused > router->refused_before)
		fm_tell_refused(router, strict, false, findings);
}

/**
 * fm_check_sources() - the kernel must take in clients' packets
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 */
void fm_check_sources(const struct fm_router *router,
		      const struct fm_instance *service,
		      struct fm_findings *findings)
{
	size_t i;

	for (i = 0; i < service->vip.count; i++) {
		if (service->local[i] > 0)
			fm_check_refused(router, &service->vip.item[i],
					 findings);
	}
}

static bool fm_ways_differ(const struct fm_way *a, const struct fm_way *b)
{
	return a->link != b->link ||
	       memcmp(a->hop.byte, b->hop.byte, sizeof(a->hop.byte));
}

/* The second look-up finds another way only by rules for the VIP. */
static void fm_check_needless(const struct fm_router *router,
			      const struct fm_instance *service,
			      struct fm_findings *findings)
{
	bool nat, direct;

	fm_service_methods(router, service, &nat, &direct);
	if (!nat || router->policies.err || router->policies.by_source ||
	    router->sysctls.snat_reroute == FM_UNKNOWN)
		return;
	fm_findings_add(findings, FM_NOTE, "vs-reroute-needless",
			service->profile->name,
			"IPVS looks up a second route for each packet to clients, which only routing rules by source need");
	fm_remedy(findings,
		  "sysctl -w net.ipv4.vs.snat_reroute=0, and where the director does little else net.ipv4.ip_early_demux=0: both save work with each packet");
}

/**
 * fm_check_reroute() - answers must leave by the way that the VIP has
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 *
 * With several uplinks, routing rules by source lead answers to the one that the
 * VIP belongs to; IPVS has to ask for a route once it has translated them.
 */
void fm_check_reroute(const struct fm_router *router,
		      const struct fm_instance *service,
		      struct fm_findings *findings)
{
	const struct fm_trip *trip = router->trips.item;
	size_t left;

	if (router->sysctls.snat_reroute) {
		fm_check_needless(router, service, findings);
		return;
	}
	for (left = router->trips.count; left; left--, trip++) {
		if (trip->service != service ||
		    trip->through.type != RTN_UNICAST ||
		    trip->back.type != RTN_UNICAST ||
		    !trip->through.link || !trip->back.link ||
		    !fm_ways_differ(&trip->back, &trip->through))
			continue;
		fm_findings_add(findings, FM_FAULT, "vs-snat-reroute",
				service->profile->name,
				"answers leave by %s, though routing rules send the VIP's by %s: IPVS does not ask again (snat_reroute is off)",
				trip->through.link->name, trip->back.link->name);
		fm_remedy(findings, "sysctl -w net.ipv4.vs.snat_reroute=1");
		return;
	}
}

/* Finds an interface whose clients are real servers; NULL if one has others. */
static const struct fm_trip *fm_all_covered(const struct fm_router *router,
					    const struct fm_instance *service,
					    int family)
{
	const struct fm_trip *trip = router->trips.item;
	const struct fm_trip *found = NULL;
	size_t left;

	for (left = router->trips.count; left; left--, trip++) {
		if (trip->service != service || !trip->usual || trip->inside ||
		    trip->vip->family != family)
			continue;
		if (!fm_prefix_covered(&service->real, &trip->client))
			return NULL;
		found = trip;
	}
	return found;
}

/**
 * fm_check_covered() - clients must not be among the real servers
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 *
 * What one real server sends to another is no active data.
 */
void fm_check_covered(const struct fm_router *router,
		      const struct fm_instance *service,
		      struct fm_findings *findings)
{
	const struct fm_virtual *virtual;
	const struct fm_trip *trip;
	size_t i;

	for (i = 0; service->active && i < ARRAY_SIZE(fm_families); i++) {
		trip = fm_all_covered(router, service, fm_families[i]);
		virtual = fm_virtual_find(router, service, fm_families[i]);
		/* Without them it is not known which interface is the clients'. */
		if (!trip || !virtual || !virtual->dest_count)
			continue;
		fm_findings_add(findings, FM_FAULT, "real-covers-clients",
				service->profile->name,
				"real-servers covers %s: active data to clients there is not translated",
				trip->back.type == RTN_UNICAST ?
				"all addresses" :
				"the network that clients come from");
		fm_remedy(findings,
			  "ftpmark set %s real-servers PREFIX, of the real servers alone",
			  service->profile->name);
	}
}

/**
 * fm_check_nat_forwarding() - NAT needs packets of clients to be forwarded
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 *
 * What clients answer to active data is translated, then forwarded.
 */
void fm_check_nat_forwarding(const struct fm_router *router,
			     const struct fm_instance *service,
			     struct fm_findings *findings)
{
	const struct fm_trip *trip = router->trips.item;
	const struct fm_link *link;
	size_t left;

	if (!fm_service_tracks(service))
		return;
	for (left = router->trips.count; left; left--, trip++) {
		link = fm_link_outer(router, trip->link);
		if (trip->service != service || !trip->usual || trip->inside ||
		    trip->vip->family != AF_INET || link->forwarding[0])
			continue;
		fm_findings_add(findings, FM_FAULT, "forwarding-off",
				service->profile->name,
				"what clients answer to active data is not forwarded from %s",
				link->name);
		fm_remedy(findings, "sysctl -w net.ipv4.conf.%s.forwarding=1",
			  link->name);
		return;
	}
}
