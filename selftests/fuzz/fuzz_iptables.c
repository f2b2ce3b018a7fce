// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text of iptables-save, or lvs.cf: import prints a file that restore accepts,
 * and each rule is in it or named.
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

/* With -v each rule of mangle and nat is taken or named. */
static void fuzz_notes(const struct fm_import *import, unsigned int lines)
{
	static const char *const tables[] = { "mangle", "nat" };
	struct fm_rule *rule;
	size_t i, j;

	for (i = 0; i < import->notes; i++) {
		if (!import->note[i].line || import->note[i].line > lines ||
		    !import->note[i].text[0])
			abort();
		if (i && import->note[i - 1].line > import->note[i].line)
			abort();
	}
	for (j = 0; j < 2; j++) {
		rule = NULL;
		while ((rule = fm_import_next(&import->rules, tables[j], rule))) {
			if (!rule->taken && !rule->noted)
				abort();
		}
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
	unsigned int lines;
	size_t i;
	char *text;

	text = fuzz_lines(data, size, &lines);
	for (i = 0; i < size; i++) {
		if (!text[i])
			text[i] = '?';
	}
	text[size] = '\0';
	if (!fm_import_text(text, size, true, &import))
		abort();
	if (import.rules.fault > lines)
		abort();
	if (!import.rules.fault) {
		fuzz_restore(&import.config);
		fuzz_notes(&import, lines);
	}
	fm_import_free(&import);
	free(text);
	return 0;
}
