// SPDX-License-Identifier: GPL-2.0-only
/* Takes the steps from rules to services in order, and makes the result. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "import/steps.h"

/* Notes the rules that no packet of the recipe seems to reach. */
static void fm_import_rest(struct fm_import *import)
{
	const struct fm_section *section;
	struct fm_rule *rule;
	size_t i;

	for (i = 0; i < import->rules->count; i++) {
		rule = &import->rules->rule[i];
		if (rule->taken || rule->noted)
			continue;
		if (rule->odd)
			fm_import_left(import, rule, "%s: %s", rule->odd,
				       rule->why);
		else
			fm_import_left(import, rule,
				       "chain %s: not on the way of the recipe's packets",
				       rule->chain);
	}
	for (i = 0; i < import->rules->sections; i++) {
		section = &import->rules->section[i];
		if (section->others)
			fm_import_warn(import, section->line,
				       "table %s is not looked at (%zu rules)",
				       section->name, section->others);
	}
	if (import->rules->elsewhere)
		fm_import_warn(import, import->rules->elsewhere,
			       "there are rules elsewhere that are not in this text");
}

static char *fm_import_number(unsigned long number)
{
	char *text;

	return asprintf(&text, "%lu", number) < 0 ? NULL : text;
}

static char *fm_import_ports(const struct fm_portmap *map)
{
	char text[FM_VALUE_MAX + 1];
	struct fm_ranges set;

	fm_portmap_ranges(map, &set);
	fm_ranges_print(&set, text);
	return strdup(text);
}

static char *fm_import_prefixes(const struct fm_prefixes *list)
{
	char text[FM_VALUE_MAX + 1];

	fm_prefixes_print(list, text);
	return strdup(text);
}

static void fm_import_value(struct fm_import *import,
			    struct fm_profile *profile,
			    const char *file, char *value)
{
	profile->value[fm_setting_index(file)] = value;
	if (!value)
		import->failed = true;
}

static void fm_import_profile(struct fm_import *import, size_t index)
{
	const struct fm_found *found = &import->found[index];
	struct fm_profile *profile;
	char name[FM_NAME_MAX + 1];

	snprintf(name, sizeof(name), index ? "ftp%zu" : "ftp", index + 1);
	profile = fm_config_add(&import->config, name);
	if (!profile) {
		import->failed = true;
		return;
	}
	profile->line = found->line;
	fm_import_value(import, profile, "enabled", strdup("1"));
	fm_import_value(import, profile, "vip",
			fm_import_prefixes(&found->vip));
	fm_import_value(import, profile, "control_ports",
			fm_import_ports(&found->control));
	fm_import_value(import, profile, "passive_ports",
			fm_import_ports(&found->passive));
	fm_import_value(import, profile, "mark", fm_import_number(found->mark));
	if (found->keep)
		fm_import_value(import, profile, "on_marked", strdup("keep"));
	if (found->active == FM_TARGET_NONE) {
		fm_import_warn(import, found->line,
			       "%s: no rule translates its active data",
			       name);
		return;
	}
	fm_import_value(import, profile, "real_servers",
			fm_import_prefixes(&found->real));
	fm_import_value(import, profile, "active",
			strdup(found->active == FM_TARGET_SNAT ?
			       "snat" : "masquerade"));
	fm_import_value(import, profile, "active_ports",
			fm_import_ports(&found->data));
}

static int fm_note_compare(const void *a, const void *b)
{
	const struct fm_note *x = a, *y = b;

	if (x->line != y->line)
		return (x->line > y->line) - (x->line < y->line);
	return x->left != y->left ? x->left - y->left :
	       strcmp(x->text, y->text);
}

/* Sorts notes and drops duplicates, which a rule with a list may have. */
static void fm_import_sort(struct fm_import *import)
{
	size_t count = 0;
	size_t i;

	if (import->notes)
		qsort(import->note, import->notes, sizeof(*import->note),
		      fm_note_compare);
	for (i = 0; i < import->notes; i++) {
		if (count && !fm_note_compare(&import->note[count - 1],
					      &import->note[i]))
			free(import->note[i].text);
		else
			import->note[count++] = import->note[i];
	}
	import->notes = count;
}

/**
 * fm_import_rules() - find the services that rules make
 * @rules: the rules; they are marked as taken or noted
 * @import: the services and the notes; the caller frees them in any case
 *
 * A note says for each rule that is not taken why.
 *
 * Return: false if out of memory.
 */
bool fm_import_rules(struct fm_rules *rules, struct fm_import *import)
{
	size_t i;

	memset(import, 0, sizeof(*import));
	import->rules = rules;
	fm_import_walk(import, FM_TABLE_MANGLE, fm_import_mark);
	fm_import_services(import);
	fm_import_walk(import, FM_TABLE_NAT, fm_import_dial);
	fm_import_active(import);
	for (i = 0; i < import->count; i++)
		fm_import_profile(import, i);
	fm_import_rest(import);
	fm_import_sort(import);
	return !import->failed;
}

/**
 * fm_import_free() - free the result of fm_import_rules()
 * @import: the result
 */
void fm_import_free(struct fm_import *import)
{
	while (import->notes)
		free(import->note[--import->notes].text);
	free(import->note);
	free(import->marked);
	free(import->claim);
	free(import->dial);
	free(import->found);
	fm_config_free(&import->config);
	memset(import, 0, sizeof(*import));
}
