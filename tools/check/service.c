// SPDX-License-Identifier: GPL-2.0-only
/* Checks of a service: addresses, ports, its mark, its counters. */

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "check/check.h"
#include "check/questions.h"

/**
 * ftpmark_check_vips() - packets to a VIP have to be taken in here
 * @router: what was gathered
 * @service: the service
 * @findings: where to add what is found
 *
 * IPVS looks at nothing else.
 */
void ftpmark_check_vips(const struct ftpmark_router *router,
			const struct ftpmark_instance *service,
			struct ftpmark_findings *findings)
{
	const struct ftpmark_prefix *vip;
	char text[INET6_ADDRSTRLEN];
	size_t i;

	(void)router;
	for (i = 0; i < service->vip.count; i++) {
		if (service->local[i])
			continue;
		vip = &service->vip.item[i];
		inet_ntop(vip->family, vip->byte, text, sizeof(text));
		ftpmark_found(findings, FTPMARK_FAULT, "vip-not-local",
			      service->profile->name,
			      "packets to %s are not taken in on this machine",
			      text);
		ftpmark_remedy(findings,
			       "ip address add %s/%u dev lo, unless this is the standby of two directors",
			       text, vip->length);
	}
}

/* A second look-up of the route, by the source, may go wrong with a mark. */
static void ftpmark_check_source(const struct ftpmark_router *router,
				 const struct ftpmark_instance *service,
				 struct ftpmark_findings *findings)
{
	if (router->sysctls.src_valid_mark > 0) {
		ftpmark_found(findings, FTPMARK_WARNING, "src-valid-mark",
			      service->profile->name,
			      "src_valid_mark is on: sources too are looked up with the mark and that rule");
		ftpmark_remedy(findings,
			       "sysctl -w net.ipv4.conf.all.src_valid_mark=0 (and of each interface), or have the rule's table route to clients");
	} else if (router->sysctls.rp_filter == 1) {
		ftpmark_found(findings, FTPMARK_NOTE, "rp-filter",
			      service->profile->name,
			      "rp_filter is strict, and looks sources up without the mark and that rule");
		ftpmark_remedy(findings,
			       "sysctl -w net.ipv4.conf.INTERFACE.rp_filter=2 if clients come in by an INTERFACE that the main table does not route to them by");
	}
}

/**
 * ftpmark_check_policies() - routing may look at the mark, too
 * @router: what was gathered
 * @service: the service
 * @findings: where to add what is found
 */
void ftpmark_check_policies(const struct ftpmark_router *router,
			    const struct ftpmark_instance *service,
			    struct ftpmark_findings *findings)
{
	const struct ftpmark_policy *policy;
	bool ipv4 = false, matches;
	size_t i;

	for (i = 0; i < router->policies.count; i++) {
		policy = &router->policies.item[i];
		matches = (service->mark & policy->mask) == policy->mark;
		/* It does the same to packets without a mark. */
		if (matches == !policy->mark ||
		    !ftpmark_service_has(service, policy->family))
			continue;
		ipv4 |= policy->family == AF_INET;
		ftpmark_found(findings, FTPMARK_NOTE, "mark-rule",
			      service->profile->name,
			      "%s routing rule %u sends %s of mark %u to table %u",
			      ftpmark_family_name(policy->family),
			      policy->priority, policy->invert == matches ?
			      "all packets but those" : "packets",
			      service->mark, policy->table);
		ftpmark_remedy(findings,
			       "if that is not meant for FTP, give the service another mark (here and in IPVS)");
	}
	if (ipv4)
		ftpmark_check_source(router, service, findings);
}

/* Some of the active data that the service translates. */
static bool ftpmark_rule_rivals(const struct ftpmark_filter_rule *rule,
				const struct ftpmark_instance *service)
{
	const char *active = ftpmark_profile_value(service->profile, "active");

	return active && strcmp(active, "off") && service->real.count &&
	       ftpmark_ranges_meet(&rule->ports, &service->active_ports) &&
	       (!rule->from.count ||
		ftpmark_prefixes_meet(&rule->from, &service->real));
}

/**
 * ftpmark_check_rules() - what the module does need not be done by rules
 * @router: what was gathered
 * @service: the service
 * @findings: where to add what is found
 */
void ftpmark_check_rules(const struct ftpmark_router *router,
			 const struct ftpmark_instance *service,
			 struct ftpmark_findings *findings)
{
	const struct ftpmark_filter_rule *rule;
	size_t i;

	for (i = 0; i < router->rules.count; i++) {
		rule = &router->rules.item[i];
		if (rule->mark == service->mark) {
			ftpmark_found(findings, FTPMARK_WARNING, "rule-mark",
				      service->profile->name,
				      "a rule sets mark %u, too: %s",
				      service->mark, rule->text);
			ftpmark_remedy(findings, "%s", rule->removal);
		} else if (ftpmark_rule_rivals(rule, service)) {
			ftpmark_found(findings, FTPMARK_WARNING, "rule-nat",
				      service->profile->name,
				      "a rule translates active FTP, too: %s",
				      rule->text);
			ftpmark_remedy(findings, "%s", rule->removal);
		}
	}
}

/**
 * ftpmark_check_passive() - passive ports should be nobody else's
 * @router: what was gathered
 * @service: the service
 * @findings: where to add what is found
 *
 * Nobody sees from here what ports the real servers' own connections get:
 * most likely the same as here.
 */
void ftpmark_check_passive(const struct ftpmark_router *router,
			   const struct ftpmark_instance *service,
			   struct ftpmark_findings *findings)
{
	const struct ftpmark_range *local = &router->sysctls.local;
	struct ftpmark_ranges set = { .count = 1, .item = { *local } };

	if (!local->last || !ftpmark_ranges_meet(&set, &service->passive))
		return;
	ftpmark_found(findings, FTPMARK_NOTE, "passive-local-ports",
		      service->profile->name,
		      "passive-ports are among ip_local_port_range (%u-%u here): on the real servers, too, other programs may hold them",
		      local->first, local->last);
	ftpmark_remedy(findings,
		       "on the real servers: sysctl -w net.ipv4.ip_local_reserved_ports=%s",
		       ftpmark_profile_value(service->profile,
					     "passive_ports"));
}

/* Lines as one line. */
static void ftpmark_unwrap(const char *lines, char *line, size_t size)
{
	size_t i;

	snprintf(line, size, "%s", lines);
	for (i = 0; line[i]; i++) {
		if (line[i] == '\n')
			line[i] = ' ';
	}
}

/**
 * ftpmark_check_counters() - some counters count what should not happen
 * @router: what was gathered
 * @service: the service
 * @findings: where to add what is found
 */
void ftpmark_check_counters(const struct ftpmark_router *router,
			    const struct ftpmark_instance *service,
			    struct ftpmark_findings *findings)
{
	const struct ftpmark_counter *counter;
	char remedy[512];
	char id[64];
	size_t i;

	(void)router;
	for (i = 0; i < ftpmark_counters_count; i++) {
		counter = &ftpmark_counters[i];
		if (!counter->advice || !service->counts.known[i] ||
		    !service->counts.value[i])
			continue;
		snprintf(id, sizeof(id), "counter-%s", counter->word);
		ftpmark_unwrap(counter->advice, remedy, sizeof(remedy));
		ftpmark_found(findings, counter->harmless ? FTPMARK_NOTE :
			      FTPMARK_WARNING, id, service->profile->name,
			      "%s %llu: %s", counter->word,
			      service->counts.value[i], counter->meaning);
		ftpmark_remedy(findings, "%s", remedy);
	}
}
