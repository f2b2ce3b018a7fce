// SPDX-License-Identifier: GPL-2.0-only
/* Checks the sysctls of IPVS and conntrack. docs/sysctls.md has all of them. */

#include <linux/ip_vs.h>
#include <string.h>

#include "base/macros.h"
#include "check/check.h"
#include "check/questions.h"

/* Above this share of its limit conntrack is nearly full, in percent. */
enum { FM_NEARLY_FULL = 90 };

/* net.ipv4.vs.drop_packet and drop_entry: 1 waits for memory to be short. */
enum { FM_DROP_NOW = 2, FM_DROP_ALWAYS = 3 };

/**
 * fm_check_drops() - IPVS should not drop packets and connections
 * @router: the state of the router
 * @findings: the findings to add to
 */
void fm_check_drops(const struct fm_router *router,
		    struct fm_findings *findings)
{
	const struct fm_sysctls *sysctls = &router->sysctls;
	bool all = sysctls->drop_packet == FM_DROP_ALWAYS &&
		   sysctls->am_droprate == 1;

	if (sysctls->drop_packet >= FM_DROP_NOW) {
		fm_findings_add(findings, all ? FM_FAULT : FM_WARNING,
				"vs-drop-packet", NULL,
				"IPVS drops %s (net.ipv4.vs.drop_packet is %ld)",
				all ? "all new connections" :
				      "some new connections",
				sysctls->drop_packet);
		fm_remedy(findings, "sysctl -w net.ipv4.vs.drop_packet=0");
	}
	if (sysctls->drop_entry >= FM_DROP_NOW) {
		fm_findings_add(findings, FM_WARNING, "vs-drop-entry", NULL,
				"IPVS forgets connections at random (net.ipv4.vs.drop_entry is %ld)",
				sysctls->drop_entry);
		fm_remedy(findings, "sysctl -w net.ipv4.vs.drop_entry=0");
	}
}

static bool fm_has_vip(const struct fm_router *router)
{
	size_t i, j;

	for (i = 0; i < router->count; i++) {
		for (j = 0; j < router->service[i].vip.count; j++) {
			if (router->service[i].enabled &&
			    router->service[i].local[j] > 0)
				return true;
		}
	}
	return false;
}

/**
 * fm_check_backup_only() - IPVS must work on the director that has the VIPs
 * @router: the state of the router
 * @findings: the findings to add to
 */
void fm_check_backup_only(const struct fm_router *router,
			  struct fm_findings *findings)
{
	if (router->sysctls.backup_only <= 0 || !router->ipvs.backup ||
	    !fm_has_vip(router))
		return;
	fm_findings_add(findings, FM_FAULT, "vs-backup-only", NULL,
			"IPVS balances nothing: net.ipv4.vs.backup_only is on, and its backup daemon runs here");
	fm_remedy(findings, "sysctl -w net.ipv4.vs.backup_only=0");
}

/**
 * fm_check_sync() - the backup director must keep quiet connections
 * @router: the state of the router
 * @findings: the findings to add to
 *
 * By default the sync daemon tells of a connection with every 50th packet: what
 * has few packets is forgotten there first.
 */
void fm_check_sync(const struct fm_router *router, struct fm_findings *findings)
{
	if (!router->ipvs.master || router->sysctls.sync_refresh)
		return;
	fm_findings_add(findings, FM_NOTE, "vs-sync-refresh", NULL,
			"the backup director forgets quiet control connections before this one does (sync_refresh_period is 0)");
	fm_remedy(findings,
		  "sysctl -w net.ipv4.vs.sync_threshold='0 0' net.ipv4.vs.sync_refresh_period=10");
}

/* Whether conntrack sees packets of FTP. */
static bool fm_conntrack_meets(const struct fm_router *router)
{
	size_t i;

	for (i = 0; i < router->count; i++) {
		if (router->service[i].enabled &&
		    (!router->service[i].notrack || router->service[i].active))
			return true;
	}
	return false;
}

/**
 * fm_check_tracked_max() - conntrack must have room for new connections
 * @router: the state of the router
 * @findings: the findings to add to
 *
 * If it has none, the kernel drops packets that it would have to track.
 */
void fm_check_tracked_max(const struct fm_router *router,
			  struct fm_findings *findings)
{
	long count = router->sysctls.tracked;
	long max = router->sysctls.tracked_max;
	bool full = count >= max;

