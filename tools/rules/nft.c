// SPDX-License-Identifier: GPL-2.0-only
/* Parses what "nft -j -n -t list ruleset" prints: tables, chains and rules. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/macros.h"
#include "rules/nft_match.h"

static const struct {
	const char *name;
	enum fm_hook hook;
} fm_nft_hooks[] = {
	{ "prerouting", FM_PREROUTING },
	{ "input", FM_INPUT },
	{ "forward", FM_FORWARD },
	{ "output", FM_OUTPUT },
	{ "postrouting", FM_POSTROUTING },
};

static struct fm_table *fm_nft_table(struct fm_nft *nft,
				     struct json_object *json)
{
	const char *kind = fm_json_text(json, "family");
	const char *name = fm_json_text(json, "table");
	struct fm_rules *rules = nft->rules;
	struct fm_table *table;

	for (table = rules->first; table; table = table->next) {
		if (!strcmp(table->kind, kind) && !strcmp(table->name, name))
			return table;
	}
	return fm_table_add(rules, "nft", !strcmp(kind, "ip") ? AF_INET :
			    !strcmp(kind, "ip6") ? AF_INET6 : 0,
			    fm_rules_text(rules, kind),
			    fm_rules_text(rules, name));
}

/*
 * Whether packets of FTP meet a chain, and no other program has shown it: nft
 * can't print all rules that iptables-nft makes, and that leaves out base chains
 * which others have made in its tables.
 */
static bool fm_nft_wanted(const struct fm_nft *nft, struct json_object *json,
			  const char *chain)
{
	const char *kind = fm_json_text(json, "family");
	const char *name = fm_json_text(json, "table");
	const char *program = !strcmp(kind, "ip") ? "iptables-nft" :
			      !strcmp(kind, "ip6") ? "ip6tables-nft" : NULL;
	const struct fm_table *table;

	if (!program)
		return !strcmp(kind, "inet");
	for (table = nft->rules->first; table; table = table->next) {
		if (!strcmp(table->program, program) &&
		    !strcmp(table->name, name) && fm_chain_find(table, chain))
			return false;
	}
	return true;
}

static void fm_nft_chain(struct fm_nft *nft, struct json_object *json)
{
	const char *hook = fm_json_text(json, "hook");
	struct fm_rules *rules = nft->rules;
	struct fm_chain *chain;
	struct fm_table *table;
	size_t i;

	table = fm_nft_table(nft, json);
	chain = table ? fm_chain_get(rules, table, fm_rules_text(rules,
				     fm_json_text(json, "name"))) : NULL;
	for (i = 0; chain && i < ARRAY_SIZE(fm_nft_hooks); i++) {
		if (strcmp(hook, fm_nft_hooks[i].name))
			continue;
		chain->hook = fm_nft_hooks[i].hook;
		chain->priority =
			json_object_get_int(fm_json_member(json, "prio"));
		chain->nat = !strcmp(fm_json_text(json, "type"), "nat");
		chain->drop = !strcmp(fm_json_text(json, "policy"), "drop");
	}
}

static struct fm_step *fm_nft_target(struct fm_nft *nft, struct fm_rule *rule,
				     enum fm_step_kind kind, const char *word)
{
	struct fm_step *step = fm_step_add(nft->rules, rule, kind);

	if (step)
		step->word = fm_rules_text(nft->rules, word);
	return step;
}

/* Whether a value is the mark of the packet, or of its connection. */
static bool fm_nft_is_mark(struct json_object *value, const char *whose)
{
	return !strcmp(fm_json_text(fm_json_member(value, whose), "key"),
		       "mark");
}

