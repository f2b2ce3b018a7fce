// SPDX-License-Identifier: GPL-2.0-only
/* Takes the steps from rules to services in order, and makes the result. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "import/steps.h"
#include "model/values.h"

/* Real rules need less. It stops a text that is made to be slow. */
enum { FM_IMPORT_WORK = 10000000 };

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

static char *fm_import_list(const struct fm_prefixes *list)
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
	fm_import_value(import, profile, "vip", fm_import_list(&found->vip));
	fm_import_value(import, profile, "control_ports",
			fm_import_ports(&found->control));
	fm_import_value(import, profile, "passive_ports",
			fm_import_ports(&found->passive));
	fm_import_value(import, profile, "mark", fm_import_number(found->mark));
	if (found->keep)
		fm_import_value(import, profile, "on_marked", strdup("keep"));
	if (found->real.count)
		fm_import_value(import, profile, "real_servers",
				fm_import_list(&found->real));
	if (found->active == FM_STEP_NOTHING) {
		if (found->real.count)
			return;
		fm_import_warn(import, found->line,
			       "%s: no rule translates its active data",
			       name);
		return;
	}
	fm_import_value(import, profile, "active",
			strdup(found->active == FM_STEP_SNAT ?
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

/* Whether a text is lvs.cf. */
static bool fm_import_is_lvs(const char *text)
{
	const char *virtual = strstr(text, "virtual ");

	return virtual && strchr(virtual, '{') && strstr(virtual, "server ");
}

/**
 * fm_import_text() - find the services that a text describes
 * @text: the text of iptables-save, or lvs.cf, ended by a zero
 * @size: its length
 * @verbose: name each rule that is not about FTP; otherwise chains are summed up
 * @import: the services and the notes; the caller frees them in any case
 *
 * If import->rules.fault is set, it is neither.
 *
 * Return: false if out of memory.
 */
bool fm_import_text(const char *text, size_t size, bool verbose,
		    struct fm_import *import)
{
	char *copy;
	size_t i;

	memset(import, 0, sizeof(*import));
	import->verbose = verbose;
	import->work = FM_IMPORT_WORK;
	if (!fm_save_parse(&import->rules, NULL, text, size))
		return false;
	if (import->rules.fault && fm_import_is_lvs(text)) {
		import->rules.fault = 0;
		copy = fm_rules_text(&import->rules, text);
		fm_import_lvs(import, copy);
	} else if (!import->rules.fault) {
		fm_import_marks(import);
		fm_import_active(import);
	}
	for (i = 0; i < import->count; i++)
		fm_import_profile(import, i);
	fm_import_rest(import);
	fm_import_sort(import);
	return !import->failed && !import->rules.failed;
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
	free(import->found);
	fm_config_free(&import->config);
	fm_rules_free(&import->rules);
	memset(import, 0, sizeof(*import));
}
