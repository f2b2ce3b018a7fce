// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark stats [NAME] [--explain] [--watch [SECONDS]] [--prometheus] */

#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "model/config.h"
#include "module/configuration.h"
#include "module/counters.h"
#include "module/service.h"
#include "module/sysfs.h"
#include "verbs/call.h"

#define FM_WATCH_SECONDS 2.0

/**
 * struct fm_stats_options - options of the command line
 * @name: one service, or NULL for all
 * @explain: print what the counters mean
 * @prometheus: print the text format of Prometheus
 * @json: print JSON
 * @watch: seconds between two samples, or 0 for one sample
 */
struct fm_stats_options {
	const char *name;
	bool explain;
	bool prometheus;
	bool json;
	double watch;
};

/**
 * struct fm_sample - services and their counters at one time
 * @config: the services
 * @counts: the counters of each service
 * @time: time of the sample in seconds
 */
struct fm_sample {
	struct fm_config config;
	struct fm_counts *counts;
	double time;
};

static void fm_sample_free(struct fm_sample *sample)
{
	fm_config_free(&sample->config);
	free(sample->counts);
	memset(sample, 0, sizeof(*sample));
}

static double fm_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static int fm_sample_take(const char *name, struct fm_sample *sample)
{
	struct fm_profile *profile;
	size_t i;
	int err;

	memset(sample, 0, sizeof(*sample));
	err = fm_config_read(&sample->config, name);
	if (err)
		return err;
	sample->counts = calloc(sample->config.count + 1,
				sizeof(*sample->counts));
	if (!sample->counts)
		return -ENOMEM;
	sample->time = fm_now();
	for (i = 0; i < sample->config.count; i++) {
		profile = &sample->config.profile[i];
		err = fm_counts_read(profile->name, &sample->counts[i]);
		/* Somebody removed it since it was listed. */
		if (!name && (err == -ENOENT || err == -ENODEV))
			continue;
		if (err) {
			fm_error("%s: %s", profile->name,
				 fm_service_reason(err));
			return err;
		}
	}
	return 0;
}

static const struct fm_counts *
fm_sample_find(const struct fm_sample *sample, const char *name)
{
	size_t i;

	for (i = 0; sample && i < sample->config.count; i++) {
		if (!strcmp(sample->config.profile[i].name, name))
			return &sample->counts[i];
	}
	return NULL;
}

/* A counter that has shrunk belongs to a new service of the same name. */
static double fm_rate(const struct fm_counts *counts,
		      const struct fm_counts *before, size_t index,
		      double seconds)
{
	if (!before || !before->known[index] || seconds <= 0 ||
	    counts->value[index] < before->value[index])
		return 0;
	return (counts->value[index] - before->value[index]) / seconds;
}

static void fm_stats_explain(const struct fm_counter *counter)
{
	const char *line = counter->advice;
	int length;

	printf("        %s\n", counter->meaning);
	while (line && *line) {
		length = strcspn(line, "\n");
		printf("        %.*s\n", length, line);
		line += length + !!line[length];
	}
}

static void fm_stats_text(const struct fm_stats_options *options,
			  const struct fm_sample *sample,
			  const struct fm_sample *before)
{
	const struct fm_counts *counts, *old;
	const char *name;
	size_t i, j;

	if (!sample->config.count)
		puts("no services");
	for (i = 0; i < sample->config.count; i++) {
		name = sample->config.profile[i].name;
		counts = &sample->counts[i];
		old = fm_sample_find(before, name);
		printf("counters %s\n", name);
		for (j = 0; j < fm_counters_count; j++) {
			if (!counts->known[j])
				continue;
			if (options->watch)
				printf("    %-18s  %20llu  %14.1f/s\n",
				       fm_counters[j].word,
				       counts->value[j],
				       fm_rate(counts, old, j, before ?
					       sample->time - before->time :
					       0));
			else
				printf("    %-18s  %20llu\n",
				       fm_counters[j].word,
				       counts->value[j]);
			if (options->explain)
				fm_stats_explain(&fm_counters[j]);
		}
	}
}

static struct json_object *
fm_stats_rates(const struct fm_counts *counts,
	       const struct fm_counts *before, double seconds)
{
	struct json_object *json = json_object_new_object();
	char text[32];
	double rate;
	size_t i;

	for (i = 0; i < fm_counters_count; i++) {
		if (!counts->known[i])
			continue;
		rate = fm_rate(counts, before, i, seconds);
		snprintf(text, sizeof(text), "%.1f", rate);
		json_object_object_add(json, fm_counters[i].file,
				       json_object_new_double_s(rate, text));
	}
	return json;
}

static int fm_stats_json(const struct fm_stats_options *options,
			 const struct fm_sample *sample,
			 const struct fm_sample *before)
{
	struct json_object *json = json_object_new_object();
	struct json_object *list = json_object_new_array();
	const struct fm_counts *counts, *old;
	struct json_object *service;
	const char *name;
	size_t i;

	json_object_object_add(json, "services", list);
	for (i = 0; i < sample->config.count; i++) {
		name = sample->config.profile[i].name;
		counts = &sample->counts[i];
		old = fm_sample_find(before, name);
		service = json_object_new_object();
		json_object_object_add(service, "name",
				       json_object_new_string(name));
		json_object_object_add(service, "stats",
				       fm_counts_json(counts));
		if (old)
			json_object_object_add(service, "rates",
					       fm_stats_rates(counts, old,
							      sample->time -
							      before->time));
		json_object_array_add(list, service);
	}
	return fm_json_print(json, options->watch);
}

