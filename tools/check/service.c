// SPDX-License-Identifier: GPL-2.0-only
/* Checks the addresses, ports, mark and counters of a service. */

#include <linux/fib_rules.h>
#include <stdio.h>
#include <string.h>

#include "check/check.h"
#include "check/questions.h"

/* The reverse look-up of the source address may fail because of the mark. */
static void fm_check_source(const struct fm_router *router,
			    const struct fm_instance *service,
			    struct fm_findings *findings)
{
	if (fm_links_any(router, fm_link_mark_valid)) {
		fm_findings_add(findings, FM_WARNING, "src-valid-mark",
				service->profile->name,
				"src_valid_mark is on: sources too are looked up with the mark and that rule");
		fm_remedy(findings,
			  "sysctl -w net.ipv4.conf.all.src_valid_mark=0 (and of each interface), or have the rule's table route to clients");
	} else if (fm_links_any(router, fm_link_strict)) {
		fm_findings_add(findings, FM_NOTE, "rp-filter",
				service->profile->name,
				"rp_filter is strict, and looks sources up without the mark and that rule");
		fm_remedy(findings,
			  "sysctl -w net.ipv4.conf.INTERFACE.rp_filter=2 if clients come in by an INTERFACE that the main table does not route to them by");
	}
}

/* What a routing rule does with packets, as "ip rule" names it. */
static const char *fm_policy_action(const struct fm_policy *policy,
				    char *text, size_t size)
{
	switch (policy->action) {
	case FR_ACT_TO_TBL:
		snprintf(text, size, "to table %u", policy->table);
		return text;
	case FR_ACT_GOTO:
		return "to another rule";
	case FR_ACT_NOP:
		return "nowhere else";
	case FR_ACT_UNREACHABLE:
		return "nowhere (unreachable)";
	case FR_ACT_PROHIBIT:
		return "nowhere (prohibit)";
	default:
		return "nowhere (blackhole)";
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
	char action[32];
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
				"%s routing rule %u sends %s of mark %u %s",
				fm_family_name(policy->family),
				policy->priority, policy->invert == matches ?
				"all packets but those" : "packets",
				service->mark,
				fm_policy_action(policy, action,
						 sizeof(action)));
		fm_remedy(findings,
			  "if that is not meant for FTP, give the service another mark (here and in IPVS)");
	}
	if (ipv4)
		fm_check_source(router, service, findings);
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
 * fm_check_counters() - counters of trouble should not grow
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
		    service->counts.value[i] <= service->before[i])
			continue;
		snprintf(id, sizeof(id), "counter-%s", counter->word);
		fm_unwrap(counter->advice, remedy, sizeof(remedy));
		fm_findings_add(findings, counter->harmless ? FM_NOTE :
				FM_WARNING, id, service->profile->name,
				"%s %llu%s: %s", counter->word,
				service->counts.value[i] - service->before[i],
				service->before[i] ? " since the last check" :
				"", counter->meaning);
		fm_remedy(findings, "%s", remedy);
	}
}
