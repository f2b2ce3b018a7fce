// SPDX-License-Identifier: GPL-2.0-only
/* Says what becomes of FTP's packets in the rules. */

#include <linux/ip_vs.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "check/check.h"
#include "check/packets.h"
#include "check/questions.h"
#include "check/remedy.h"

/* More uplinks, or findings of one service, than these are not looked at. */
enum { FM_DEVICES_MAX = 8, FM_TOLD_MAX = 32 };

/**
 * struct fm_told - what was said already
 * @leg: about which packets
 * @base: the base chain
 * @rule: the rule
 */
struct fm_told {
	enum fm_leg leg;
	const struct fm_chain *base;
	const struct fm_rule *rule;
};

/**
 * struct fm_passage - the packets of a service
 * @question: those that are asked for
 * @findings: the findings to add to
 * @devices: number of interfaces that clients may come in by
 * @device: their names; one that is NULL if they are not known
 * @overrun: there were more rules than are followed
 * @told: number of answers that were given
 * @answer: these
 */
struct fm_passage {
	struct fm_question question;
	struct fm_findings *findings;
	size_t devices;
	const char *device[FM_DEVICES_MAX];
	bool overrun;
	size_t told;
	struct fm_told answer[FM_TOLD_MAX];
};

static const char *const fm_leg_names[FM_LEGS] = {
	[FM_LEG_CLIENT] = "control and passive data of clients",
	[FM_LEG_SERVER] = "what IPVS sends on to real servers",
	[FM_LEG_REPLY] = "what real servers answer",
	[FM_LEG_DIAL] = "active data of real servers",
	[FM_LEG_ANSWER] = "what clients answer to active data",
	[FM_LEG_RETURN] = "what IPVS sends on of clients' answers to active data",
};

static const char *const fm_phase_names[FM_PHASES] = {
	[FM_PHASE_OPEN] = "",
	[FM_PHASE_DATA] = ", once connected,",
	[FM_PHASE_CLOSE] = ", when it ends (FIN),",
};

/* Whether this was said already, of these packets. */
static bool fm_said(struct fm_passage *passage, const struct fm_chain *base,
		    const struct fm_rule *rule)
{
	struct fm_told *told = passage->answer;
	size_t i;

	for (i = 0; i < passage->told; i++, told++) {
		if (told->leg == passage->question.leg && told->base == base &&
		    told->rule == rule)
			return true;
	}
	if (passage->told < FM_TOLD_MAX) {
		told->leg = passage->question.leg;
		told->base = base;
		told->rule = rule;
		passage->told++;
	}
	return false;
}

/* Whether packets do not get to where they should. */
static bool fm_share_lost(const struct fm_share *share)
{
	return share->end == FM_STEP_DROP || share->end == FM_STEP_DNAT;
}

/* Finds the ports whose packets are lost for certain. */
static void fm_flow_lost(const struct fm_flow *flow, struct fm_portmap *lost)
{
	const struct fm_share *share;

	memset(lost, 0, sizeof(*lost));
	for (share = flow->ended; share; share = share->next) {
		if (fm_share_lost(share))
			fm_portmap_join(lost, &share->port);
	}
	for (share = flow->ended; share; share = share->next) {
		if (!fm_share_lost(share))
			fm_portmap_take(lost, &share->port);
	}
	for (share = flow->share; share; share = share->next)
		fm_portmap_take(lost, &share->port);
}

/* Keeps the ports that both have. */
static void fm_portmap_both(struct fm_portmap *map,
			    const struct fm_portmap *other)
{
	size_t i;

	for (i = 0; i < FM_PORTMAP_WORDS; i++)
		map->word[i] &= other->word[i];
}

static const struct fm_share *fm_culprit(const struct fm_flow *flow,
					 const struct fm_portmap *port)
{
	const struct fm_share *share;

	for (share = flow->ended; share; share = share->next) {
		if (fm_share_lost(share) && fm_share_meets(share, port))
			return share;
	}
	return NULL;
}

static bool fm_send(struct fm_passage *passage, struct fm_flow *flow)
{
	if (fm_packets_send(&passage->question, flow)) {
		passage->overrun |= flow->overrun;
		return true;
	}
	passage->findings->failed = true;
	fm_flow_free(flow);
	return false;
}

