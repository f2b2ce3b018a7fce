// SPDX-License-Identifier: GPL-2.0-only
/* Checks the addresses, ports, mark and counters of a service. */

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "check/check.h"
#include "check/questions.h"

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
	const struct fm_prefix *vip;
	char text[INET6_ADDRSTRLEN];
	size_t i;

	(void)router;
	for (i = 0; i < service->vip.count; i++) {
		if (service->local[i])
			continue;
		vip = &service->vip.item[i];
		inet_ntop(vip->family, vip->byte, text, sizeof(text));
		fm_findings_add(findings, FM_FAULT, "vip-not-local",
				service->profile->name,
				"packets to %s are not taken in on this machine",
				text);
		fm_remedy(findings,
			  "ip address add %s/%u dev lo, unless this is the standby of two directors",
			  text, vip->length);
	}
}

/* The reverse look-up of the source address may fail because of the mark. */
static void fm_check_source(const struct fm_router *router,
			    const struct fm_instance *service,
			    struct fm_findings *findings)
{
	if (router->sysctls.src_valid_mark > 0) {
		fm_findings_add(findings, FM_WARNING, "src-valid-mark",
				service->profile->name,
				"src_valid_mark is on: sources too are looked up with the mark and that rule");
		fm_remedy(findings,
			  "sysctl -w net.ipv4.conf.all.src_valid_mark=0 (and of each interface), or have the rule's table route to clients");
	} else if (router->sysctls.rp_filter == 1) {
		fm_findings_add(findings, FM_NOTE, "rp-filter",
				service->profile->name,
				"rp_filter is strict, and looks sources up without the mark and that rule");
		fm_remedy(findings,
			  "sysctl -w net.ipv4.conf.INTERFACE.rp_filter=2 if clients come in by an INTERFACE that the main table does not route to them by");
	}
}

/**
 * fm_check_policies() - routing rules may use the same mark
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 */
void fm_check_policies(const struct fm_router *router,
		       const struct fm_instance *service,
		       struct fm_findings *findings)
{
	const struct fm_policy *policy;
	bool ipv4 = false, matches;
	size_t i;

	for (i = 0; i < router->policies.count; i++) {
		policy = &router->policies.item[i];
		matches = (service->mark & policy->mask) == policy->mark;
		/* The rule treats packets without a mark alike. */
		if (matches == !policy->mark ||
		    !fm_service_has(service, policy->family))
			continue;
		ipv4 |= policy->family == AF_INET;
		fm_findings_add(findings, FM_NOTE, "mark-rule",
				service->profile->name,
				"%s routing rule %u sends %s of mark %u to table %u",
				fm_family_name(policy->family),
				policy->priority, policy->invert == matches ?
				"all packets but those" : "packets",
				service->mark, policy->table);
		fm_remedy(findings,
			  "if that is not meant for FTP, give the service another mark (here and in IPVS)");
	}
	if (ipv4)
		fm_check_source(router, service, findings);
}

/* Whether a rule may translate active data of the service. */
static bool fm_rule_rivals(const struct fm_filter_rule *rule,
			   const struct fm_instance *service)
{
	const char *active = fm_profile_value(service->profile, "active");

	return active && strcmp(active, "off") && service->real.count &&
	       fm_ranges_meet(&rule->ports, &service->active_ports) &&
	       (!rule->from.count ||
		fm_prefixes_meet(&rule->from, &service->real));
}

/**
 * fm_check_rules() - rules should not do the work of the module
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 */
void fm_check_rules(const struct fm_router *router,
		    const struct fm_instance *service,
		    struct fm_findings *findings)
{
	const struct fm_filter_rule *rule;
	size_t i;

	for (i = 0; i < router->rules.count; i++) {
		rule = &router->rules.item[i];
		if (rule->mark == service->mark) {
			fm_findings_add(findings, FM_WARNING, "rule-mark",
					service->profile->name,
					"a rule sets mark %u, too: %s",
					service->mark, rule->text);
			fm_remedy(findings, "%s", rule->removal);
		} else if (fm_rule_rivals(rule, service)) {
			fm_findings_add(findings, FM_WARNING, "rule-nat",
					service->profile->name,
					"a rule translates active FTP, too: %s",
					rule->text);
			fm_remedy(findings, "%s", rule->removal);
		}
	}
}

/**
 * fm_check_passive() - passive ports should not be local ports, too
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 *
 * The local ports of the real servers can't be seen from here. Most likely they
 * are the same as this machine's.
 */
void fm_check_passive(const struct fm_router *router,
		      const struct fm_instance *service,
		      struct fm_findings *findings)
{
	const struct fm_range *local = &router->sysctls.local;
	struct fm_ranges set = { .count = 1, .item = { *local } };

	if (!local->last || !fm_ranges_meet(&set, &service->passive))
		return;
	fm_findings_add(findings, FM_NOTE, "passive-local-ports",
			service->profile->name,
			"passive-ports are among ip_local_port_range (%u-%u here): on the real servers, too, other programs may hold them",
			local->first, local->last);
	fm_remedy(findings,
		  "on the real servers: sysctl -w net.ipv4.ip_local_reserved_ports=%s",
		  fm_profile_value(service->profile,
				   "passive_ports"));
}

/* Joins lines to one line. */
static void fm_unwrap(const char *lines, char *line, size_t size)
{
	size_t i;

	snprintf(line, size, "%s", lines);
	for (i = 0; line[i]; i++) {
		if (line[i] == '\n')
			line[i] = ' ';
	}
}

/**
 * fm_check_counters() - counters of trouble should be 0
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 */
void fm_check_counters(const struct fm_router *router,
		       const struct fm_instance *service,
		       struct fm_findings *findings)
{
	const struct fm_counter *counter;
	char remedy[512];
	char id[64];
	size_t i;

	(void)router;
	for (i = 0; i < fm_counters_count; i++) {
		counter = &fm_counters[i];
		if (!counter->advice || !service->counts.known[i] ||
		    !service->counts.value[i])
			continue;
		snprintf(id, sizeof(id), "counter-%s", counter->word);
		fm_unwrap(counter->advice, remedy, sizeof(remedy));
		fm_findings_add(findings, counter->harmless ? FM_NOTE :
				FM_WARNING, id, service->profile->name,
				"%s %llu: %s", counter->word,
				service->counts.value[i], counter->meaning);
		fm_remedy(findings, "%s", remedy);
	}
}
