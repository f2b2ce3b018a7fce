/* SPDX-License-Identifier: GPL-2.0-only */
/* The counters of a service, and what they mean. */
#ifndef FTPMARK_COUNTERS_H
#define FTPMARK_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/config.h"

enum { FTPMARK_COUNTERS_MAX = 8 };

/**
 * struct ftpmark_counter - one counter
 * @file: its sysfs file, and its key in JSON
 * @word: how the tool prints it
 * @meaning: what it counts, in a line
 * @advice: what to do if it grows, in lines, or NULL if that is well
 * @harmless: it may grow though all is well
 */
struct ftpmark_counter {
	const char *file;
	const char *word;
	const char *meaning;
	const char *advice;
	bool harmless;
};

/**
 * struct ftpmark_counts - the counters of a service at one time
 * @known: whether the module has it
 * @value: in the order of ftpmark_counters
 */
struct ftpmark_counts {
	bool known[FTPMARK_COUNTERS_MAX];
	unsigned long long value[FTPMARK_COUNTERS_MAX];
};

extern const struct ftpmark_counter ftpmark_counters[];
extern const size_t ftpmark_counters_count;

int ftpmark_counts_read(const char *name, struct ftpmark_counts *counts);

struct json_object;
struct json_object *ftpmark_counts_json(const struct ftpmark_counts *counts);
int ftpmark_json_print(struct json_object *json, bool lines);

#endif /* FTPMARK_COUNTERS_H */
