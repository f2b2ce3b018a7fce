// SPDX-License-Identifier: GPL-2.0-only
/* Compares packets with what a step of a rule matches. */

#include <netinet/in.h>
#include <string.h>

#include "rules/match.h"

/* Ports that programs choose at random, for whatever range the sysctl has. */
static const struct fm_range fm_random_ports = { 1024, 65535 };

static enum fm_verdict fm_match_address(const struct fm_step *step,
					const struct fm_packet *packet,
					const struct fm_prefix *address)
{
	enum fm_verdict verdict = FM_NO;
	const struct fm_prefix *prefix;
	size_t i;

	/* A set whose items are not known. */
	if (step->word)
		return !address && packet->strangers ? FM_NO : FM_MAYBE;
	for (i = 0; i < step->count && verdict != FM_YES; i++) {
		prefix = &step->prefix[i];
		if (prefix->family != packet->family)
			continue;
		if (!prefix->length ||
		    (address && fm_prefix_covers(prefix, address)))
			verdict = FM_YES;
		else if (!address && packet->others &&
			 fm_prefix_covered(packet->others, prefix))
			continue;
		else if (!packet->strangers &&
			 (!address || fm_prefix_covers(address, prefix)))
			verdict = FM_MAYBE;
	}
	return verdict;
}

static bool fm_name_matches(const char *pattern, const char *name)
{
	size_t length = strlen(pattern);

	if (length && pattern[length - 1] == '+')
		return !strncmp(pattern, name, length - 1);
	return !strcmp(pattern, name);
}

static enum fm_verdict fm_match_name(struct fm_flow *flow,
				     const struct fm_step *step,
				     const char *name)
{
	size_t i, j;

	for (i = 0; i < step->count; i++) {
		if (name && fm_name_matches(step->name[i], name))
			return FM_YES;
		if (name || flow->names == FM_WALK_NAMES)
			continue;
		for (j = 0; j < flow->names; j++) {
			if (!strcmp(flow->name[j], step->name[i]))
				break;
		}
		if (j == flow->names)
			flow->name[flow->names++] = step->name[i];
	}
	return name ? FM_NO : FM_MAYBE;
}

/* Matches the port that is chosen at random. */
static enum fm_verdict fm_match_random(const struct fm_step *step)
{
	enum fm_verdict verdict = FM_NO;
	size_t i;

	for (i = 0; i < step->count; i++) {
		if (step->range[i].first <= fm_random_ports.first &&
		    step->range[i].last >= fm_random_ports.last)
			return FM_YES;
		if (step->range[i].last >= fm_random_ports.first)
			verdict = FM_MAYBE;
	}
	return verdict;
}

/**
 * fm_match_share() - do packets match a step
 * @flow: the packets on their way
 * @step: the step, not one for the ports that differ
 * @share: the packets
 *
 * Return: the answer, without regard to the step's member not.
 */
enum fm_verdict fm_match_share(struct fm_flow *flow,
			       const struct fm_step *step,
			       const struct fm_share *share)
{
	const struct fm_packet *packet = &flow->packet;

	switch (step->kind) {
	case FM_STEP_FAMILY:
		return fm_step_has(step, packet->family);
	case FM_STEP_PROTOCOL:
		return fm_step_has(step, IPPROTO_TCP);
	case FM_STEP_FROM:
		return fm_match_address(step, packet, packet->from);
	case FM_STEP_TO:
		return fm_match_address(step, packet, packet->to);
	case FM_STEP_SPORT:
	case FM_STEP_DPORT:
		return fm_match_random(step);
	case FM_STEP_IN:
		return fm_match_name(flow, step, packet->in);
	case FM_STEP_OUT:
		return fm_match_name(flow, step, packet->out);
	case FM_STEP_MARK:
		return share->lost ? FM_MAYBE :
		       fm_step_has(step, share->mark & step->mask);
	case FM_STEP_CTMARK:
		/* Such packets have no connection that could have a mark. */
		if (share->state == FM_STATE_UNTRACKED ||
		    share->state == FM_STATE_INVALID)
			return step->not ? FM_YES : FM_NO;
		return share->ctlost ? FM_MAYBE :
		       fm_step_has(step, share->ctmark & step->mask);
	case FM_STEP_STATE:
		return share->state ? !!(share->state & step->mask) : FM_MAYBE;
	case FM_STEP_FLAGS:
		return packet->flags ? fm_step_has(step, packet->flags &
							step->mask) : FM_MAYBE;
	case FM_STEP_LOCAL:
		return packet->local;
	default:
		return FM_MAYBE;
	}
}
