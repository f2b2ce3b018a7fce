/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints services: their settings and counters, as text or JSON. */
#ifndef FM_VERBS_PRINT_H
#define FM_VERBS_PRINT_H

#include <stdio.h>

#include "model/config.h"
#include "module/counters.h"

/**
 * enum fm_part - what to print of each service, as bits
 * @FM_PART_SETTINGS: its settings
 * @FM_PART_COUNTERS: its counters
 * @FM_PART_EXPLAIN: what each counter means
 * @FM_PART_RATES: how fast the counters grow
 */
enum fm_part {
	FM_PART_SETTINGS = 1,
	FM_PART_COUNTERS = 2,
	FM_PART_EXPLAIN = 4,
	FM_PART_RATES = 8,
};

/**
 * struct fm_sample - services and their counters at one time
 * @config: the services
 * @counts: the counters of each service, or NULL
 * @time: time of the sample in seconds
 */
struct fm_sample {
	struct fm_config config;
	struct fm_counts *counts;
	double time;
};

int fm_sample_take(const char *name, bool counters, struct fm_sample *sample);
void fm_sample_free(struct fm_sample *sample);

void fm_print_add(const struct fm_profile *profile);
void fm_print_list(const struct fm_sample *sample);
void fm_print_text(FILE *out, const struct fm_sample *sample,
		   const struct fm_sample *before, unsigned int parts);
int fm_print_json(const struct fm_sample *sample,
		  const struct fm_sample *before, unsigned int parts);

/* prometheus.c */
void fm_print_prometheus(const struct fm_sample *sample);

#endif /* FM_VERBS_PRINT_H */
