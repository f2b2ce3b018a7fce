// SPDX-License-Identifier: GPL-2.0-only
/* Checks what takes the short way (fast) from data, and what it takes from rules. */

#include <string.h>

#include "base/macros.h"
#include "check/check.h"
#include "check/packets.h"
#include "check/questions.h"
#include "check/remedy.h"

enum { FM_SKIPPED_MAX = 8 };

/*
 * Matches and targets of iptables, and statements of nftables, that are about each
 * packet: they meet one packet a second of a connection that has the short way.
 */
static const char *const fm_each_packet[] = {
	"--limit", "--hashlimit-above", "--hashlimit-upto", "--quota",
	"--probability", "--every", "LOG", "NFLOG", "NFQUEUE", "TCPOPTSTRIP", "TEE",
	"dup", "limit", "log", "queue", "quota", "reset",
};

/**
 * struct fm_skipped - the rules of a service that data passes by
 * @question: the packets that are asked for
 * @findings: the findings to add to
 * @count: number of rules that were told of
 * @rule: these
 */
struct fm_skipped {
	struct fm_question question;
	struct fm_findings *findings;
	size_t count;
	const struct fm_rule *rule[FM_SKIPPED_MAX];
};

static bool fm_rule_each_packet(const struct fm_rule *rule)
{
	const struct fm_step *step;
	size_t i;

	for (step = rule->first; step; step = step->next) {
		for (i = 0; step->word && i < ARRAY_SIZE(fm_each_packet); i++) {
			if (!strcmp(step->word, fm_each_packet[i]))
				return true;
		}
	}
	return false;
}

static void fm_tell_skipped(struct fm_skipped *skipped,
			    const struct fm_rule *rule)
{
	struct fm_rule_text name;
	size_t i;

	for (i = 0; i < skipped->count; i++) {
		if (skipped->rule[i] == rule)
			return;
	}
	if (skipped->count == FM_SKIPPED_MAX)
		return;
	skipped->rule[skipped->count++] = rule;
	fm_rule_name(rule->chain, rule, &name);
	fm_findings_add(skipped->findings, FM_NOTE, "fast-rule",
			skipped->question.service->profile->name,
			"a rule is about each packet, and of data with fast it sees about one a second: %s",
			name.text);
	fm_remedy(skipped->findings, "ftpmark set %s fast 0",
		  skipped->question.service->profile->name);
}

/* Looks at the rules that packets of data have met. */
static void fm_skip_leg(struct fm_skipped *skipped, enum fm_leg leg)
{
	const struct fm_rules *rules =
		skipped->question.router->firewall.rules;
	const struct fm_rule *rule;
	struct fm_flow flow;

	skipped->question.leg = leg;
	if (!fm_packets_send(&skipped->question, &flow))
		skipped->findings->failed = true;
	fm_flow_free(&flow);
	for (rule = fm_rule_met(rules, NULL); rule;
	     rule = fm_rule_met(rules, rule)) {
		if (fm_rule_each_packet(rule))
			fm_tell_skipped(skipped, rule);
	}
}

static void fm_check_skipped(const struct fm_router *router,
			     const struct fm_instance *service,
			     struct fm_findings *findings)
{
	struct fm_skipped skipped = {
		.question = {
			.router = router, .service = service,
			.phase = FM_PHASE_DATA,
		},
		.findings = findings,
	};
	const struct fm_virtual *virtual;
	size_t i, j;

	for (i = 0; i < service->vip.count; i++) {
		skipped.question.vip = &service->vip.item[i];
		skipped.question.real = NULL;
		virtual = fm_virtual_find(router, service,
					  service->vip.item[i].family);
		fm_skip_leg(&skipped, FM_LEG_CLIENT);
		for (j = 0; virtual && j < virtual->dest_count; j++) {
			skipped.question.real = &virtual->dest[j].address;
			fm_skip_leg(&skipped, FM_LEG_SERVER);
			fm_skip_leg(&skipped, FM_LEG_REPLY);
		}
	}
}

/* Finds an interface of clients, or of a real server, that is in a VRF. */
static const char *fm_enslaved(const struct fm_router *router,
			       const struct fm_instance *service)
{
	const struct fm_trip *trip = router->trips.item;
	size_t left;

	for (left = router->trips.count; left; left--, trip++) {
		if (trip->service == service && (trip->usual || trip->inside) &&
		    fm_link_outer(router, trip->link) != trip->link)
			return trip->link->name;
	}
	return NULL;
}

/**
 * fm_check_fast() - what makes the short way of data pointless, or dangerous
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 */
void fm_check_fast(const struct fm_router *router,
		   const struct fm_instance *service,
		   struct fm_findings *findings)
{
	const char *name = service->profile->name;
	const char *device;
	bool nat, direct;

	if (!service->fast)
		return;
	fm_service_methods(router, service, &nat, &direct);
	if (direct && !nat) {
		fm_findings_add(findings, FM_NOTE, "fast-needless", name,
				"fast is for NAT, and none of the real servers in IPVS has that");
		fm_remedy(findings, "ftpmark set %s fast 0", name);
		return;
	}
	if (router->sysctls.vs_conntrack > 0) {
		fm_findings_add(findings, FM_NOTE, "fast-conntrack", name,
				"conntrack tracks the connections of IPVS, so data does not get the short way");
		fm_remedy(findings,
			  "sysctl -w net.ipv4.vs.conntrack=0 if nothing else needs it, or ftpmark set %s fast 0",
			  name);
	}
	device = fm_enslaved(router, service);
	if (device) {
		fm_findings_add(findings, FM_NOTE, "fast-vrf", name,
				"%s is in a VRF, where data does not get the short way",
				device);
		fm_remedy(findings, "ftpmark set %s fast 0", name);
	}
	fm_check_skipped(router, service, findings);
}