	if (count <= 0 || max <= 0 || !fm_conntrack_meets(router) ||
	    count < max * FM_NEARLY_FULL / 100)
		return;
	fm_findings_add(findings, full ? FM_FAULT : FM_WARNING,
			"conntrack-full", NULL,
			"conntrack has %ld entries of at most %ld: %s", count,
			max, full ? "new connections are dropped" :
				    "soon new connections are dropped");
	fm_remedy(findings, "sysctl -w net.netfilter.nf_conntrack_max=%ld",
		  4 * max);
}

/**
 * fm_check_quiescent() - a server with weight 0 should keep its sessions
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 */
void fm_check_quiescent(const struct fm_router *router,
			const struct fm_instance *service,
			struct fm_findings *findings)
{
	const struct fm_virtual *virtual;
	bool now = false;
	size_t i, j;

	if (router->sysctls.expire_quiescent_template <= 0)
		return;
	for (i = 0; i < ARRAY_SIZE(fm_families); i++) {
		virtual = fm_virtual_find(router, service, fm_families[i]);
		for (j = 0; virtual && j < virtual->dest_count; j++)
			now |= !virtual->dest[j].weight;
	}
	fm_findings_add(findings, now ? FM_WARNING : FM_NOTE, "vs-quiescent",
			service->profile->name,
			"IPVS sends new data connections of a session to another server %s its server's weight is 0 (expire_quiescent_template)",
			now ? "now that" : "as soon as");
	fm_remedy(findings,
		  "sysctl -w net.ipv4.vs.expire_quiescent_template=0");
}

/* Schedulers that choose by the client's address alone. */
static bool fm_by_client(const struct fm_virtual *virtual)
{
	return (!strcmp(virtual->scheduler, "mh") ||
		!strcmp(virtual->scheduler, "sh")) &&
	       !(virtual->flags & IP_VS_SVC_F_SCHED_SH_PORT);
}

static bool fm_weights_differ(const struct fm_virtual *virtual)
{
	size_t i;

	for (i = 1; i < virtual->dest_count; i++) {
		if (virtual->dest[i].weight != virtual->dest[0].weight)
			return true;
	}
	return false;
}

/* A director that others stand beside, without state between them. */
static void fm_check_many(const struct fm_router *router,
			  const struct fm_instance *service,
			  const struct fm_virtual *virtual,
			  struct fm_findings *findings)
{
	const char *name = service->profile->name;

	if (fm_by_client(virtual) && router->sysctls.sloppy_tcp == 0) {
		fm_findings_add(findings, FM_NOTE, "many-sloppy-tcp", name,
				"with several directors behind ECMP, this one takes over no connection of another: sloppy_tcp is off, and no sync daemon runs");
		fm_remedy(findings,
			  "with several directors: sysctl -w net.ipv4.vs.sloppy_tcp=1");
	}
	if (fm_by_client(virtual) && fm_weights_differ(virtual)) {
		fm_findings_add(findings, FM_NOTE, "many-weights", name,
				"scheduler %s chooses by weights: with several directors behind ECMP they must be the same on all",
				virtual->scheduler);
		fm_remedy(findings,
			  "compare ipvsadm -Ln on all directors; one whose servers are checked by keepalived may differ for moments");
	}
	if (!fm_by_client(virtual) && router->sysctls.sloppy_tcp > 0) {
		fm_findings_add(findings, FM_NOTE, "many-scheduler", name,
				"scheduler %s does not choose by client: behind ECMP each director would choose another server",
				virtual->scheduler);
		fm_remedy(findings,
			  "with several directors: ipvsadm -E -f %u%s -s mh",
			  service->mark,
			  virtual->family == AF_INET6 ? " -6" : "");
	}
}

/**
 * fm_check_directors() - say what several directors behind ECMP need
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 *
 * Whether there are several can't be seen. A scheduler that chooses by client,
 * or sloppy_tcp, are signs of it if real servers answer clients themselves.
 */
void fm_check_directors(const struct fm_router *router,
			const struct fm_instance *service,
			struct fm_findings *findings)
{
	const struct fm_virtual *virtual;
	size_t i;

	if (router->ipvs.master || router->ipvs.backup)
		return;
	for (i = 0; i < ARRAY_SIZE(fm_families); i++) {
		virtual = fm_virtual_find(router, service, fm_families[i]);
		if (virtual && virtual->dest_count &&
		    fm_service_has(service, virtual->family) &&
		    !fm_virtual_translates(virtual))
			fm_check_many(router, service, virtual, findings);
	}
}
