// SPDX-License-Identifier: GPL-2.0-only
/* Checks of what all services of a network namespace share. */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "check/check.h"
#include "check/questions.h"

/* An FTP session may pause as long as most servers allow. */
enum { FTPMARK_SESSION_IDLE = 300 };

/**
 * ftpmark_check_enabled() - there should be a service
 * @router: what was gathered
 * @findings: where to add what is found
 */
void ftpmark_check_enabled(const struct ftpmark_router *router,
			   struct ftpmark_findings *findings)
{
	size_t i;

	if (!router->kernel.loaded)
		return;
	for (i = 0; i < router->count; i++) {
		if (router->service[i].enabled)
			return;
	}
	ftpmark_found(findings, FTPMARK_WARNING, "no-service", NULL,
		      router->count ? "no service is enabled here" :
				      "there is no service here");
	ftpmark_remedy(findings, router->count ? "ftpmark enable NAME" :
		       "ftpmark add NAME vip ADDRESS real PREFIX");
}

/* Real servers that answer through the router need it to forward. */
static bool ftpmark_forwarding_needed(const struct ftpmark_router *router,
				      int family)
{
	const struct ftpmark_instance *service;
	const struct ftpmark_virtual *virtual;
	size_t i;

	for (i = 0; i < router->count; i++) {
		service = &router->service[i];
		if (!service->enabled || !ftpmark_service_has(service, family))
			continue;
		virtual = ftpmark_virtual_find(router, service, family);
		if (!virtual || !virtual->dest_count ||
		    ftpmark_virtual_translates(virtual))
			return true;
	}
	return false;
}

/**
 * ftpmark_check_forwarding() - the kernel has to forward packets
 * @router: what was gathered
 * @findings: where to add what is found
 */
void ftpmark_check_forwarding(const struct ftpmark_router *router,
			      struct ftpmark_findings *findings)
{
	if (!router->sysctls.forward &&
	    ftpmark_forwarding_needed(router, AF_INET)) {
		ftpmark_found(findings, FTPMARK_FAULT, "forwarding-off", NULL,
			      "IPv4 packets are not forwarded");
		ftpmark_remedy(findings, "sysctl -w net.ipv4.ip_forward=1");
	}
	if (!router->sysctls.forward6 &&
	    ftpmark_forwarding_needed(router, AF_INET6)) {
		ftpmark_found(findings, FTPMARK_FAULT, "forwarding6-off", NULL,
			      "IPv6 packets are not forwarded");
		ftpmark_remedy(findings,
			       "sysctl -w net.ipv6.conf.all.forwarding=1");
	}
}

/**
 * ftpmark_check_helpers() - other FTP helpers rewrite what needs no rewriting
 * @router: what was gathered
 * @findings: where to add what is found
 */
void ftpmark_check_helpers(const struct ftpmark_router *router,
			   struct ftpmark_findings *findings)
{
	if (router->helper_ipvs) {
		ftpmark_found(findings, FTPMARK_WARNING, "helper-ip-vs-ftp",
			      NULL,
			      "ip_vs_ftp is loaded: it looks into control connections to port 21 and rewrites them");
		ftpmark_remedy(findings,
			       "rmmod ip_vs_ftp, and keep it from being loaded");
	}
	if (router->helper_nat) {
		ftpmark_found(findings, FTPMARK_WARNING, "helper-nf-nat-ftp",
			      NULL,
			      "nf_nat_ftp is loaded: it can rewrite control connections that are tracked");
		ftpmark_remedy(findings,
			       "rmmod nf_nat_ftp nf_conntrack_ftp, unless FTP that is not balanced needs them");
	}
}

static bool ftpmark_conntrack_wanted(const struct ftpmark_router *router)
{
	size_t i;

	for (i = 0; i < router->count; i++) {
		if (ftpmark_service_tracks(&router->service[i]))
			return true;
	}
	return false;
}

/**
 * ftpmark_check_conntrack() - connection tracking costs, if nobody needs it
 * @router: what was gathered
 * @findings: where to add what is found
 *
 * A service whose flows are untracked does not pay.
 */
