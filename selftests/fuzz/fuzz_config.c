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

static void fuzz_profile(const struct fm_profile *profile)
{
	char text[FM_VALUE_MAX + 1];
	struct fm_fault fault;
	const char *value;
	size_t i;

	if (!profile->line || !fm_name_valid(profile->name))
		abort();
	for (i = 0; i < fm_settings_count; i++) {
		value = profile->value[i];
		if (!value)
			continue;
		if (!strcmp(value, "none"))
			value = "";
		if (!fm_value_canonical(&fm_settings[i], value, text,
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
	struct fm_config_fault fault = { 0, "", "" };
	struct fm_config config;
	unsigned int lines;
	char *text;
	size_t i;

	text = fuzz_lines(data, size, &lines);
	if (fm_config_parse(text, size, &config, &fault)) {
		for (i = 0; i < config.count; i++) {
			fuzz_profile(&config.profile[i]);
			if (i && strcmp(config.profile[i - 1].name,
					config.profile[i].name) >= 0)
				abort();
		}
	} else if (!fault.line || fault.line > lines || !fault.why[0]) {
		abort();
	}
	fm_config_free(&config);
	free(text);
	return 0;
}
