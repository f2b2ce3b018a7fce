// SPDX-License-Identifier: GPL-2.0-only
/* Makes tables, chains, rules and their steps. */

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "rules/rules.h"

/**
 * struct fm_block - memory that is freed at once
 * @next: the next block
 * @byte: the memory, aligned for all that rules have
 */
struct fm_block {
	struct fm_block *next;
	unsigned long long byte[];
};

/**
 * fm_rules_alloc() - allocate memory that lives as long as the rules
 * @rules: the rules
 * @size: number of bytes
 *
 * Return: the memory, zeroed, or NULL; then @rules has failed.
 */
void *fm_rules_alloc(struct fm_rules *rules, size_t size)
{
	struct fm_block *block = calloc(1, sizeof(*block) + size);

	if (!block) {
		rules->failed = true;
		return NULL;
	}
	block->next = rules->blocks;
	rules->blocks = block;
	return block->byte;
}

/**
 * fm_rules_text() - copy a text
 * @rules: the rules
 * @text: the text
 *
 * Return: the copy; "" if out of memory.
 */
char *fm_rules_text(struct fm_rules *rules, const char *text)
{
	static char none[1];
	size_t size = strlen(text) + 1;
	char *copy = fm_rules_alloc(rules, size);

	return copy ? memcpy(copy, text, size) : none;
}

/**
 * fm_table_add() - add a table
 * @rules: the rules
 * @program: the program that shows and changes it
 * @family: AF_INET, AF_INET6 or 0
 * @kind: its family as nftables names it, or ""
 * @name: its name
 *
 * The three texts must live as long as the rules.
 *
 * Return: the table, or NULL if out of memory.
 */
struct fm_table *fm_table_add(struct fm_rules *rules, const char *program,
			      int family, const char *kind, const char *name)
{
	struct fm_table *table = fm_rules_alloc(rules, sizeof(*table));

	if (!table)
		return NULL;
	table->program = program;
	table->family = family;
	table->kind = kind;
	table->name = name;
	if (rules->last)
		rules->last->next = table;
	else
		rules->first = table;
	rules->last = table;
	return table;
}

/**
 * fm_chain_find() - find a chain
 * @table: its table
 * @name: its name
 *
 * Return: the chain, or NULL.
 */
struct fm_chain *fm_chain_find(const struct fm_table *table, const char *name)
{
	struct fm_chain *chain;

	for (chain = table->first; chain; chain = chain->next) {
		if (!strcmp(chain->name, name))
			return chain;
	}
	return NULL;
}

/**
 * fm_chain_get() - find a chain, or add it
 * @rules: the rules
 * @table: its table
 * @name: its name, which must live as long as the rules
 *
 * Return: the chain, or NULL if out of memory.
 */
struct fm_chain *fm_chain_get(struct fm_rules *rules, struct fm_table *table,
			      const char *name)
{
	struct fm_chain *chain = fm_chain_find(table, name);

	if (chain)
		return chain;
	chain = fm_rules_alloc(rules, sizeof(*chain));
	if (!chain)
		return NULL;
	chain->table = table;
	chain->name = name;
	/* Rules of one chain follow each other: it is found at once. */
	chain->next = table->first;
	table->first = chain;
	return chain;
}

/**
 * fm_rule_add() - add a rule
 * @rules: the rules
 * @chain: its chain
 * @at: its place, from 1 on; 0 for the end
 *
 * Return: the rule, or NULL if out of memory.
 */
struct fm_rule *fm_rule_add(struct fm_rules *rules, struct fm_chain *chain,
			    size_t at)
{
	struct fm_rule *rule = fm_rules_alloc(rules, sizeof(*rule));
	struct fm_rule **place = &chain->first;

	if (!rule)
		return NULL;
	rule->chain = chain;
	rule->text = "";
	if (!at && chain->last)
		place = &chain->last->next;
	while (at > 1 && *place) {
		place = &(*place)->next;
		at--;
	}
	rule->next = *place;
	*place = rule;
	if (!rule->next)
		chain->last = rule;
	chain->count++;
	return rule;
}