void ftpmark_check_conntrack(const struct ftpmark_router *router,
			     struct ftpmark_findings *findings)
{
	const struct ftpmark_instance *service;
	size_t i;

	if (router->sysctls.tracked <= 0 || ftpmark_conntrack_wanted(router))
		return;
	for (i = 0; i < router->count; i++) {
		service = &router->service[i];
		if (!service->enabled || service->notrack)
			continue;
		ftpmark_found(findings, FTPMARK_NOTE, "conntrack-needless",
			      service->profile->name,
			      "connections are tracked here (%ld now), which this service does not need: it costs with each packet",
			      router->sysctls.tracked);
		ftpmark_remedy(findings,
			       "ftpmark set %s %snotrack 1, or remove the rules that need tracking",
			       service->profile->name, service->real.count ?
			       "" : "real SERVERS active off ");
	}
}

/**
 * ftpmark_check_vs_conntrack() - IPVS need not keep connections tracked
 * @router: what was gathered
 * @findings: where to add what is found
 */
void ftpmark_check_vs_conntrack(const struct ftpmark_router *router,
				struct ftpmark_findings *findings)
{
	if (router->sysctls.vs_conntrack <= 0 ||
	    ftpmark_conntrack_wanted(router))
		return;
	ftpmark_found(findings, FTPMARK_NOTE, "vs-conntrack", NULL,
		      "net.ipv4.vs.conntrack is on, and no service needs it");
	ftpmark_remedy(findings,
		       "sysctl -w net.ipv4.vs.conntrack=0, unless rules look at the state of these connections");
}

/**
 * ftpmark_check_ipvs() - services need IPVS
 * @router: what was gathered
 * @findings: where to add what is found
 */
void ftpmark_check_ipvs(const struct ftpmark_router *router,
			struct ftpmark_findings *findings)
{
	/* The module would have loaded it. */
	if (router->ipvs.err != -ENOENT || !router->kernel.loaded)
		return;
	ftpmark_found(findings, FTPMARK_FAULT, "ipvs-missing", NULL,
		      "IPVS is not in the kernel: nothing is balanced");
	ftpmark_remedy(findings, "modprobe ip_vs");
}

/**
 * ftpmark_check_tcp_timeout() - IPVS has to remember connections that pause
 * @router: what was gathered
 * @findings: where to add what is found
 *
 * A control connection says nothing while a file is transferred.
 */
void ftpmark_check_tcp_timeout(const struct ftpmark_router *router,
			       struct ftpmark_findings *findings)
{
	if (router->ipvs.err || !router->ipvs.tcp_timeout ||
	    router->ipvs.tcp_timeout >= FTPMARK_SESSION_IDLE)
		return;
	ftpmark_found(findings, FTPMARK_WARNING, "ipvs-tcp-timeout", NULL,
		      "IPVS forgets connections that are idle for %u s, as control connections are during a transfer",
		      router->ipvs.tcp_timeout);
	ftpmark_remedy(findings, "ipvsadm --set 900 0 0");
}

/**
 * ftpmark_check_unseen() - say what could not be looked at
 * @router: what was gathered
 * @findings: where to add what is found
 */
void ftpmark_check_unseen(const struct ftpmark_router *router,
			  struct ftpmark_findings *findings)
{
	if (router->ipvs.err && router->ipvs.err != -ENOENT) {
		ftpmark_found(findings, FTPMARK_NOTE, "unseen-ipvs", NULL,
			      "IPVS could not be asked: %s",
			      strerror(-router->ipvs.err));
		ftpmark_remedy(findings, "run ftpmark check as root");
	}
	if (router->rules.err) {
		ftpmark_found(findings, FTPMARK_NOTE, "unseen-rules", NULL,
			      "rules of iptables and nftables could not be looked at: %s",
			      router->rules.err == -ENOENT ?
			      "a program is missing" :
			      strerror(-router->rules.err));
		ftpmark_remedy(findings,
			       "run ftpmark check as root, where iptables-save and nft are installed");
	}
	if (!router->kernel.asked) {
		ftpmark_found(findings, FTPMARK_NOTE, "unseen-file", NULL,
			      "the module's file could not be looked at: no modinfo");
		ftpmark_remedy(findings, "install kmod");
	}
}
