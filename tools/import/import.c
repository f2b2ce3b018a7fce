// SPDX-License-Identifier: GPL-2.0-only
/* From rules to services: the order of the steps, and the result. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "import/steps.h"

/* Rules that no packet of the recipe meets, as far as can be told. */
static void ftpmark_import_rest(struct ftpmark_import *import)
{
	const struct ftpmark_section *section;
	struct ftpmark_rule *rule;
	size_t i;

	for (i = 0; i < import->rules->count; i++) {
		rule = &import->rules->rule[i];
		if (rule->taken || rule->noted)
			continue;
		if (rule->odd)
			ftpmark_import_left(import, rule, "%s: %s", rule->odd,
					    rule->why);
		else
			ftpmark_import_left(import, rule,
					    "chain %s: not on the way of the recipe's packets",
					    rule->chain);
	}
	for (i = 0; i < import->rules->sections; i++) {
		section = &import->rules->section[i];
		if (section->others)
			ftpmark_import_warn(import, section->line,
					    "table %s is not looked at (%zu rules)",
					    section->name, section->others);
	}
	if (import->rules->elsewhere)
		ftpmark_import_warn(import, import->rules->elsewhere,
				    "there are rules elsewhere that are not in this text");
}

static char *ftpmark_import_number(unsigned long number)
{
	char *text;

	return asprintf(&text, "%lu", number) < 0 ? NULL : text;
}

static char *ftpmark_import_ports(const struct ftpmark_portmap *map)
{
	char text[FTPMARK_VALUE_MAX + 1];
	struct ftpmark_ranges set;

	ftpmark_portmap_ranges(map, &set);
	ftpmark_ranges_print(&set, text);
	return strdup(text);
}

static char *ftpmark_import_prefixes(const struct ftpmark_prefixes *list)
{
	char text[FTPMARK_VALUE_MAX + 1];

	ftpmark_prefixes_print(list, text);
	return strdup(text);
}

static void ftpmark_import_value(struct ftpmark_import *import,
				 struct ftpmark_profile *profile,
				 const char *file, char *value)
{
	profile->value[ftpmark_setting_index(file)] = value;
	if (!value)
		import->failed = true;
}

static void ftpmark_import_profile(struct ftpmark_import *import, size_t index)
{
	const struct ftpmark_found *found = &import->found[index];
	struct ftpmark_profile *profile;
	char name[FTPMARK_NAME_MAX + 1];

	snprintf(name, sizeof(name), index ? "ftp%zu" : "ftp", index + 1);
	profile = ftpmark_config_add(&import->config, name);
	if (!profile) {
		import->failed = true;
		return;
	}
	profile->line = found->line;
	ftpmark_import_value(import, profile, "enabled", strdup("1"));
	ftpmark_import_value(import, profile, "vip",
			     ftpmark_import_prefixes(&found->vip));
	ftpmark_import_value(import, profile, "control_ports",
			     ftpmark_import_ports(&found->control));
	ftpmark_import_value(import, profile, "passive_ports",
			     ftpmark_import_ports(&found->passive));
	ftpmark_import_value(import, profile, "mark",
			     ftpmark_import_number(found->mark));
	if (found->keep)
		ftpmark_import_value(import, profile, "on_marked",
				     strdup("keep"));
	if (found->active == FTPMARK_TARGET_NONE) {
		ftpmark_import_warn(import, found->line,
				    "%s: no rule translates its active data",
				    name);
		return;
	}
	ftpmark_import_value(import, profile, "real_servers",
			     ftpmark_import_prefixes(&found->real));
	ftpmark_import_value(import, profile, "active",
			     strdup(found->active == FTPMARK_TARGET_SNAT ?
				    "snat" : "masquerade"));
	ftpmark_import_value(import, profile, "active_ports",
			     ftpmark_import_ports(&found->data));
}

static int ftpmark_note_compare(const void *a, const void *b)
{
	const struct ftpmark_note *x = a, *y = b;

	if (x->line != y->line)
		return (x->line > y->line) - (x->line < y->line);
	return x->left != y->left ? x->left - y->left :
	       strcmp(x->text, y->text);
}

/* A rule that stands for several has some notes twice. */
static void ftpmark_import_sort(struct ftpmark_import *import)
{
	size_t count = 0;
	size_t i;

	if (import->notes)
		qsort(import->note, import->notes, sizeof(*import->note),
		      ftpmark_note_compare);
	for (i = 0; i < import->notes; i++) {
		if (count && !ftpmark_note_compare(&import->note[count - 1],
						   &import->note[i]))
			free(import->note[i].text);
		else
			import->note[count++] = import->note[i];
	}
	import->notes = count;
}

/**
 * ftpmark_import() - find the services that rules make
 * @rules: the rules; they are marked as taken or noted
 * @import: the services and the notes, to be freed by the caller in any case
 *
 * Each rule is taken or there is a note why not.
 *
 * Return: false if memory is short.
 */
bool ftpmark_import(struct ftpmark_rules *rules, struct ftpmark_import *import)
{
	size_t i;

	memset(import, 0, sizeof(*import));
	import->rules = rules;
	ftpmark_import_walk(import, FTPMARK_TABLE_MANGLE, ftpmark_import_mark);
	ftpmark_import_services(import);
	ftpmark_import_walk(import, FTPMARK_TABLE_NAT, ftpmark_import_dial);
	ftpmark_import_active(import);
	for (i = 0; i < import->count; i++)
		ftpmark_import_profile(import, i);
	ftpmark_import_rest(import);
	ftpmark_import_sort(import);
	return !import->failed;
}

/**
 * ftpmark_import_free() - free what ftpmark_import() made
 * @import: what holds it
 */
void ftpmark_import_free(struct ftpmark_import *import)
{
	while (import->notes)
		free(import->note[--import->notes].text);
	free(import->note);
	free(import->marked);
	free(import->claim);
	free(import->dial);
	free(import->found);
	ftpmark_config_free(&import->config);
	memset(import, 0, sizeof(*import));
}