/* Some clients may get through, if rules name them. */
static bool fm_some_pass(struct fm_passage *passage, struct fm_portmap *lost)
{
	struct fm_portmap still;
	struct fm_flow flow;

	passage->question.certain = false;
	if (!fm_send(passage, &flow))
		return false;
	fm_flow_lost(&flow, &still);
	fm_flow_free(&flow);
	fm_portmap_both(&still, lost);
	return fm_portmap_empty(&still);
}

static void fm_tell_lost(struct fm_passage *passage,
			 const struct fm_share *share, bool some)
{
	const struct fm_question *question = &passage->question;
	const char *name = question->service->profile->name;
	const char *family = fm_family_name(question->vip->family);
	const char *what = fm_leg_names[question->leg];
	struct fm_rule_text rule, remedy;

	if (fm_said(passage, share->base, share->rule))
		return;
	fm_rule_name(share->chain, share->rule, &rule);
	if (share->end == FM_STEP_DNAT) {
		fm_findings_add(passage->findings, some ? FM_NOTE : FM_FAULT,
				"rule-dnat", name,
				"a rule sends %s elsewhere, ahead of IPVS (%s): %s",
				what, family, rule.text);
		fm_remedy(passage->findings, "%s",
			  fm_rule_removal(share->rule, &remedy));
		return;
	}
	if (some)
		fm_findings_add(passage->findings, FM_NOTE, "rule-clients",
				name,
				"only clients that rules name get through (%s): others lose %s%s to %s",
				family, what, fm_phase_names[question->phase],
				rule.text);
	else
		fm_findings_add(passage->findings, FM_FAULT, "rule-drops",
				name, "%s%s is dropped (%s) by %s", what,
				fm_phase_names[question->phase], family,
				rule.text);
	fm_remedy(passage->findings, some ? "if others should: %s" : "%s",
		  fm_rule_pass(question, share->base, &remedy));
}

/* Packets may be dropped, by a rule that is not understood whole. */
static void fm_tell_doubt(struct fm_passage *passage,
			  const struct fm_share *share, const char *device)
{
	const struct fm_question *question = &passage->question;
	struct fm_rule_text rule, remedy;

	if (fm_said(passage, share->base, share->rule))
		return;
	fm_rule_name(share->chain, share->rule, &rule);
	fm_findings_add(passage->findings, FM_NOTE, "rule-may-drop",
			question->service->profile->name,
			"%s%s%s%s may be %s (%s) by %s",
			fm_leg_names[question->leg],
			fm_phase_names[question->phase],
			device ? " by interface " : "", device ?: "",
			share->end == FM_STEP_DNAT ? "sent elsewhere" :
						     "dropped",
			fm_family_name(question->vip->family), rule.text);
	fm_remedy(passage->findings, "if it meets FTP: %s",
		  fm_rule_pass(question, share->base, &remedy));
}

static void fm_tell_mark(struct fm_passage *passage,
			 const struct fm_share *share, bool sure)
{
	const struct fm_question *question = &passage->question;
	const struct fm_instance *service = question->service;
	struct fm_rule_text rule, remedy;

	if (!share->marker ||
	    fm_said(passage, share->marker->chain, share->marker))
		return;
	fm_rule_name(share->marker->chain, share->marker, &rule);
	if (share->lost)
		fm_findings_add(passage->findings, FM_NOTE, "mark-doubt",
				service->profile->name,
				"a rule may change mark %u on the way to IPVS: %s",
				service->mark, rule.text);
	else
		fm_findings_add(passage->findings, sure ? FM_FAULT : FM_NOTE,
				"mark-changed", service->profile->name,
				"packets reach IPVS with mark %u, not %u%s: %s",
				share->mark, service->mark, service->keep ?
				" (on-marked is keep)" : "", rule.text);
	fm_remedy(passage->findings, "%s%s%s", service->keep ?
		  "set on-marked overwrite, or except the VIP from that rule" :
		  "except the VIP from that rule", share->marker->odd ? ", or " :
		  ", or delete it: ", fm_rule_removal(share->marker, &remedy));
}

