// SPDX-License-Identifier: GPL-2.0-only
/* Prints the counters in the text format of Prometheus. */

#include <stdio.h>
#include <stdlib.h>

#include "../../module/version.h"
#include "module/sysfs.h"
#include "verbs/print.h"

/* The mark has the format of node_exporter's ipvs collector, for joins. */
static void fm_print_labels(const struct fm_profile *profile)
{
	unsigned long mark;

	mark = strtoul(fm_profile_value(profile, "mark"), NULL, 10);
	printf("{service=\"%s\",local_mark=\"%08lX\"}", profile->name, mark);
}

/* What is true of the router, with the module or without it. */
static void fm_print_router(bool loaded)
{
	char *version = NULL;

	puts("# HELP nf_ftpmark_up Whether the module is loaded.\n"
	     "# TYPE nf_ftpmark_up gauge");
	printf("nf_ftpmark_up %d\n", loaded);
	if (!loaded || fm_sysfs_module_version(&version))
		version = NULL;
	puts("# HELP nf_ftpmark_info Versions of the module and of the tool.\n"
	     "# TYPE nf_ftpmark_info gauge");
	printf("nf_ftpmark_info{version=\"%s\",tool=\"%s\"} 1\n",
	       version ?: "", FTPMARK_VERSION);
	free(version);
}

/**
 * fm_print_prometheus() - print counters in the text format of Prometheus
 * @sample: the services and their counters, or NULL without the module
 */
void fm_print_prometheus(const struct fm_sample *sample)
{
	const struct fm_profile *profile;
	const struct fm_counter *counter;
	size_t i, j;

	fm_print_router(sample);
	if (!sample)
		return;
	profile = sample->config.profile;
	puts("# HELP nf_ftpmark_enabled Whether packets see the service.\n"
	     "# TYPE nf_ftpmark_enabled gauge");
	for (i = 0; i < sample->config.count; i++) {
		fputs("nf_ftpmark_enabled", stdout);
		fm_print_labels(&profile[i]);
		printf(" %d\n", fm_profile_enabled(&profile[i]));
	}
	for (j = 0; j < fm_counters_count; j++) {
		counter = &fm_counters[j];
		printf("# HELP nf_ftpmark_%s_total %s\n", counter->file,
		       counter->meaning);
		printf("# TYPE nf_ftpmark_%s_total counter\n", counter->file);
		for (i = 0; i < sample->config.count; i++) {
			if (!sample->counts[i].known[j])
				continue;
			printf("nf_ftpmark_%s_total", counter->file);
			fm_print_labels(&profile[i]);
			printf(" %llu\n", sample->counts[i].value[j]);
		}
	}
}