/**
 * fm_step_add() - add a step to a rule
 * @rules: the rules
 * @rule: the rule
 * @kind: what the step does
 *
 * Return: the step, or NULL if out of memory.
 */
struct fm_step *fm_step_add(struct fm_rules *rules, struct fm_rule *rule,
			    enum fm_step_kind kind)
{
	struct fm_step *step = fm_rules_alloc(rules, sizeof(*step));

	if (!step)
		return NULL;
	step->kind = kind;
	step->mask = UINT32_MAX;
	if (rule->last)
		rule->last->next = step;
	else
		rule->first = step;
	rule->last = step;
	return step;
}

/**
 * fm_step_odd() - add a step that is not understood
 * @rules: the rules
 * @rule: the rule
 * @word: the word that is not understood, which must live as long
 * @why: why
 *
 * Return: the step, or NULL if out of memory.
 */
struct fm_step *fm_step_odd(struct fm_rules *rules, struct fm_rule *rule,
			    const char *word, const char *why)
{
	struct fm_step *step = fm_step_add(rules, rule, FM_STEP_UNKNOWN);

	rule->odd = true;
	if (!step)
		return NULL;
	step->word = word;
	step->why = why;
	return step;
}

/* Returns room for one more item; the array doubles at each power of two. */
static void *fm_step_item(struct fm_rules *rules, struct fm_step *step,
			  void **array, size_t size)
{
	size_t count = step->count;
	void *grown;

	if (!(count & (count - 1))) {
		grown = fm_rules_alloc(rules, (count ? 2 * count : 1) * size);
		if (!grown)
			return NULL;
		if (count)
			memcpy(grown, *array, count * size);
		*array = grown;
	}
	step->count++;
	return (char *)*array + count * size;
}

/**
 * fm_step_prefix() - add an address to those that a step matches
 * @rules: the rules
 * @step: the step
 * @prefix: the address or prefix
 */
void fm_step_prefix(struct fm_rules *rules, struct fm_step *step,
		    const struct fm_prefix *prefix)
{
	void *array = step->prefix;
	struct fm_prefix *item;

	item = fm_step_item(rules, step, &array, sizeof(*item));
	if (item)
		*item = *prefix;
	step->prefix = array;
}

/**
 * fm_step_range() - add a range to those that a step matches
 * @rules: the rules
 * @step: the step
 * @first: the first number
 * @last: the last number
 */
void fm_step_range(struct fm_rules *rules, struct fm_step *step,
		   unsigned int first, unsigned int last)
{
	void *array = step->range;
	struct fm_range *item;

	item = fm_step_item(rules, step, &array, sizeof(*item));
	if (item) {
		item->first = first;
		item->last = last;
	}
	step->range = array;
}

/**
 * fm_step_name() - add an interface to those that a step matches
 * @rules: the rules
 * @step: the step
 * @name: its name, which must live as long as the rules
 */
void fm_step_name(struct fm_rules *rules, struct fm_step *step,
		  const char *name)
{
	void *array = step->name;
	const char **item;

	item = fm_step_item(rules, step, &array, sizeof(*item));
	if (item)
		*item = name;
	step->name = array;
}

/**
 * fm_rule_find() - find a step of a rule
 * @rule: the rule
 * @kind: the kind of step
 *
 * Return: the first such step, or NULL.
 */
const struct fm_step *fm_rule_find(const struct fm_rule *rule,
				   enum fm_step_kind kind)
{
	const struct fm_step *step;

	for (step = rule->first; step; step = step->next) {
		if (step->kind == kind)
			return step;
	}
	return NULL;
}

/**
 * fm_step_has() - is a number in the ranges of a step
 * @step: the step
 * @number: the number
 *
 * Return: true if it is.
 */
bool fm_step_has(const struct fm_step *step, uint32_t number)
{
	size_t i;

	for (i = 0; i < step->count; i++) {
		if (number >= step->range[i].first &&
		    number <= step->range[i].last)
			return true;
	}
	return false;
}

