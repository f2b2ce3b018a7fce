// SPDX-License-Identifier: GPL-2.0-only
/* Collects lines that name causes, and counters that show some. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/evidence.h"

/**
 * fm_cause_add() - add a line
 * @causes: the lines
 * @fmt: format of the line, without a newline
 */
void fm_cause_add(struct fm_causes *causes, const char *fmt, ...)
{
	va_list args;

	if (causes->count == FM_CAUSES_MAX)
		return;
	va_start(args, fmt);
	if (vasprintf(&causes->line[causes->count], fmt, args) >= 0)
		causes->count++;
	va_end(args);
}

/**
 * fm_causes_free() - free lines
 * @causes: the lines
 */
void fm_causes_free(struct fm_causes *causes)
{
	while (causes->count)
		free(causes->line[--causes->count]);
}

/*
 * Adds up a column of a file whose lines of names are followed by lines of
 * numbers: of the last line of names that has it.
 */
static unsigned long long fm_column_read(const char *path, const char *name,
					 int base)
{
	char line[8192], *word, *save;
	unsigned long long sum = 0;
	FILE *file = fopen(path, "re");
	int i, column = -1, at;

	while (file && fgets(line, sizeof(line), file)) {
		at = -1;
		for (i = 0, word = strtok_r(line, "\n ", &save); word;
		     i++, word = strtok_r(NULL, "\n ", &save)) {
			if (!strcmp(word, name))
				at = i;
			else if (i == column && column >= 0)
				sum += strtoull(word, NULL, base);
		}
		/* In netstat other names follow the numbers. */
		if (at >= 0 || (column >= 0 && base == 10))
			column = at;
	}
	if (file)
		fclose(file);
	return sum;
}

/**
 * fm_tally_read() - read the counters
 * @router: the services
 * @tally: their values, which the caller frees
 *
 * Return: 0 or -ENOMEM.
 */
int fm_tally_read(const struct fm_router *router, struct fm_tally *tally)
{
	size_t i;

	tally->rp_filter = fm_column_read("/proc/net/netstat",
					  "IPReversePathFilter", 10);
	/* A line for each processor, in hexadecimal. */
	tally->conntrack = fm_column_read("/proc/net/stat/nf_conntrack", "drop",
					  16) +
			   fm_column_read("/proc/net/stat/nf_conntrack",
					  "early_drop", 16);
	tally->counts = calloc(router->count + 1, sizeof(*tally->counts));
	if (!tally->counts)
		return -ENOMEM;
	for (i = 0; i < router->count; i++)
		fm_counts_read(router->service[i].profile->name,
			       &tally->counts[i]);
	return 0;
}
