// SPDX-License-Identifier: GPL-2.0-only
/* Prints services: their settings and counters, as text or JSON. */

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/macros.h"
#include "module/configuration.h"
#include "module/service.h"
#include "verbs/print.h"

/* 2 has port ranges as objects; before it they were text, and had no number. */
enum { FM_JSON_FORMAT = 2 };

/**
 * fm_sample_free() - free a sample
 * @sample: the sample; it is empty afterwards
 */
void fm_sample_free(struct fm_sample *sample)
{
	fm_config_free(&sample->config);
	free(sample->counts);
	sample->counts = NULL;
}

/**
 * fm_sample_take() - read services and their counters
 * @name: one service, or NULL for all
 * @counters: read the counters, too
 * @sample: the sample; the caller frees it in any case
 *
 * Return: 0 or -errno, explained.
 */
int fm_sample_take(const char *name, bool counters, struct fm_sample *sample)
{
	struct fm_config *config = &sample->config;
	size_t i;
	int err;

	memset(sample, 0, sizeof(*sample));
	err = fm_config_read(config, name);
	if (err || !counters)
		return err;
	sample->counts = calloc(config->count + 1, sizeof(*sample->counts));
	if (!sample->counts) {
		fm_error("counters: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	sample->time = fm_now();
	for (i = 0; i < config->count; i++) {
		err = fm_counts_read(config->profile[i].name,
				     &sample->counts[i]);
		/* Somebody removed it since it was listed. */
		if (!name && (err == -ENOENT || err == -ENODEV))
			continue;
		if (err) {
			fm_error("%s: %s", config->profile[i].name,
				 fm_service_reason(err));
			return err;
		}
	}
	return 0;
}

static const struct fm_counts *fm_sample_find(const struct fm_sample *sample,
					      const char *name)
{
	const struct fm_profile *profile;

	if (!sample)
		return NULL;
	profile = fm_config_find(&sample->config, name);
	return profile ? &sample->counts[profile - sample->config.profile] :
			 NULL;
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

static void fm_print_settings(FILE *out, const struct fm_profile *profile)
{
	size_t i;

	fprintf(out, "service %s %s\n", profile->name,
		fm_profile_enabled(profile) ? "enabled" : "disabled");
	for (i = 0; i < fm_settings_count; i++) {
		if (!fm_setting_is_enabled(&fm_settings[i]) &&
		    profile->value[i])
			fprintf(out, "    %-13s  %s\n", fm_settings[i].word,
				profile->value[i]);
	}
}

static void fm_print_meaning(FILE *out, const struct fm_counter *counter)
{
	const char *line = counter->advice;
	int length;

	fprintf(out, "        %s\n", counter->meaning);
	while (line && *line) {
		length = strcspn(line, "\n");
		fprintf(out, "        %.*s\n", length, line);
		line += length + !!line[length];
	}
}

static void fm_print_counters(FILE *out, const char *name,
			      const struct fm_counts *counts,
			      const struct fm_counts *old, double seconds,
			      unsigned int parts)
{
	size_t i;

	fprintf(out, "counters %s\n", name);
	for (i = 0; i < fm_counters_count; i++) {
		if (!counts->known[i])
			continue;
		fprintf(out, "    %-18s  %*llu", fm_counters[i].word,
			parts & FM_PART_SETTINGS ? 0 : 20, counts->value[i]);
		if (parts & FM_PART_RATES)
			fprintf(out, "  %14.1f/s",
				fm_rate(counts, old, i, seconds));
		fputc('\n', out);
		if (parts & FM_PART_EXPLAIN)
			fm_print_meaning(out, &fm_counters[i]);
	}
}

/**
 * fm_print_text() - print services for people
 * @out: where to
 * @sample: the services
 * @before: an earlier sample, for rates, or NULL
 * @parts: what to print, &enum fm_part
 *
 * Each line of a setting is a WORD and a VALUE as "ftpmark set" takes them: a
 * list is one word with commas, an empty list is "none".
 */
void fm_print_text(FILE *out, const struct fm_sample *sample,
		   const struct fm_sample *before, unsigned int parts)
{
	double seconds = before ? sample->time - before->time : 0;
	const struct fm_profile *profile;
	size_t i;

	if (!sample->config.count)
		fputs("no services\n", out);
	for (i = 0; i < sample->config.count; i++) {
		profile = &sample->config.profile[i];
		if (parts & FM_PART_SETTINGS)
			fm_print_settings(out, profile);
		if (parts & FM_PART_COUNTERS)
			fm_print_counters(out, profile->name,
					  &sample->counts[i],
					  fm_sample_find(before, profile->name),
					  seconds, parts);
	}
}

/* The columns of a list, behind the name; lists may be long, so they are last. */
static const struct {
	const char *title;
	const char *file;
} fm_columns[] = {
	{ "ENABLED", "enabled" },
	{ "MARK", "mark" },
	{ "ACTIVE", "active" },
	{ "CONTROL", "control_ports" },
	{ "PASSIVE", "passive_ports" },
	{ "VIP", "vip" },
	{ "REAL", "real_servers" },
};

/* What stands in a column of a service; of NULL, the title. */
static const char *fm_column(const struct fm_profile *profile, size_t column)
{
	return profile ? fm_profile_value(profile, fm_columns[column].file) :
			 fm_columns[column].title;
}

static void fm_print_row(const struct fm_profile *profile, int name_width,
			 const int *width)
{
	size_t i;

	printf("%-*s", name_width, profile ? profile->name : "SERVICE");
	for (i = 0; i < ARRAY_SIZE(fm_columns) - 1; i++)
		printf("  %-*s", width[i], fm_column(profile, i));
	printf("  %s\n", fm_column(profile, i));
}

/**
 * fm_print_list() - print each service as one line of a table
 * @sample: the services
 */
void fm_print_list(const struct fm_sample *sample)
{
	const struct fm_config *config = &sample->config;
	int width[ARRAY_SIZE(fm_columns)];
	int name_width = strlen("SERVICE");
	const struct fm_profile *profile;
	size_t i, j;

	if (!config->count) {
		puts("no services");
		return;
	}
	for (j = 0; j < ARRAY_SIZE(fm_columns); j++)
		width[j] = strlen(fm_columns[j].title);
	for (i = 0; i < config->count; i++) {
		profile = &config->profile[i];
		name_width = MAX(name_width, (int)strlen(profile->name));
		for (j = 0; j < ARRAY_SIZE(fm_columns); j++)
			width[j] = MAX(width[j],
				       (int)strlen(fm_column(profile, j)));
	}
	fm_print_row(NULL, name_width, width);
	for (i = 0; i < config->count; i++)
		fm_print_row(&config->profile[i], name_width, width);
}

/* Makes an object of a port range, and a string of an address or prefix. */
static struct json_object *fm_json_item(const struct fm_setting *setting,
					const char *item, size_t length)
{
	struct json_object *range;
	const char *dash;
	long first, last;

	if (setting->kind != FM_RANGES)
		return json_object_new_string_len(item, length);
	first = strtol(item, NULL, 10);
	dash = memchr(item, '-', length);
	last = dash ? strtol(dash + 1, NULL, 10) : first;
	range = json_object_new_object();
	json_object_object_add(range, "first", json_object_new_int(first));
	json_object_object_add(range, "last", json_object_new_int(last));
	return range;
}

static struct json_object *fm_json_list(const struct fm_setting *setting,
					const char *value)
{
	struct json_object *list = json_object_new_array();
	size_t length;

	if (!strcmp(value, "none"))
		return list;
	for (; *value; value += length + !!value[length]) {
		length = strcspn(value, ",");
		json_object_array_add(list,
				      fm_json_item(setting, value, length));
	}
	return list;
}

static struct json_object *
fm_json_value(const struct fm_setting *setting, const char *value)
{
	if (setting->list)
		return fm_json_list(setting, value);
	if (setting->kind == FM_NUMBER)
		return json_object_new_int64(strtoll(value, NULL, 10));
	if (!strcmp(setting->choices[0], "0"))
		return json_object_new_boolean(strcmp(value, "0"));
	return json_object_new_string(value);
}

static void fm_json_settings(struct json_object *json,
			     const struct fm_profile *profile)
{
	size_t i;

	for (i = 0; i < fm_settings_count; i++) {
		if (profile->value[i])
			json_object_object_add(json, fm_settings[i].file,
					       fm_json_value(&fm_settings[i],
							     profile->value[i]));
	}
}

static void fm_json_counters(struct json_object *json,
			     const struct fm_counts *counts,
			     const struct fm_counts *old, double seconds)
{
	struct json_object *stats = json_object_new_object();
	struct json_object *rates = NULL;
	char text[32];
	double rate;
	size_t i;

	json_object_object_add(json, "stats", stats);
	if (old) {
		rates = json_object_new_object();
		json_object_object_add(json, "rates", rates);
	}
	for (i = 0; i < fm_counters_count; i++) {
		if (!counts->known[i])
			continue;
		json_object_object_add(stats, fm_counters[i].file,
				       json_object_new_uint64(counts->value[i]));
		if (!old)
			continue;
		rate = fm_rate(counts, old, i, seconds);
		snprintf(text, sizeof(text), "%.1f", rate);
		json_object_object_add(rates, fm_counters[i].file,
				       json_object_new_double_s(rate, text));
	}
}

/**
 * fm_print_json() - print services as JSON; keys are names of sysfs files
 * @sample: the services and their counters
 * @before: an earlier sample, for rates, or NULL
 * @parts: what to print, &enum fm_part; with FM_PART_RATES on one line
 *
 * Return: 0 or -ENOMEM.
 */
int fm_print_json(const struct fm_sample *sample,
		  const struct fm_sample *before, unsigned int parts)
{
	struct json_object *json = json_object_new_object();
	struct json_object *list = json_object_new_array();
	const struct fm_profile *profile;
	struct json_object *service;
	size_t i;

	json_object_object_add(json, "format",
			       json_object_new_int(FM_JSON_FORMAT));
	json_object_object_add(json, "services", list);
	for (i = 0; i < sample->config.count; i++) {
		profile = &sample->config.profile[i];
		service = json_object_new_object();
		json_object_array_add(list, service);
		json_object_object_add(service, "name",
				       json_object_new_string(profile->name));
		if (parts & FM_PART_SETTINGS)
			fm_json_settings(service, profile);
		if (parts & FM_PART_COUNTERS)
			fm_json_counters(service, &sample->counts[i],
					 fm_sample_find(before, profile->name),
					 before ? sample->time - before->time :
					 0);
	}
	return fm_json_print(json, parts & FM_PART_RATES);
}

/**
 * fm_print_add() - print a service as the add line that makes it
 * @profile: the service
 *
 * Settings with their default are left out, but for "active", whose default
 * differs in kernels without IPVS.
 */
void fm_print_add(const struct fm_profile *profile)
{
	const struct fm_setting *setting;
	const char *value;
	size_t i;

	printf("add %s", profile->name);
	for (i = 0; i < fm_settings_count; i++) {
		setting = &fm_settings[i];
		value = profile->value[i];
		if (!value || fm_setting_is_enabled(setting))
			continue;
		if (strcmp(value, setting->standard) ||
		    !strcmp(setting->file, "active"))
			printf(" %s %s", setting->word, value);
	}
	puts(fm_profile_enabled(profile) ? "" : " enabled 0");
}
