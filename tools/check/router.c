// SPDX-License-Identifier: GPL-2.0-only
/* Checks what all services of a network namespace share. */

#include <errno.h>
#include <string.h>

#include "check/check.h"
#include "check/questions.h"

/**
 * fm_check_enabled() - some service should be enabled
 * @router: the state of the router
 * @findings: the findings to add to
 */
void fm_check_enabled(const struct fm_router *router,
		      struct fm_findings *findings)
{
	size_t i;

	if (!router->kernel.loaded || !router->sys)
		return;
	for (i = 0; i < router->count; i++) {
		if (router->service[i].enabled)
			return;
	}
	fm_findings_add(findings, FM_WARNING, "no-service", NULL,
			router->count ? "no service is enabled here" :
				      "there is no service here");
	fm_remedy(findings, router->count ? "ftpmark enable NAME" :
		  "ftpmark add NAME vip ADDRESS real PREFIX");
}

/**
 * fm_check_helpers() - other FTP helpers should not be loaded
 * @router: the state of the router
 * @findings: the findings to add to
 */
void fm_check_helpers(const struct fm_router *router,
		      struct fm_findings *findings)
{
	if (router->helper_ipvs) {
		fm_findings_add(findings, FM_WARNING, "helper-ip-vs-ftp",
				NULL,
				"ip_vs_ftp is loaded: it looks into control connections to port 21 and rewrites them");
		fm_remedy(findings,
			  "rmmod ip_vs_ftp, and keep it from being loaded");
	}
	if (router->helper_nat) {
		fm_findings_add(findings, FM_WARNING, "helper-nf-nat-ftp",
				NULL,
				"nf_nat_ftp is loaded: it can rewrite control connections that are tracked");
		fm_remedy(findings,
			  "rmmod nf_nat_ftp nf_conntrack_ftp, unless FTP that is not balanced needs them");
	}
}

static bool fm_conntrack_wanted(const struct fm_router *router)
{
	size_t i;

	for (i = 0; i < router->count; i++) {
		if (fm_service_tracks(&router->service[i]))
			return true;
	}
	return false;
}

/**
 * fm_check_conntrack() - connections should not be tracked without need
 * @router: the state of the router
 * @findings: the findings to add to
 *
 * Services with notrack do not pay for it.
 */
void fm_check_conntrack(const struct fm_router *router,
			struct fm_findings *findings)
{
	const struct fm_instance *service;
	size_t i;

	if (router->sysctls.tracked <= 0 || fm_conntrack_wanted(router))
		return;
	for (i = 0; i < router->count; i++) {
		service = &router->service[i];
		if (!service->enabled || service->notrack)
			continue;
		fm_findings_add(findings, FM_NOTE, "conntrack-needless",
				service->profile->name,
				"connections are tracked here (%ld now), which this service does not need: it costs with each packet",
				router->sysctls.tracked);
		fm_remedy(findings,
			  "ftpmark set %s notrack 1, or remove the rules that need tracking",
			  service->profile->name);
	}
}

/**
 * fm_check_vs_conntrack() - net.ipv4.vs.conntrack should be off
 * @router: the state of the router
 * @findings: the findings to add to
 */
void fm_check_vs_conntrack(const struct fm_router *router,
			   struct fm_findings *findings)
{
	if (router->sysctls.vs_conntrack <= 0 || fm_conntrack_wanted(router))
		return;
	fm_findings_add(findings, FM_NOTE, "vs-conntrack", NULL,
			"net.ipv4.vs.conntrack is on, and no service needs it");
	fm_remedy(findings,
		  "sysctl -w net.ipv4.vs.conntrack=0, unless rules look at the state of these connections");
}

/**
 * fm_check_ipvs() - IPVS must be there
 * @router: the state of the router
 * @findings: the findings to add to
 */
void fm_check_ipvs(const struct fm_router *router, struct fm_findings *findings)
{
	/* A module that was built for IPVS would have loaded it. */
	if (router->ipvs.err != -ENOENT || !router->kernel.loaded ||
	    !router->sys)
		return;
	fm_findings_add(findings, FM_FAULT, "ipvs-missing", NULL,
			"IPVS is not in the kernel: nothing is balanced");
	fm_remedy(findings, "modprobe ip_vs");
}

/**
 * fm_check_unseen() - name what could not be read
 * @router: the state of the router
 * @findings: the findings to add to
 */
void fm_check_unseen(const struct fm_router *router,
		     struct fm_findings *findings)
{
	if (router->ipvs.err && router->ipvs.err != -ENOENT) {
		fm_findings_add(findings, FM_NOTE, "unseen-ipvs", NULL,
				"IPVS could not be asked: %s",
				strerror(-router->ipvs.err));
		fm_remedy(findings, "run ftpmark check as root");
		findings->unseen = true;
	}
	if (router->firewall.err) {
		fm_findings_add(findings, FM_NOTE, "unseen-rules", NULL,
				"rules of iptables and nftables could not be looked at: %s",
				router->firewall.err == -ENOENT ?
				"a program is missing" :
				strerror(-router->firewall.err));
		fm_remedy(findings,
			  "run ftpmark check as root, where iptables-save and nft are installed");
		findings->unseen = true;
	}
	if (!router->kernel.asked) {
		fm_findings_add(findings, FM_NOTE, "unseen-file", NULL,
				"the module's file could not be looked at: no modinfo");
		fm_remedy(findings, "install kmod");
	}
}