/* Whether none of these packets may get to IPVS with the right mark. */
static bool fm_marked_wrongly(const struct fm_flow *flow,
			      const struct fm_share *share, uint32_t mark)
{
	const struct fm_share *other;

	for (other = flow->share; other; other = other->next) {
		if ((other->lost || other->mark == mark) &&
		    fm_share_meets(other, &share->port))
			return false;
	}
	return true;
}

/* Packets that get to IPVS must have the mark there. */
static void fm_marks(struct fm_passage *passage, const struct fm_flow *flow)
{
	const struct fm_instance *service = passage->question.service;
	const struct fm_share *share;

	if (passage->question.leg != FM_LEG_CLIENT ||
	    passage->question.phase != FM_PHASE_OPEN)
		return;
	for (share = flow->share; share; share = share->next) {
		if (share->lost || share->mark != service->mark)
			fm_tell_mark(passage, share,
				     fm_marked_wrongly(flow, share,
						       service->mark));
	}
}

/* Finds a rule that the packets met, and that keeps them out of conntrack. */
static const struct fm_rule *fm_untracker(const struct fm_rules *rules)
{
	const struct fm_rule *rule = fm_rule_met(rules, NULL);

	while (rule && !fm_rule_find(rule, FM_STEP_NOTRACK))
		rule = fm_rule_met(rules, rule);
	return rule;
}

/* NAT translates only what conntrack tracks. */
static void fm_untracked(struct fm_passage *passage, const struct fm_flow *flow)
{
	const struct fm_question *question = &passage->question;
	const struct fm_share *share = flow->share;
	struct fm_rule_text name, remedy;
	const struct fm_rule *rule;

	if (question->leg != FM_LEG_DIAL || question->phase != FM_PHASE_OPEN ||
	    !fm_service_tracks(question->service))
		return;
	while (share && share->state != FM_STATE_UNTRACKED)
		share = share->next;
	rule = share ? fm_untracker(question->router->firewall.rules) : NULL;
	if (!rule || fm_said(passage, rule->chain, rule))
		return;
	fm_rule_name(rule->chain, rule, &name);
	fm_findings_add(passage->findings, FM_FAULT, "active-untracked",
			question->service->profile->name,
			"a rule keeps active data out of conntrack, which translates it: %s",
			name.text);
	fm_remedy(passage->findings, "%s, or set active ipvs",
		  fm_rule_removal(rule, &remedy));
}

/* Packets may be lost that come in by the interface. */
static void fm_doubts(struct fm_passage *passage, const struct fm_flow *flow,
		      bool named)
{
	const struct fm_share *share;

	for (share = flow->ended; share; share = share->next) {
		if (fm_share_lost(share) || share->end == FM_STEP_UNKNOWN)
			fm_tell_doubt(passage, share, named ?
				      passage->question.device : NULL);
	}
}

/* The end of a session need not be seen; that of data tells that it is whole. */
static void fm_forgive(const struct fm_question *question,
		       struct fm_portmap *lost)
{
	const struct fm_ranges *control = &question->service->control;
	struct fm_portmap map;
	size_t i;

	if (question->phase != FM_PHASE_CLOSE || question->leg >= FM_LEG_DIAL)
		return;
	memset(&map, 0, sizeof(map));
	for (i = 0; i < control->count; i++)
		fm_portmap_add(&map, &control->item[i]);
	fm_portmap_take(lost, &map);
}

/* Asks for packets that come in by each of the interfaces. */
static void fm_ask(struct fm_passage *passage)
{
	struct fm_portmap lost, here;
	const struct fm_share *share;
	struct fm_flow flow;
	size_t i;

	for (i = 0; i < passage->devices; i++) {
		passage->question.device = passage->device[i];
		passage->question.certain = true;
		if (!fm_send(passage, &flow))
			return;
		fm_flow_lost(&flow, &here);
		fm_forgive(&passage->question, &here);
		if (!i)
			lost = here;
		else
			fm_portmap_both(&lost, &here);
		if (fm_portmap_empty(&lost)) {
			fm_marks(passage, &flow);
			fm_untracked(passage, &flow);
			fm_doubts(passage, &flow, passage->devices > 1);
		} else if (i == passage->devices - 1) {
			share = fm_culprit(&flow, &lost);
			fm_tell_lost(passage, share,
				     fm_some_pass(passage, &lost));
		}
		fm_flow_free(&flow);
	}
}

