/* SPDX-License-Identifier: GPL-2.0-only */
/* The counters of a service, and what they mean. */
#ifndef FM_MODULE_COUNTERS_H
#define FM_MODULE_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/config.h"

enum { FM_COUNTERS_MAX = 24 };

/**
 * struct fm_counter - one counter
 * @file: its sysfs file, and its key in JSON
 * @word: its name as the tool prints it
 * @meaning: one line that says what it counts
 * @advice: lines that say what to do if it grows, or NULL if it should grow
 * @harmless: it may grow although nothing is wrong
 */
struct fm_counter {
	const char *file;
	const char *word;
	const char *meaning;
	const char *advice;
	bool harmless;
};

/**
 * struct fm_counts - the counters of a service at one time
 * @known: the module has this counter
 * @value: its value; both are in the order of fm_counters
 */
struct fm_counts {
	bool known[FM_COUNTERS_MAX];
	unsigned long long value[FM_COUNTERS_MAX];
};

extern const struct fm_counter fm_counters[];
extern const size_t fm_counters_count;

int fm_counts_read(const char *name, struct fm_counts *counts);

struct json_object;
int fm_json_print(struct json_object *json, bool lines);

#endif /* FM_MODULE_COUNTERS_H */
