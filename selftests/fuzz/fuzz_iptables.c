// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text of iptables-save: import prints a file that restore accepts, and each
 * rule is in it or named.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "model/config_text.h"
#include "fuzz.h"

/* As fm_profile_print() does, with every value. */
static void fuzz_print(const struct fm_config *config, FILE *out)
{
	const struct fm_profile *profile;
	size_t i, j;

	for (i = 0; i < config->count; i++) {
		profile = &config->profile[i];
		fprintf(out, "add %s", profile->name);
		for (j = 0; j < fm_settings_count; j++) {
			if (profile->value[j])
				fprintf(out, " %s %s", fm_settings[j].word,
					profile->value[j]);
		}
		fputc('\n', out);
	}
}

/* Values are canonical already, so they come back as they are. */
static void fuzz_restore(const struct fm_config *config)
{
	struct fm_config_fault fault;
	struct fm_config read;
	size_t i, j, k;
	char *text;
	size_t size;
	FILE *out;

	out = open_memstream(&text, &size);
	fuzz_print(config, out);
	fputc('\n', out);
	fclose(out);
	if (!fm_config_parse(text, size - 1, &read, &fault) ||
	    read.count != config->count)
		abort();
	for (i = 0; i < read.count; i++) {
		for (j = 0; j < read.count; j++) {
			if (!strcmp(read.profile[i].name,
				    config->profile[j].name))
				break;
		}
		if (j == config->count)
			abort();
		for (k = 0; k < fm_settings_count; k++) {
			if (config->profile[j].value[k] &&
			    strcmp(read.profile[i].value[k],
				   config->profile[j].value[k]))
				abort();
		}
	}
	fm_config_free(&read);
	free(text);
}

static void fuzz_notes(const struct fm_import *import, unsigned int lines)
{
	const struct fm_rule *rule;
	size_t i, j;

	for (i = 0; i < import->notes; i++) {
		if (!import->note[i].line || import->note[i].line > lines ||
		    !import->note[i].text[0])
			abort();
		if (i && import->note[i - 1].line > import->note[i].line)
			abort();
	}
	for (i = 0; i < import->rules->count; i++) {
		rule = &import->rules->rule[i];
		if (rule->taken)
			continue;
		for (j = 0; j < import->notes; j++) {
			if (import->note[j].left &&
			    import->note[j].line == rule->line)
				break;
		}
		if (j == import->notes)
			abort();
	}
}

/**
 * LLVMFuzzerTestOneInput() - one text
 * @data: the text
 * @size: its length
 *
 * Return: 0.
 */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct fm_import import;
	struct fm_rules rules;
	unsigned int lines;
	char *text;

	text = fuzz_lines(data, size, &lines);
	if (!fm_rules_parse(text, size, &rules))
		abort();
	if (rules.fault > lines)
		abort();
	if (!rules.fault) {
		if (!fm_import_rules(&rules, &import))
			abort();
		fuzz_restore(&import.config);
		fuzz_notes(&import, lines);
		fm_import_free(&import);
	}
	fm_rules_free(&rules);
	free(text);
	return 0;
}
