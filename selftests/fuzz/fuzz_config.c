// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files: accepted ones become canonical and ordered, others are refused with the
 * number of their line.
 */

#include <stdlib.h>
#include <string.h>

#include "model/config_text.h"
#include "model/values.h"
#include "fuzz.h"

static void fuzz_profile(const struct ftpmark_profile *profile)
{
	char text[FTPMARK_VALUE_MAX + 1];
	struct ftpmark_fault fault;
	const char *value;
	size_t i;

	if (!profile->line || !ftpmark_name_valid(profile->name))
		abort();
	for (i = 0; i < ftpmark_settings_count; i++) {
		value = profile->value[i];
		if (!value)
			continue;
		if (!strcmp(value, "none"))
			value = "";
		if (!ftpmark_value_canonical(&ftpmark_settings[i], value, text,
					     &fault) ||
		    strcmp(text, profile->value[i]))
			abort();
	}
}

/**
 * LLVMFuzzerTestOneInput() - one file
 * @data: its text
 * @size: its length
 *
 * Return: 0.
 */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct ftpmark_config_fault fault = { 0, "", "" };
	struct ftpmark_config config;
	unsigned int lines;
	char *text;
	size_t i;

	text = fuzz_lines(data, size, &lines);
	if (ftpmark_config_parse(text, size, &config, &fault)) {
		for (i = 0; i < config.count; i++) {
			fuzz_profile(&config.profile[i]);
			if (i && strcmp(config.profile[i - 1].name,
					config.profile[i].name) >= 0)
				abort();
		}
	} else if (!fault.line || fault.line > lines || !fault.why[0]) {
		abort();
	}
	ftpmark_config_free(&config);
	free(text);
	return 0;
}