/* The mark has the format of node_exporter's ipvs collector, for joins. */
static void fm_stats_labels(const struct fm_profile *profile)
{
	unsigned long mark;

	mark = strtoul(fm_profile_value(profile, "mark"), NULL, 10);
	printf("{service=\"%s\",local_mark=\"%08lX\"}", profile->name, mark);
}

static void fm_stats_prometheus(const struct fm_sample *sample)
{
	const struct fm_profile *profile;
	const struct fm_counter *counter;
	size_t i, j;

	puts("# HELP nf_ftpmark_enabled Whether packets see the service.\n"
	     "# TYPE nf_ftpmark_enabled gauge");
	for (i = 0; i < sample->config.count; i++) {
		profile = &sample->config.profile[i];
		fputs("nf_ftpmark_enabled", stdout);
		fm_stats_labels(profile);
		printf(" %d\n", fm_profile_enabled(profile));
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
			fm_stats_labels(&sample->config.profile[i]);
			printf(" %llu\n", sample->counts[i].value[j]);
		}
	}
}

static int fm_stats_print(const struct fm_stats_options *options,
			  const struct fm_sample *sample,
			  const struct fm_sample *before)
{
	if (options->json)
		return fm_stats_json(options, sample, before);
	if (options->prometheus) {
		fm_stats_prometheus(sample);
		return 0;
	}
	/* Clear a terminal before each sample; in a file, separate samples. */
	if (options->watch && isatty(STDOUT_FILENO))
		fputs("\033[H\033[J", stdout);
	else if (before)
		putchar('\n');
	fm_stats_text(options, sample, before);
	return 0;
}

static void fm_stats_wait(double seconds)
{
	struct timespec pause = {
		.tv_sec = seconds,
		.tv_nsec = (seconds - floor(seconds)) * 1e9,
	};

	nanosleep(&pause, NULL);
}

/* Takes samples until a signal comes or nobody reads the output. */
static int fm_stats(const struct fm_stats_options *options)
{
	struct fm_sample sample, before = { .counts = NULL };
	int err;

	do {
		err = fm_sample_take(options->name, &sample);
		if (!err)
			err = fm_stats_print(options, &sample,
					     before.counts ? &before :
					     NULL);
		fm_sample_free(&before);
		before = sample;
		if (err || !options->watch || fflush(stdout))
			break;
		fm_stats_wait(options->watch);
	} while (true);
	fm_sample_free(&before);
	return err;
}

/* Refuses signs, exponents and "inf", which strtod() accepts. */
static bool fm_stats_number(const char *word)
{
	return *word && !word[strspn(word, "0123456789.")];
}

static bool fm_stats_seconds(const char *word, double *seconds)
{
	double number;
	char *end;

	number = strtod(word, &end);
	if (*end || number < 0.1 || number > 86400)
		return false;
	*seconds = number;
	return true;
}

static bool fm_stats_words(const struct fm_call *call,
			   struct fm_stats_options *options,
			   struct fm_complaint *complaint)
{
	const char *word, *next;
	int i;

	for (i = 0; i < call->argc; i++) {
		word = call->argv[i];
		next = i + 1 < call->argc ? call->argv[i + 1] : "";
		complaint->word = word;
		complaint->why = "not expected";
		if (!strcmp(word, "--explain")) {
			options->explain = true;
		} else if (!strcmp(word, "--prometheus")) {
			options->prometheus = true;
		} else if (!strcmp(word, "--watch")) {
			options->watch = FM_WATCH_SECONDS;
			/* Seconds, even if a service has a number as its name. */
			if (!fm_stats_number(next))
				continue;
			complaint->word = next;
			complaint->why = "not a number of seconds (0.1 to 86400)";
			if (!fm_stats_seconds(next, &options->watch))
				return false;
			i++;
		} else if (!options->name && fm_name_valid(word)) {
			options->name = word;
		} else {
			return false;
		}
	}
	return true;
}

/**
 * fm_cmd_stats() - print counters
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_stats(const struct fm_call *call)
{
	struct fm_stats_options options = { .json = call->json };
	struct fm_complaint complaint;
	enum fm_status status;

	if (!fm_stats_words(call, &options, &complaint))
		return fm_word_error(call, complaint.word, complaint.why);
	if (options.prometheus &&
	    (options.json || options.watch || options.explain))
		return fm_word_error(call, "--prometheus",
				     "not with another form");
	if (options.json && options.explain)
		return fm_word_error(call, "--explain",
				     "not with another form");
	status = fm_open(call);
	if (status != FM_DONE)
		return status;
	return fm_stats(&options) ? FM_REFUSED : FM_DONE;
}
