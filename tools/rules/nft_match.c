// SPDX-License-Identifier: GPL-2.0-only
/* Parses what a rule of nft's JSON matches. */

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "rules/nft_match.h"

/* More items than these are not asked for. */
enum { FM_NFT_ITEMS_MAX = 4096 };

static const char fm_nft_unknown[] = "not understood";

/* Finds a set or map in what nft has printed, without its items. */
static struct json_object *fm_nft_find(struct fm_nft *nft, const char *kind,
				       const char *name)
{
	struct json_object *json;
	size_t i;

	for (i = 0; i < json_object_array_length(nft->list); i++) {
		json = fm_json_member(json_object_array_get_idx(nft->list, i),
				      kind);
		if (json && !strcmp(fm_json_text(json, "name"), name) &&
		    !strcmp(fm_json_text(json, "table"), nft->table) &&
		    !strcmp(fm_json_text(json, "family"), nft->family))
			return json;
	}
	return NULL;
}

/* Asks for the items of a set or map once. */
static struct json_object *fm_nft_asked(struct fm_nft *nft, const char *kind,
					const char *name)
{
	struct json_object *answer, *list, *found = NULL;
	char key[512];
	char *text;
	size_t i;

	snprintf(key, sizeof(key), "%s %s %s %s", kind, nft->family, nft->table,
		 name);
	answer = fm_json_member(nft->asked, key);
	if (!answer) {
		text = nft->ask(kind, nft->family, nft->table, name);
		answer = text ? json_tokener_parse(text) : NULL;
		free(text);
		answer = answer ?: json_object_new_object();
		json_object_object_add(nft->asked, key, answer);
	}
	list = fm_json_member(answer, "nftables");
	if (!json_object_is_type(list, json_type_array))
		return NULL;
	for (i = 0; i < json_object_array_length(list); i++)
		found = fm_json_member(json_object_array_get_idx(list, i),
				       kind) ?: found;
	return fm_json_member(found, "elem");
}

/**
 * fm_nft_items() - find the items of a set or map
 * @nft: the state of the parser
 * @data: the set or map, or its name
 * @map: it is a map
 *
 * Return: an array, or NULL if they are not known.
 */
struct json_object *fm_nft_items(struct fm_nft *nft, struct json_object *data,
				 bool map)
{
	struct json_object *items = fm_json_member(data, "set");
	const char *kind = map ? "map" : "set";
	const char *name, *type;

	if (!items && json_object_is_type(data, json_type_string)) {
		name = json_object_get_string(data);
		if (*name != '@' || !fm_nft_find(nft, kind, name + 1))
			return NULL;
		type = fm_json_text(fm_nft_find(nft, kind, name + 1), "type");
		/* Lists of addresses may be huge. */
		if (!map && strstr(type, "_addr") && !strchr(type, ' '))
			return NULL;
		items = fm_nft_asked(nft, kind, name + 1);
	}
	return json_object_is_type(items, json_type_array) &&
	       json_object_array_length(items) <= FM_NFT_ITEMS_MAX ? items :
	       NULL;
}