static void fm_ask_leg(struct fm_passage *passage, enum fm_leg leg)
{
	size_t told = passage->told;
	enum fm_phase phase;

	passage->question.leg = leg;
	/* Where connections can't open, nobody asks what becomes of them. */
	for (phase = 0; phase < FM_PHASES && passage->told == told; phase++) {
		passage->question.phase = phase;
		fm_ask(passage);
	}
}

/* Interfaces that clients come in by. Rules see those of a VRF under two names. */
static void fm_devices(struct fm_passage *passage)
{
	const struct fm_router *router = passage->question.router;
	const struct fm_trip *trip = router->trips.item;
	size_t left;

	passage->devices = 0;
	for (left = router->trips.count; left; left--, trip++) {
		if (trip->vip == passage->question.vip && trip->usual &&
		    passage->devices < FM_DEVICES_MAX)
			passage->device[passage->devices++] =
				trip->link->master ? NULL : trip->link->name;
	}
	if (!passage->devices)
		passage->device[passage->devices++] = NULL;
}

static void fm_ask_real(struct fm_passage *passage,
			const struct fm_prefix *real, const char *inside)
{
	const struct fm_instance *service = passage->question.service;
	bool listed = fm_prefix_covered(&service->real, real);

	passage->question.real = real;
	passage->question.inside = inside;
	fm_ask_leg(passage, FM_LEG_SERVER);
	if (passage->question.direct)
		return;
	fm_ask_leg(passage, FM_LEG_REPLY);
	if (!service->active || !listed)
		return;
	fm_ask_leg(passage, FM_LEG_DIAL);
	fm_ask_leg(passage, FM_LEG_ANSWER);
	if (!fm_service_tracks(service))
		fm_ask_leg(passage, FM_LEG_RETURN);
}

static void fm_ask_servers(struct fm_passage *passage,
			   const struct fm_virtual *virtual)
{
	const struct fm_prefixes *real = &passage->question.service->real;
	const struct fm_dest *dest;
	size_t i;

	for (i = 0; virtual && i < virtual->dest_count; i++) {
		dest = &virtual->dest[i];
		passage->question.direct = dest->method != IP_VS_CONN_F_MASQ;
		/* A tunnel's packets are others, and those to lo stay here. */
		if (dest->address.family != virtual->family ||
		    dest->method == IP_VS_CONN_F_TUNNEL ||
		    dest->way.type == RTN_LOCAL)
			continue;
		fm_ask_real(passage, &dest->address,
			    dest->way.link ? dest->way.link->name : NULL);
	}
	passage->question.direct = false;
	for (i = 0; !virtual && i < real->count; i++) {
		if (real->item[i].family == passage->question.vip->family)
			fm_ask_real(passage, &real->item[i], NULL);
	}
}

/**
 * fm_check_passage() - rules must let FTP's packets pass, with their mark
 * @router: the state of the router
 * @service: the service
 * @findings: the findings to add to
 */
void fm_check_passage(const struct fm_router *router,
		      const struct fm_instance *service,
		      struct fm_findings *findings)
{
	struct fm_passage passage = {
		.question = { .router = router, .service = service },
		.findings = findings,
	};
	const struct fm_virtual *virtual;
	size_t i;

	for (i = 0; i < service->vip.count; i++) {
		passage.question.vip = &service->vip.item[i];
		virtual = fm_virtual_find(router, service,
					  passage.question.vip->family);
		fm_devices(&passage);
		passage.question.real = NULL;
		passage.question.inside = NULL;
		passage.question.direct = false;
		fm_ask_leg(&passage, FM_LEG_CLIENT);
		fm_ask_servers(&passage, virtual);
	}
	if (!passage.overrun)
		return;
	fm_findings_add(findings, FM_NOTE, "unseen-rules",
			service->profile->name,
			"there are too many rules to follow all packets through");
	fm_remedy(findings,
		  "let packets of FTP pass ahead of the others: see docs/firewall.md");
	findings->unseen = true;
}