/* Parses "meta mark & 5 | 7" into a mask and bits to flip. */
static bool fm_nft_bitwise(struct json_object *value, const char *whose,
			   uint32_t *mask, uint32_t *flip)
{
	static const char *const ops[] = { "&", "|", "^" };
	struct json_object *pair;
	uint32_t number;
	size_t i;

	if (fm_nft_is_mark(value, whose)) {
		*mask = UINT32_MAX;
		*flip = 0;
		return true;
	}
	if (json_object_is_type(value, json_type_int)) {
		*mask = 0;
		*flip = json_object_get_int64(value);
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		pair = fm_json_member(value, ops[i]);
		if (!json_object_is_type(pair, json_type_array) ||
		    json_object_array_length(pair) != 2 ||
		    !json_object_is_type(json_object_array_get_idx(pair, 1),
					 json_type_int) ||
		    !fm_nft_bitwise(json_object_array_get_idx(pair, 0), whose,
				    mask, flip))
			continue;
		number = json_object_get_int64(json_object_array_get_idx(pair,
									 1));
		if (*ops[i] != '^')
			*mask &= *ops[i] == '&' ? number : ~number;
		*flip = *ops[i] == '&' ? *flip & number :
			*ops[i] == '|' ? *flip | number : *flip ^ number;
		return true;
	}
	return false;
}

static void fm_nft_mangle(struct fm_nft *nft, struct fm_rule *rule,
			  struct json_object *mangle)
{
	struct json_object *value = fm_json_member(mangle, "value");
	struct json_object *key = fm_json_member(mangle, "key");
	const char *field = fm_json_text(fm_json_member(key, "payload"),
					 "field");
	bool meta = fm_nft_is_mark(key, "meta");
	bool ct = fm_nft_is_mark(key, "ct");
	struct fm_step *step;

	if (!meta && !ct) {
		/* Other addresses or ports make other packets of them. */
		fm_nft_target(nft, rule, strstr(field, "addr") ||
			      strstr(field, "port") ? FM_STEP_DNAT :
			      FM_STEP_NOTHING, field);
		return;
	}
	if (meta && fm_nft_is_mark(value, "ct")) {
		fm_step_add(nft->rules, rule, FM_STEP_RESTORE);
		return;
	}
	if (ct && fm_nft_is_mark(value, "meta")) {
		fm_step_add(nft->rules, rule, FM_STEP_SAVE);
		return;
	}
	step = fm_step_add(nft->rules, rule, meta ? FM_STEP_SET_MARK :
			   FM_STEP_SET_CTMARK);
	if (!step || fm_nft_bitwise(value, meta ? "meta" : "ct", &step->mask,
				    &step->flip))
		return;
	/* A look-up that finds nothing ends the rule. */
	step->kind = FM_STEP_UNKNOWN;
	step->why = "an expression that ftpmark does not know";
	step->word = "mark";
	rule->odd = true;
	fm_step_add(nft->rules, rule, meta ? FM_STEP_LOSE_MARK :
		    FM_STEP_LOSE_CTMARK);
}

static const struct {
	const char *name;
	enum fm_step_kind kind;
} fm_nft_statements[] = {
	{ "accept", FM_STEP_ACCEPT },
	{ "continue", FM_STEP_NOTHING },
	{ "counter", FM_STEP_NOTHING },
	{ "ct expectation", FM_STEP_NOTHING },
	{ "ct helper", FM_STEP_NOTHING },
	{ "ct timeout", FM_STEP_NOTHING },
	{ "dnat", FM_STEP_DNAT },
	{ "drop", FM_STEP_DROP },
	{ "dup", FM_STEP_NOTHING },
	{ "flow", FM_STEP_NOTHING },
	{ "goto", FM_STEP_GOTO },
	{ "jump", FM_STEP_JUMP },
	{ "log", FM_STEP_NOTHING },
	{ "masquerade", FM_STEP_MASQUERADE },
	{ "notrack", FM_STEP_NOTRACK },
	{ "redirect", FM_STEP_DNAT },
	{ "reject", FM_STEP_DROP },
	{ "return", FM_STEP_RETURN },
	{ "snat", FM_STEP_SNAT },
};

/* Takes one expression of a rule, but for those that fm_nft_rule() expands. */
static void fm_nft_expression(struct fm_nft *nft, struct fm_rule *rule,
			      struct json_object *expression)
{
	struct json_object *value = NULL;
	struct fm_prefix source;
	struct fm_step *step;
	size_t i;