/* Names, where nft does not print numbers. */
static const struct {
	const char *name;
	unsigned int number;
} fm_nft_names[] = {
	{ "anycast", 4 },
	{ "broadcast", 3 },
	{ "established", FM_STATE_ESTABLISHED },
	{ "host", 0 },
	{ "icmp", IPPROTO_ICMP },
	{ "icmpv6", IPPROTO_ICMPV6 },
	{ "invalid", FM_STATE_INVALID },
	{ "ip", AF_INET },
	{ "ip6", AF_INET6 },
	{ "ipv4", AF_INET },
	{ "ipv6", AF_INET6 },
	{ "local", 2 },
	{ "multicast", 5 },
	{ "new", FM_STATE_NEW },
	{ "related", FM_STATE_RELATED },
	{ "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },
	{ "unicast", 1 },
	{ "untracked", FM_STATE_UNTRACKED },
};

static bool fm_nft_number(struct json_object *value, unsigned int *number)
{
	const char *name;
	size_t i;

	if (json_object_is_type(value, json_type_int)) {
		*number = json_object_get_int64(value);
		return true;
	}
	name = json_object_get_string(value);
	for (i = 0; name && i < ARRAY_SIZE(fm_nft_names); i++) {
		if (strcmp(name, fm_nft_names[i].name))
			continue;
		*number = fm_nft_names[i].number;
		return true;
	}
	return false;
}

/* Takes 20, { "range": [20, 30] }, or a string. */
static bool fm_nft_numbers(struct fm_nft *nft, struct fm_step *step,
			   struct json_object *value)
{
	struct json_object *range = fm_json_member(value, "range");
	unsigned int first, last;

	if (range && json_object_is_type(range, json_type_array)) {
		if (!fm_nft_number(json_object_array_get_idx(range, 0),
				   &first) ||
		    !fm_nft_number(json_object_array_get_idx(range, 1), &last))
			return false;
	} else if (fm_nft_number(value, &first)) {
		last = first;
	} else {
		return false;
	}
	fm_step_range(nft->rules, step, first, last);
	return true;
}

/* Takes "10.0.0.1", a prefix, or a range of addresses. */
static bool fm_nft_address(struct fm_nft *nft, struct fm_step *step,
			   struct json_object *value)
{
	struct json_object *prefix = fm_json_member(value, "prefix");
	struct json_object *range = fm_json_member(value, "range");
	const char *text = json_object_get_string(value);
	struct json_object *first, *last;
	struct fm_prefix address;
	char whole[128];

	if (json_object_is_type(range, json_type_array)) {
		first = json_object_array_get_idx(range, 0);
		last = json_object_array_get_idx(range, 1);
		return fm_rules_span(nft->rules, step,
				     json_object_get_string(first) ?: "",
				     json_object_get_string(last) ?: "");
	}
	if (prefix) {
		snprintf(whole, sizeof(whole), "%s/%s",
			 fm_json_text(prefix, "addr"),
			 fm_json_text(prefix, "len"));
		text = whole;
	}
	if (!text || !fm_rules_address(text, &address))
		return false;
	fm_step_prefix(nft->rules, step, &address);
	return true;
}

static bool fm_nft_name(struct fm_nft *nft, struct fm_step *step,
			struct json_object *value)
{
	const char *text = json_object_get_string(value);
	size_t length;
	char *name;

	if (!json_object_is_type(value, json_type_string) || *text == '@')
		return false;
	name = fm_rules_text(nft->rules, text);
	length = strlen(name);
	if (length && name[length - 1] == '*')
		name[length - 1] = '+';
	fm_step_name(nft->rules, step, name);
	return true;
}

/* Takes one item, a set of items, or the name of a set. */
static bool fm_nft_values(struct fm_nft *nft, struct fm_step *step,
			  struct json_object *value)
{
	bool address = step->kind == FM_STEP_FROM || step->kind == FM_STEP_TO;
	struct json_object *items = fm_nft_items(nft, value, false);
	struct json_object *elem = fm_json_member(value, "elem");
	const char *text = json_object_get_string(value);
	size_t i;

	if (elem)
		return fm_nft_values(nft, step, fm_json_member(elem, "val"));
	if (!items && json_object_is_type(value, json_type_array))
		items = value;
	for (i = 0; items && i < json_object_array_length(items); i++) {
		if (!fm_nft_values(nft, step,
				   json_object_array_get_idx(items, i)))
			return false;
	}
	if (items)
		return true;
	if (address && text && *text == '@') {
		step->word = fm_rules_text(nft->rules, text);
		return true;
	}
	if (address)
		return fm_nft_address(nft, step, value);
	if (step->kind == FM_STEP_IN || step->kind == FM_STEP_OUT)
		return fm_nft_name(nft, step, value);
	return fm_nft_numbers(nft, step, value);
}

/* Kinds whose numbers mean something else than those of the step. */
static const char fm_nft_ethertype[] = "protocol", fm_nft_fib[] = "type";
static const char fm_nft_pkttype[] = "pkttype";

static const struct {
	const char *object;
	const char *protocol;
	const char *field;
	enum fm_step_kind kind;
} fm_nft_fields[] = {
	{ "payload", "tcp", "sport", FM_STEP_SPORT },
	{ "payload", "tcp", "dport", FM_STEP_DPORT },
	{ "payload", "tcp", "flags", FM_STEP_FLAGS },
	{ "payload", "th", "sport", FM_STEP_SPORT },
	{ "payload", "th", "dport", FM_STEP_DPORT },
	{ "payload", "ip", "saddr", FM_STEP_FROM },
	{ "payload", "ip", "daddr", FM_STEP_TO },
	{ "payload", "ip", "protocol", FM_STEP_PROTOCOL },
	{ "payload", "ip6", "saddr", FM_STEP_FROM },
	{ "payload", "ip6", "daddr", FM_STEP_TO },
	{ "payload", "ip6", "nexthdr", FM_STEP_PROTOCOL },
	{ "meta", "", "iif", FM_STEP_IN },
	{ "meta", "", "iifname", FM_STEP_IN },
	{ "meta", "", "oif", FM_STEP_OUT },
	{ "meta", "", "oifname", FM_STEP_OUT },
	{ "meta", "", "mark", FM_STEP_MARK },
	{ "meta", "", "l4proto", FM_STEP_PROTOCOL },
	{ "meta", "", "nfproto", FM_STEP_FAMILY },
	{ "meta", "", fm_nft_ethertype, FM_STEP_FAMILY },
	{ "meta", "", fm_nft_pkttype, FM_STEP_LOCAL },
	{ "ct", "", "state", FM_STEP_STATE },
	{ "ct", "", "status", FM_STEP_STATE },
	{ "ct", "", "mark", FM_STEP_CTMARK },
};

/* Headers that packets of TCP do not have. */
static const char fm_nft_others[] =
	" ah comp dccp esp icmp icmpv6 igmp sctp udp udplite ";

/* Finds what an expression looks at; *@name tells kinds apart. */
static enum fm_step_kind fm_nft_field(struct json_object *left,
				      const char **name)
{
	struct json_object *fib = fm_json_member(left, "fib");
	struct json_object *object;
	const char *protocol;
	size_t i;

	*name = "";
	for (i = 0; i < ARRAY_SIZE(fm_nft_fields); i++) {
		object = fm_json_member(left, fm_nft_fields[i].object);
		if (!object || fm_json_member(object, "dir"))
			continue;
		*name = fm_nft_fields[i].field;
		if (!strcmp(fm_json_text(object, "protocol"),
			    fm_nft_fields[i].protocol) &&
		    !strcmp(fm_json_text(object, *fm_nft_fields[i].object ==
					 'p' ? "field" : "key"), *name))
			return fm_nft_fields[i].kind;
	}
	if (fib && !strcmp(fm_json_text(fib, "result"), fm_nft_fib) &&
	    !strcmp(json_object_get_string(fm_json_member(fib, "flags")) ?: "",
		    "[ \"daddr\" ]")) {
		*name = fm_nft_fib;
		return FM_STEP_LOCAL;
	}
	protocol = fm_json_text(fm_json_member(left, "payload"), "protocol");
	return *protocol && strstr(fm_nft_others, protocol) ?
	       FM_STEP_NOTHING : FM_STEP_UNKNOWN;
}

/* Converts numbers that are not those of the step's kind. */
static void fm_nft_convert(struct fm_nft *nft, struct fm_step *step,
			   const char *name)
{
	bool local, unicast;
	size_t i;

	if (step->kind == FM_STEP_STATE) {
		step->mask = 0;
		for (i = 0; i < step->count; i++)
			step->mask |= step->range[i].first;
		if (!strcmp(name, "status") &&
		    step->mask & ~(FM_STATE_SNAT | FM_STATE_DNAT))
			step->kind = FM_STEP_UNKNOWN;
	} else if (name == fm_nft_ethertype) {
		/* 0x0800 and 0x86dd, as a little-endian machine reads them. */
		for (i = 0; i < step->count; i++) {
			unsigned int *number = &step->range[i].first;

			*number = *number == 8 || *number == 0x800 ? AF_INET :
				  *number == 56710 || *number == 0x86dd ?
				  AF_INET6 : *number;
			step->range[i].last = *number;
		}
	} else if (step->kind == FM_STEP_LOCAL) {
		local = fm_step_has(step, name == fm_nft_fib ? 2 : 0);
		unicast = fm_step_has(step, name == fm_nft_fib ? 1 : 0);
		step->count = 0;
		if (local && !unicast)
			return;
		if (unicast && !local) {
			step->not = !step->not;
			return;
		}
		/* All packets, or none. */
		step->kind = FM_STEP_PROTOCOL;
		if (local)
			fm_step_range(nft->rules, step, 0, 255);
	}
}

/* Applies "<", "<=", ">" or ">=" to a number. */
static bool fm_nft_bound(struct fm_nft *nft, struct fm_step *step,
			 const char *op, struct json_object *right)
{
	unsigned int number;

	if (!json_object_is_type(right, json_type_int) ||
	    (step->kind != FM_STEP_SPORT && step->kind != FM_STEP_DPORT))
		return false;
	number = json_object_get_int(right);
	/* Now @number is the first port that is not below the bound. */
	number += *op == '<' ? !!op[1] : !op[1];
	if (*op == '<' && number)
		fm_step_range(nft->rules, step, 0, number - 1);
	else if (*op == '>' && number <= 65535)
		fm_step_range(nft->rules, step, number, 65535);
	return true;
}

/* Takes the bits of a value such as 3, [1, 2] or { "|": [1, 2] }. */
static bool fm_nft_bits(struct json_object *value, uint32_t *mask)
{
	struct json_object *list = fm_json_member(value, "|");
	unsigned int number;
	uint32_t bits;
	size_t i;

	*mask = 0;
	list = list ?: value;
	if (!json_object_is_type(list, json_type_array)) {
		if (!json_object_is_type(list, json_type_int) ||
		    !fm_nft_number(list, &number))
			return false;
		*mask = number;
		return true;
	}
	for (i = 0; i < json_object_array_length(list); i++) {
		if (!fm_nft_bits(json_object_array_get_idx(list, i), &bits))
			return false;
		*mask |= bits;
	}
	return true;
}

static bool fm_nft_compare(struct fm_nft *nft, struct fm_step *step,
			   const char *name, const char *op,
			   struct json_object *right)
{
	uint32_t bits;

	if (step->kind == FM_STEP_FLAGS) {
		if (!fm_nft_bits(right, &bits))
			return false;
		if (!strcmp(op, "in")) {
			step->mask &= bits;
			fm_step_range(nft->rules, step, 1, 255);
		} else {
			fm_step_range(nft->rules, step, bits, bits);
		}
		return *op == '=' || *op == '!' || *op == 'i';
	}
	if (*op == '<' || *op == '>')
		return fm_nft_bound(nft, step, op, right);
	if (!fm_nft_values(nft, step, right))
		return false;
	fm_nft_convert(nft, step, name);
	return true;
}

static void fm_nft_field_match(struct fm_nft *nft, struct fm_rule *rule,
			       struct json_object *left, const char *op,
			       struct json_object *right)
{
	struct json_object *bits = fm_json_member(left, "&");
	uint32_t mask = UINT32_MAX;
	enum fm_step_kind kind;
	struct fm_step *step;
	const char *name;

	if (json_object_is_type(bits, json_type_array) &&
	    json_object_array_length(bits) == 2 &&
	    fm_nft_bits(json_object_array_get_idx(bits, 1), &mask))
		left = json_object_array_get_idx(bits, 0);
	kind = fm_nft_field(left, &name);
	step = fm_step_add(nft->rules, rule, kind);
	if (!step)
		return;
	if (kind == FM_STEP_NOTHING) {
		/* No packet of TCP matches. */
		step->kind = FM_STEP_PROTOCOL;
		return;
	}
	step->not = !strcmp(op, "!=");
	step->mask = mask;
	if (kind != FM_STEP_UNKNOWN &&
	    (mask == UINT32_MAX || kind == FM_STEP_MARK ||
	     kind == FM_STEP_CTMARK || kind == FM_STEP_FLAGS) &&
	    fm_nft_compare(nft, step, name, op, right))
		return;
	step->kind = FM_STEP_UNKNOWN;
	step->word = "match";
	step->why = fm_nft_unknown;
	rule->odd = true;
}

/**
 * fm_nft_equal() - add the match of one item
 * @nft: the state of the parser
 * @rule: the rule
 * @left: what is compared; several fields if they are concatenated
 * @right: the item
 */
void fm_nft_equal(struct fm_nft *nft, struct fm_rule *rule,
		  struct json_object *left, struct json_object *right)
{
	struct json_object *fields = fm_json_member(left, "concat");
	struct json_object *elem = fm_json_member(right, "elem");
	struct json_object *items;
	size_t i;

	if (elem)
		right = fm_json_member(elem, "val");
	if (!json_object_is_type(fields, json_type_array)) {
		fm_nft_field_match(nft, rule, left, "==", right);
		return;
	}
	items = fm_json_member(right, "concat");
	if (!json_object_is_type(items, json_type_array) ||
	    json_object_array_length(items) !=
	    json_object_array_length(fields)) {
		fm_step_odd(nft->rules, rule, "concat", fm_nft_unknown);
		return;
	}
	for (i = 0; i < json_object_array_length(fields); i++)
		fm_nft_field_match(nft, rule,
				   json_object_array_get_idx(fields, i), "==",
				   json_object_array_get_idx(items, i));
}

/**
 * fm_nft_match() - add a match
 * @nft: the state of the parser
 * @rule: the rule
 * @match: the match
 */
void fm_nft_match(struct fm_nft *nft, struct fm_rule *rule,
		  struct json_object *match)
{
	fm_nft_field_match(nft, rule, fm_json_member(match, "left"),
			   fm_json_text(match, "op"),
			   fm_json_member(match, "right"));
}
