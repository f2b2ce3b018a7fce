// SPDX-License-Identifier: GPL-2.0-only
/* Checks that rules do not do the work of the module. */

#include <limits.h>
#include <string.h>

#include "base/macros.h"
#include "check/check.h"
#include "check/packets.h"
#include "check/questions.h"
#include "check/remedy.h"

enum { FM_RIVALS_WORK = 200000 };

static void fm_rival_add(const struct fm_instance *service,
			 const struct fm_rule *rule, const char *id,
			 struct fm_findings *findings)
{
	struct fm_rule_text name, removal;

	fm_rule_name(rule->chain, rule, &name);
	fm_rule_removal(rule, &removal);
	if (!strcmp(id, "rule-mark"))
		fm_findings_add(findings, FM_WARNING, "rule-mark",
				service->profile->name,
				"a rule sets mark %u, too: %s", service->mark,
				name.text);
	else
		fm_findings_add(findings, FM_WARNING, "rule-nat",
				service->profile->name,
				"a rule translates active FTP, too: %s",
				name.text);
	fm_remedy(findings, "%s", removal.text);
}

/* Whether a finding is about the rule already: it may meet several packets. */
static bool fm_rival_known(const struct fm_rule *rule,
			   const struct fm_rule **known, size_t *count)
{
	size_t i;

	for (i = 0; i < *count; i++) {
		if (known[i] == rule ||
		    (known[i]->chain == rule->chain && !rule->line &&
		     !strcmp(known[i]->text, rule->text)))
			return true;
	}
	if (*count < FM_ITEMS_MAX)
		known[(*count)++] = rule;
	return false;
}

/* Sends packets to a VIP as if the module were not there. */
static bool fm_rival_flow(const struct fm_router *router,
			  const struct fm_prefix *vip, struct fm_flow *flow)
{
	static const struct fm_range all = { 0, 65535 };

	memset(flow, 0, sizeof(*flow));
	flow->packet.family = vip->family;
	flow->packet.to = vip;
	flow->packet.local = true;
	flow->work = FM_RIVALS_WORK;
	if (!fm_flow_add(flow, &all, 0, FM_STATE_NEW))
		return false;
	fm_flow_walk(router->firewall.rules, flow, FM_PREROUTING, INT_MIN,
		     INT_MAX);
	return true;
}

static bool fm_ports_meet(const struct fm_share *share,
			  const struct fm_instance *service)
{
	struct fm_portmap map;
	struct fm_ranges set;
	size_t i;

	memset(&map, 0, sizeof(map));
	fm_packets_ports(service, FM_LEG_CLIENT, &set);
	for (i = 0; i < set.count; i++)
		fm_portmap_add(&map, &set.item[i]);
	return fm_share_meets(share, &map);
}

static void fm_rival_marks(const struct fm_router *router,
			   const struct fm_instance *service,
			   const struct fm_prefix *vip,
			   const struct fm_rule **known, size_t *count,
			   struct fm_findings *findings)
{
	const struct fm_share *share;
	struct fm_flow flow;

	if (!fm_rival_flow(router, vip, &flow))
		findings->failed = true;
	for (share = flow.share; share; share = share->next) {
		if (share->marker && !share->lost &&
		    share->mark == service->mark &&
		    fm_ports_meet(share, service) &&
		    !fm_rival_known(share->marker, known, count))
			fm_rival_add(service, share->marker,
				     "rule-mark", findings);
	}
	fm_flow_free(&flow);
}

/* A rule that names no source port was not made for active FTP. */
static void fm_rival_nats(const struct fm_router *router,
			  const struct fm_instance *service,
			  const struct fm_prefix *real,
			  const struct fm_rule **known, size_t *count,
			  struct fm_findings *findings)
{
	const struct fm_share *share;
	struct fm_flow flow;
	size_t i;

	memset(&flow, 0, sizeof(flow));
	flow.packet.family = real->family;
	flow.packet.from = real;
	flow.packet.sport = true;
	flow.work = FM_RIVALS_WORK;
	for (i = 0; i < service->active_ports.count; i++) {
		if (!fm_flow_add(&flow, &service->active_ports.item[i], 0,
				 FM_STATE_NEW))
			findings->failed = true;
	}
	fm_flow_walk(router->firewall.rules, &flow, FM_POSTROUTING, INT_MIN,
		     INT_MAX);
	for (share = flow.ended; share; share = share->next) {
		if ((share->end == FM_STEP_SNAT ||
		     share->end == FM_STEP_MASQUERADE) && share->rule &&
		    fm_rule_find(share->rule, FM_STEP_SPORT) &&
		    !fm_rival_known(share->rule, known, count))
			fm_rival_add(service, share->rule,
				     "rule-nat", findings);
	}
	fm_flow_free(&flow);
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
	const struct fm_rule *known[FM_ITEMS_MAX];
	size_t count = 0;
	size_t i;

	for (i = 0; i < service->vip.count; i++)
		fm_rival_marks(router, service, &service->vip.item[i], known,
			       &count, findings);
	for (i = 0; i < service->real.count && service->active; i++)
		fm_rival_nats(router, service, &service->real.item[i], known,
			      &count, findings);
}
