// SPDX-License-Identifier: GPL-2.0-only
/* What the steps of an import share: notes, and loops over the rules. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/state.h"
#include "model/values.h"

/**
 * fm_import_grow() - make room for one more item
 * @import: the state of the import
 * @array: the items; only this function may grow the array
 * @count: number of items
 * @size: size of an item
 *
 * Return: the array, or NULL if out of memory; then @array is still valid.
 */
void *fm_import_grow(struct fm_import *import, void *array,
		     size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	/* The array is full at each power of two. */
	array = reallocarray(array, count ? 2 * count : 1, size);
	if (!array)
		import->failed = true;
	return array;
}

__printf(4, 0)
static void fm_import_note(struct fm_import *import, unsigned int line,
			   bool left, const char *fmt, va_list args)
{
	struct fm_note *note;

	note = fm_import_grow(import, import->note, import->notes,
			      sizeof(*note));
	if (!note)
		return;
	import->note = note;
	note += import->notes;
	note->line = line;
	note->left = left;
	if (vasprintf(&note->text, fmt, args) < 0)
		import->failed = true;
	else
		import->notes++;
}

/**
 * fm_import_left() - note that a rule is not taken
 * @import: the state of the import
 * @rule: the rule
 * @fmt: format of the reason
 */
void fm_import_left(struct fm_import *import,
		    struct fm_rule *rule, const char *fmt, ...)
{
	va_list args;

	if (rule->noted)
		return;
	rule->noted = true;
	va_start(args, fmt);
	fm_import_note(import, rule->line, true, fmt, args);
	va_end(args);
}

/**
 * fm_import_warn() - note a warning
 * @import: the state of the import
 * @line: the line that it is about
 * @fmt: format of the warning
 */
void fm_import_warn(struct fm_import *import, unsigned int line,
		    const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fm_import_note(import, line, false, fmt, args);
	va_end(args);
}

/* Finds the next chain with a rule, in tables of one name. */
static struct fm_rule *fm_import_chain(const char *name, struct fm_table *table,
				       struct fm_chain *chain)
{
	for (; table; table = table->next) {
		if (!chain && !strcmp(table->name, name))
			chain = table->first;
		for (; chain; chain = chain->next) {
			if (chain->first)
				return chain->first;
		}
	}
	return NULL;
}

/**
 * fm_import_next() - loop over the rules of tables of one name
 * @rules: the rules
 * @table: the name
 * @rule: a rule, or NULL
 *
 * Return: the rule behind @rule, or the first one; NULL at the end.
 */
struct fm_rule *fm_import_next(const struct fm_rules *rules, const char *table,
			       struct fm_rule *rule)
{
	struct fm_chain *chain;

	if (!rule)
		return fm_import_chain(table, rules->first, NULL);
	if (rule->next)
		return rule->next;
	chain = rule->chain;
	if (chain->next)
		return fm_import_chain(table, chain->table, chain->next);
	return fm_import_chain(table, chain->table->next, NULL);
}

/**
 * fm_import_taken() - mark the rules that packets have met as taken
 * @import: the state of the import
 * @table: name of the table
 */
void fm_import_taken(struct fm_import *import, const char *table)
{
	struct fm_rule *rule;

	for (rule = NULL; (rule = fm_import_next(&import->rules, table, rule));)
		rule->taken |= rule->met == import->rules.walk;
}

/**
 * fm_import_doubt() - say why a rule may match or not
 * @rule: the rule
 *
 * Return: the reason.
 */
const char *fm_import_doubt(const struct fm_rule *rule)
{
	const struct fm_step *step = fm_rule_find(rule, FM_STEP_UNKNOWN);

	if (step && step->why)
		return step->why;
	if (fm_rule_find(rule, FM_STEP_FROM))
		return "it is for some clients only";
	if (fm_rule_find(rule, FM_STEP_STATE))
		return "it is for some states of a connection only";
	if (fm_rule_find(rule, FM_STEP_FLAGS))
		return "it is for some packets of a connection only";
	if (rule->odd)
		return "its target is not known";
	return "it may match or not";
}

/* Whether a step names a port, or there is no such step. */
static bool fm_step_port(const struct fm_step *step, unsigned int port)
{
	return !step || fm_step_has(step, port);
}

/**
 * fm_rule_control() - may a rule be for control connections
 * @rule: the rule
 *
 * Return: false if it is for other ports only.
 */
bool fm_rule_control(const struct fm_rule *rule)
{
	const struct fm_step *dport = fm_rule_find(rule, FM_STEP_DPORT);

	return fm_step_port(dport, 21) || fm_step_port(dport, 990) ||
	       fm_step_port(dport, 2121) || dport->not;
}

/**
 * fm_import_prefixes() - collect the addresses that rules name
 * @import: the state of the import
 * @table: name of the rules' table
 * @kind: FM_STEP_FROM or FM_STEP_TO
 * @hosts: leave out prefixes that are no hosts, and rules for other ports than
 *	those of FTP
 * @list: the result, which the caller frees
 *
 * Return: their number.
 */
size_t fm_import_prefixes(struct fm_import *import, const char *table,
			  enum fm_step_kind kind, bool hosts,
			  struct fm_prefix **list)
{
	const struct fm_step *step;
	struct fm_rule *rule;
	struct fm_prefix *grown;
	size_t count = 0;
	size_t i, j;

	for (rule = NULL; (rule = fm_import_next(&import->rules, table, rule));) {
		if (hosts && !fm_rule_control(rule))
			continue;
		step = fm_rule_find(rule, kind);
		for (i = 0; step && !step->not && i < step->count; i++) {
			for (j = 0; j < count; j++) {
				if (!memcmp(&(*list)[j], &step->prefix[i],
					    sizeof(**list)))
					break;
			}
			if (j < count || (hosts &&
					  !fm_prefix_is_host(&step->prefix[i])))
				continue;
			grown = fm_import_grow(import, *list, count,
					       sizeof(*grown));
			if (!grown)
				return count;
			*list = grown;
			grown[count++] = step->prefix[i];
		}
	}
	return count;
}