	if (fm_json_member(expression, "match")) {
		fm_nft_match(nft, rule, fm_json_member(expression, "match"));
		return;
	}
	if (fm_json_member(expression, "mangle")) {
		fm_nft_mangle(nft, rule, fm_json_member(expression, "mangle"));
		return;
	}
	for (i = 0; i < ARRAY_SIZE(fm_nft_statements); i++) {
		if (!json_object_object_get_ex(expression,
					       fm_nft_statements[i].name,
					       &value))
			continue;
		step = fm_nft_target(nft, rule, fm_nft_statements[i].kind,
				     fm_json_text(value, "target"));
		if (step && step->kind == FM_STEP_SNAT &&
		    fm_rules_address(fm_json_text(value, "addr"), &source))
			fm_step_prefix(nft->rules, step, &source);
		return;
	}
	json_object_object_foreach(expression, key, unused) {
		(void)unused;
		/* A limit or the like; or a verdict that is not known. */
		if (!strcmp(key, "queue") || !strcmp(key, "synproxy") ||
		    !strcmp(key, "tproxy") || !strcmp(key, "fwd") ||
		    !strcmp(key, "vmap"))
			fm_nft_target(nft, rule, FM_STEP_JUMP, key);
		else
			fm_step_odd(nft->rules, rule,
				    fm_rules_text(nft->rules, key),
				    "not understood");
		rule->odd = true;
	}
}

/**
 * struct fm_nft_lookup - an expression that looks something up
 * @key: what is looked up
 * @data: where: pairs for a map, single items for a set
 * @map: @data has pairs
 * @mangle: the second item of a pair is a mark; otherwise it is a verdict
 */
struct fm_nft_lookup {
	struct json_object *key;
	struct json_object *data;
	bool map;
	struct json_object *mangle;
};

/* Whether an expression has to become one rule for each item. */
static bool fm_nft_expands(struct fm_nft *nft, struct json_object *expression,
			   struct fm_nft_lookup *lookup)
{
	struct json_object *vmap = fm_json_member(expression, "vmap");
	struct json_object *mangle = fm_json_member(expression, "mangle");
	struct json_object *match = fm_json_member(expression, "match");
	struct json_object *map = fm_json_member(fm_json_member(mangle,
						 "value"), "map");
	const char *op = fm_json_text(match, "op");

	memset(lookup, 0, sizeof(*lookup));
	if (match) {
		lookup->key = fm_json_member(match, "left");
		lookup->data = fm_json_member(match, "right");
		if (!fm_json_member(lookup->key, "concat") ||
		    (strcmp(op, "==") && strcmp(op, "in")))
			return false;
	} else {
		lookup->map = true;
		lookup->mangle = map ? fm_json_member(mangle, "key") : NULL;
		lookup->key = fm_json_member(vmap ?: map, "key");
		lookup->data = fm_json_member(vmap ?: map, "data");
	}
	lookup->data = lookup->data ? fm_nft_items(nft, lookup->data,
						   lookup->map) : NULL;
	return json_object_is_type(lookup->data, json_type_array);
}

/* Makes a rule; with @lookup, that for the item or pair @item. */
static void fm_nft_make(struct fm_nft *nft, struct fm_chain *chain,
			struct json_object *json, struct json_object *special,
			const struct fm_nft_lookup *lookup,
			struct json_object *item)
{
	struct json_object *list = fm_json_member(json, "expr");
	struct fm_rule *rule = fm_rule_add(nft->rules, chain, 0);
	struct json_object *expression, *value = NULL;
	struct fm_step *step;
	size_t i;

	if (!rule)
		return;
	rule->text = fm_rules_text(nft->rules, fm_json_text(json, "handle"));
	if (lookup && lookup->map) {
		value = json_object_array_get_idx(item, 1);
		item = json_object_array_get_idx(item, 0);
	}
	for (i = 0; i < json_object_array_length(list); i++) {
		expression = json_object_array_get_idx(list, i);
		if (expression != special) {
			fm_nft_expression(nft, rule, expression);
			continue;
		}
		fm_nft_equal(nft, rule, lookup->key, item);
		if (!lookup->map)
			continue;
		if (!lookup->mangle) {
			fm_nft_expression(nft, rule, value);
			continue;
		}
		step = fm_step_add(nft->rules, rule,
				   fm_nft_is_mark(lookup->mangle, "meta") ?
				   FM_STEP_SET_MARK : FM_STEP_SET_CTMARK);
		if (step) {
			step->mask = 0;
			step->flip = json_object_get_int64(value);
		}
	}
}

