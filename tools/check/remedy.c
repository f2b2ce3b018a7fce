// SPDX-License-Identifier: GPL-2.0-only
/* Names rules, and commands that change them. */

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "check/questions.h"
#include "check/remedy.h"

/* The extension multiport takes no more ports; a range is two. */
enum { FM_MULTIPORT_MAX = 15 };

/**
 * fm_rule_name() - name a rule, or the policy of a chain
 * @chain: the chain
 * @rule: the rule, or NULL for the policy
 * @buffer: room for the name
 *
 * Return: the name.
 */
const char *fm_rule_name(const struct fm_chain *chain,
			 const struct fm_rule *rule,
			 struct fm_rule_text *buffer)
{
	const struct fm_table *table = chain->table;
	bool nft = *table->kind;
	char place[FM_RULE_TEXT / 2];

	snprintf(place, sizeof(place), "%s %s %s%s%s", table->program,
		 nft ? table->kind : "-t", table->name, nft ? " " : "",
		 nft ? chain->name : "");
	if (!rule)
		snprintf(buffer->text, sizeof(buffer->text),
			 "the policy of %s (%s)", chain->name, place);
	else if (nft)
		snprintf(buffer->text, sizeof(buffer->text),
			 "nft rule %s %s %s handle %s", table->kind,
			 table->name, chain->name, rule->text);
	else
		snprintf(buffer->text, sizeof(buffer->text), "%s %s", place,
			 rule->text);
	return buffer->text;
}

/**
 * fm_rule_removal() - the command that deletes a rule
 * @rule: the rule
 * @buffer: room for the command
 *
 * Return: the command. For a rule that was not understood whole, the advice to
 * look at it: who knows what else it does.
 */
const char *fm_rule_removal(const struct fm_rule *rule,
			    struct fm_rule_text *buffer)
{
	const struct fm_table *table = rule->chain->table;
	bool nft = *table->kind;

	if (rule->odd)
		snprintf(buffer->text, sizeof(buffer->text),
			 "change this rule, which has parts that ftpmark does not know, so that it does not meet these packets");
	else if (nft)
		snprintf(buffer->text, sizeof(buffer->text),
			 "nft delete rule %s %s %s handle %s", table->kind,
			 table->name, rule->chain->name, rule->text);
	else
		snprintf(buffer->text, sizeof(buffer->text), "%s -t %s -D %s",
			 table->program, table->name,
			 rule->text + strlen("-A "));
	return buffer->text;
}

static size_t fm_ports_text(const struct fm_ranges *set, char dash, char *text,
			    size_t size)
{
	const struct fm_range *range;
	size_t words = 0, length = 0;
	size_t i;

	for (i = 0; i < set->count && length < size; i++) {
		range = &set->item[i];
		length += snprintf(text + length, size - length, "%s%u",
				   i ? dash == '-' ? ", " : "," : "",
				   range->first);
		words += 1 + (range->first < range->last);
		if (range->first < range->last && length < size)
			length += snprintf(text + length, size - length,
					   "%c%u", dash, range->last);
	}
	return words;
}

/* The address that the router's operator would name in a rule. */
static const struct fm_prefix *
fm_pass_address(const struct fm_question *question, enum fm_hook hook)
{
	const struct fm_prefixes *real = &question->service->real;
	bool vip, nat = fm_service_tracks(question->service);
	size_t i;

	switch (question->leg) {
	case FM_LEG_CLIENT:
		vip = true;
		break;
	case FM_LEG_ANSWER:
		vip = !nat || hook == FM_PREROUTING;
		break;
	case FM_LEG_SERVER:
		vip = question->direct;
		break;
	default:
		vip = hook == FM_POSTROUTING &&
		      question->leg != FM_LEG_RETURN;
		break;
	}
	if (vip)
		return question->vip;
	for (i = 0; i < real->count; i++) {
		if (fm_prefix_covers(&real->item[i], question->real))
			return &real->item[i];
	}
	return question->real;
}

/**
 * fm_rule_pass() - the command that lets packets pass a base chain
 * @question: the packets
 * @base: the base chain
 * @buffer: room for the command
 *
 * Return: the command.
 */
const char *fm_rule_pass(const struct fm_question *question,
			 const struct fm_chain *base,
			 struct fm_rule_text *buffer)
{
	const struct fm_prefix *at = fm_pass_address(question, base->hook);
	bool back = question->leg == FM_LEG_REPLY ||
		    question->leg == FM_LEG_DIAL;
	const struct fm_table *table = base->table;
	bool nft = *table->kind;
	char address[INET6_ADDRSTRLEN];
	char list[FM_RULE_TEXT / 2];
	struct fm_ranges set;
	size_t words;

	fm_packets_ports(question->service, question->leg, &set);
	inet_ntop(at->family, at->byte, address, sizeof(address));
	words = fm_ports_text(&set, nft ? '-' : ':', list, sizeof(list));
	if (nft)
		snprintf(buffer->text, sizeof(buffer->text),
			 "nft 'insert rule %s %s %s %s %s %s/%u tcp %s { %s } accept'",
			 table->kind, table->name, base->name,
			 at->family == AF_INET6 ? "ip6" : "ip",
			 back ? "saddr" : "daddr", address, at->length,
			 back ? "sport" : "dport", list);
	else if (words > FM_MULTIPORT_MAX)
		snprintf(buffer->text, sizeof(buffer->text),
			 "%s -t %s -I %s -p tcp -%c %s/%u -j ACCEPT",
			 table->program, table->name, base->name,
			 back ? 's' : 'd', address, at->length);
	else
		snprintf(buffer->text, sizeof(buffer->text),
			 "%s -t %s -I %s -p tcp -%c %s/%u -m multiport --%cports %s -j ACCEPT",
			 table->program, table->name, base->name,
			 back ? 's' : 'd', address, at->length,
			 back ? 's' : 'd', list);
	return buffer->text;
}