/* Parses "255.255.255.0" or "24"; false if it is no prefix. */
static bool fm_mask(const char *text, struct fm_prefix *prefix)
{
	unsigned int length = 0;
	struct in_addr mask;
	uint32_t bits;
	char *end;

	if (prefix->family == AF_INET && strchr(text, '.')) {
		if (inet_pton(AF_INET, text, &mask) != 1)
			return false;
		for (bits = ntohl(mask.s_addr); bits & 0x80000000; bits <<= 1)
			length++;
		prefix->length = length;
		return !bits;
	}
	length = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || length > prefix->length)
		return false;
	prefix->length = length;
	return true;
}

/**
 * fm_rules_address() - parse an address or prefix
 * @text: the text
 * @prefix: the result, whose host bits are cleared, as the kernel does
 *
 * Return: false if it is none.
 */
bool fm_rules_address(const char *text, struct fm_prefix *prefix)
{
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	char address[INET6_ADDRSTRLEN];
	unsigned int bit;

	memset(prefix, 0, sizeof(*prefix));
	if (length >= sizeof(address))
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	prefix->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	prefix->length = prefix->family == AF_INET6 ? 128 : 32;
	if (inet_pton(prefix->family, address, prefix->byte) != 1)
		return false;
	if (slash && !fm_mask(slash + 1, prefix))
		return false;
	for (bit = prefix->length; bit < 128; bit++)
		prefix->byte[bit / 8] &= ~(0x80 >> bit % 8);
	return true;
}

/* Adds 2^(bits - length) to an address; false if it runs over. */
static bool fm_address_step(struct fm_prefix *prefix)
{
	unsigned int bit;

	for (bit = prefix->length; bit-- > 0;) {
		prefix->byte[bit / 8] ^= 0x80 >> bit % 8;
		if (prefix->byte[bit / 8] & (0x80 >> bit % 8))
			return true;
	}
	return false;
}

/* Whether a prefix begins at its address and ends at or before @last. */
static bool fm_prefix_fits(const struct fm_prefix *prefix,
			   const struct fm_prefix *last)
{
	unsigned int whole = prefix->family == AF_INET6 ? 128 : 32;
	struct fm_prefix end = *prefix;
	unsigned int bit;

	for (bit = prefix->length; bit < whole; bit++) {
		if (prefix->byte[bit / 8] & (0x80 >> bit % 8))
			return false;
		end.byte[bit / 8] |= 0x80 >> bit % 8;
	}
	return memcmp(end.byte, last->byte, sizeof(end.byte)) <= 0;
}

/**
 * fm_rules_span() - add all addresses from one to another
 * @rules: the rules
 * @step: the step that gets them, as prefixes
 * @first: the first address
 * @last: the last address
 *
 * Return: false if they are no addresses.
 */
bool fm_rules_span(struct fm_rules *rules, struct fm_step *step,
		   const char *first, const char *last)
{
	struct fm_prefix at, end;

	if (!fm_rules_address(first, &at) || !fm_rules_address(last, &end) ||
	    at.family != end.family || memcmp(at.byte, end.byte, 16) > 0)
		return false;
	do {
		at.length = at.family == AF_INET6 ? 128 : 32;
		while (at.length) {
			at.length--;
			if (fm_prefix_fits(&at, &end))
				continue;
			at.length++;
			break;
		}
		fm_step_prefix(rules, step, &at);
	} while (!rules->failed && fm_address_step(&at) &&
		 memcmp(at.byte, end.byte, 16) <= 0);
	return true;
}

/**
 * fm_rules_free() - free all rules
 * @rules: the rules; empty afterwards
 */
void fm_rules_free(struct fm_rules *rules)
{
	struct fm_block *block;

	while ((block = rules->blocks)) {
		rules->blocks = block->next;
		free(block);
	}
	memset(rules, 0, sizeof(*rules));
}