/* A rule that looks something up becomes one for each item. */
static void fm_nft_rule(struct fm_nft *nft, struct json_object *json)
{
	struct json_object *list = fm_json_member(json, "expr");
	struct json_object *special = NULL;
	struct fm_nft_lookup lookup;
	struct fm_chain *chain;
	struct fm_table *table;
	size_t i;

	table = fm_nft_table(nft, json);
	chain = table ? fm_chain_get(nft->rules, table,
				     fm_rules_text(nft->rules,
						   fm_json_text(json, "chain"))) :
			NULL;
	if (!chain || !json_object_is_type(list, json_type_array))
		return;
	nft->family = fm_json_text(json, "family");
	nft->table = fm_json_text(json, "table");
	for (i = 0; !special && i < json_object_array_length(list); i++) {
		special = json_object_array_get_idx(list, i);
		if (!fm_nft_expands(nft, special, &lookup))
			special = NULL;
	}
	if (!special) {
		fm_nft_make(nft, chain, json, NULL, NULL, NULL);
		return;
	}
	for (i = 0; i < json_object_array_length(lookup.data); i++)
		fm_nft_make(nft, chain, json, special, &lookup,
			    json_object_array_get_idx(lookup.data, i));
}

/**
 * fm_nft_read() - read what "nft -j -n -t list ruleset" prints
 * @text: the text
 *
 * Return: what it has, for fm_nft_parse(), or NULL if it is no such text.
 */
struct json_object *fm_nft_read(const char *text)
{
	return json_tokener_parse(text);
}

/**
 * fm_nft_has_family() - whether there are tables of a family
 * @ruleset: what fm_nft_read() has returned
 * @family: the family as nftables names it
 *
 * Return: true also if this can't be told.
 */
bool fm_nft_has_family(struct json_object *ruleset, const char *family)
{
	struct json_object *list = fm_json_member(ruleset, "nftables");
	struct json_object *table;
	size_t i;

	if (!json_object_is_type(list, json_type_array))
		return true;
	for (i = 0; i < json_object_array_length(list); i++) {
		table = fm_json_member(json_object_array_get_idx(list, i),
				       "table");
		if (table && !strcmp(fm_json_text(table, "family"), family))
			return true;
	}
	return false;
}

/**
 * fm_nft_parse() - parse what "nft -j -n -t list ruleset" prints
 * @rules: the rules, to which these are added
 * @ruleset: what fm_nft_read() has returned; it is freed
 * @ask: asks nft for the items of sets, which it has left out: "set" or "map",
 *	family, table and name; returns JSON, which is freed here, or NULL
 *
 * Return: 0, -EIO if it is no such text, or -ENOMEM.
 */
int fm_nft_parse(struct fm_rules *rules, struct json_object *ruleset,
		 char *(*ask)(const char *kind, const char *family,
			      const char *table, const char *name))
{
	struct fm_nft nft = { .rules = rules, .ask = ask };
	struct json_object *item, *member;
	size_t i;

	nft.list = fm_json_member(ruleset, "nftables");
	if (!json_object_is_type(nft.list, json_type_array)) {
		json_object_put(ruleset);
		return -EIO;
	}
	nft.asked = json_object_new_object();
	for (i = 0; i < json_object_array_length(nft.list); i++) {
		item = json_object_array_get_idx(nft.list, i);
		member = fm_json_member(item, "chain");
		if (member && fm_nft_wanted(&nft, member,
					    fm_json_text(member, "name")))
			fm_nft_chain(&nft, member);
		member = fm_json_member(item, "rule");
		if (member && fm_nft_wanted(&nft, member,
					    fm_json_text(member, "chain")))
			fm_nft_rule(&nft, member);
	}
	json_object_put(nft.asked);
	json_object_put(ruleset);
	return rules->failed ? -ENOMEM : 0;
}
