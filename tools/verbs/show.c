// SPDX-License-Identifier: GPL-2.0-only
/*
 * ftpmark show [NAME]
 *
 * Each indented line is a WORD and a VALUE, as "ftpmark set" takes them: a list
 * is one word with commas, an empty list is "none".
 */

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/config.h"
#include "module/configuration.h"
#include "module/counters.h"
#include "module/service.h"
#include "module/sysfs.h"
#include "verbs/call.h"

static void fm_show_settings(const struct fm_profile *profile)
{
	size_t i;

	printf("service %s %s\n", profile->name,
	       fm_profile_enabled(profile) ? "enabled" : "disabled");
	for (i = 0; i < fm_settings_count; i++) {
		if (!fm_setting_is_enabled(&fm_settings[i]) &&
		    profile->value[i])
			printf("    %-13s  %s\n", fm_settings[i].word,
			       profile->value[i]);
	}
}

static void fm_show_counters(const char *name, const struct fm_counts *counts)
{
	size_t i;

	printf("counters %s\n", name);
	for (i = 0; i < fm_counters_count; i++) {
		if (counts->known[i])
			printf("    %-18s  %llu\n", fm_counters[i].word,
			       counts->value[i]);
	}
}

static struct json_object *fm_show_list(const char *value)
{
	struct json_object *list = json_object_new_array();
	size_t length;

	if (!strcmp(value, "none"))
		return list;
	for (; *value; value += length + !!value[length]) {
		length = strcspn(value, ",");
		json_object_array_add(list,
				      json_object_new_string_len(value, length));
	}
	return list;
}

static struct json_object *
fm_show_value(const struct fm_setting *setting, const char *value)
{
	if (setting->list)
		return fm_show_list(value);
	if (setting->kind == FM_NUMBER)
		return json_object_new_int64(strtoll(value, NULL, 10));
	if (!strcmp(setting->choices[0], "0"))
		return json_object_new_boolean(strcmp(value, "0"));
	return json_object_new_string(value);
}

/* The keys are the names of the sysfs files. */
static struct json_object *
fm_show_json(const struct fm_profile *profile, const struct fm_counts *counts)
{
	struct json_object *json = json_object_new_object();
	size_t i;

	json_object_object_add(json, "name",
			       json_object_new_string(profile->name));
	for (i = 0; i < fm_settings_count; i++) {
		if (profile->value[i])
			json_object_object_add(json, fm_settings[i].file,
					       fm_show_value(&fm_settings[i],
							     profile->value[i]));
	}
	json_object_object_add(json, "stats", fm_counts_json(counts));
	return json;
}

static int fm_show_one(const struct fm_profile *profile,
		       bool counters, struct json_object *list)
{
	struct fm_counts counts;
	int err;

	if (counters || list) {
		err = fm_counts_read(profile->name, &counts);
		if (err)
			return err;
	}
	if (list) {
		json_object_array_add(list, fm_show_json(profile, &counts));
		return 0;
	}
	fm_show_settings(profile);
	if (counters)
		fm_show_counters(profile->name, &counts);
	return 0;
}

static int fm_show(const struct fm_config *config, bool named,
		   struct json_object *list)
{
	size_t i;
	int err;

	if (!config->count && !list)
		puts("no services");
	for (i = 0; i < config->count; i++) {
		err = fm_show_one(&config->profile[i], named, list);
		/* Somebody removed it since it was listed. */
		if (!named && (err == -ENOENT || err == -ENODEV))
			continue;
		if (err) {
			fm_error("%s: %s", config->profile[i].name,
				 fm_service_reason(err));
			return err;
		}
	}
	return 0;
}

/**
 * fm_cmd_show() - print a service and its counters, or all services
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_show(const struct fm_call *call)
{
	struct fm_request request;
	struct json_object *list = NULL;
	struct json_object *json = NULL;
	struct fm_config config;
	enum fm_status status;
	int err;

	status = fm_begin(call, FM_MAY_NAME, &request);
	if (status != FM_DONE)
		return status;
	if (call->json) {
		json = json_object_new_object();
		list = json_object_new_array();
		json_object_object_add(json, "services", list);
	}
	err = fm_config_read(&config, request.name);
	if (!err)
		err = fm_show(&config, request.name, list);
	if (!err && json)
		err = fm_json_print(json, false);
	else
		json_object_put(json);
	fm_config_free(&config);
	return err ? FM_REFUSED : FM_DONE;
}
