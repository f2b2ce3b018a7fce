// SPDX-License-Identifier: GPL-2.0-only
/*
 * ftpmark show [NAME]
 *
 * Every indented line is a WORD and a VALUE as "ftpmark set" takes them: a
 * list is one word, with commas, and an empty one is "none".
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ftpmark.h"
#include "service.h"
#include "sysfs.h"

static const char *const ftpmark_counters[][2] = {
	{ "control-packets", "stats/control_packets" },
	{ "passive-packets", "stats/passive_packets" },
	{ "bytes", "stats/bytes" },
	{ "out-of-range", "stats/out_of_range" },
	{ "already-marked", "stats/already_marked" },
	{ "active-connections", "stats/active_connections" },
	{ "active-unmatched", "stats/active_unmatched" },
	{ "active-failed", "stats/active_failed" },
};

static void ftpmark_show_setting(const struct ftpmark_setting *setting,
				 char *value)
{
	char *blank;

	if (setting->list) {
		for (blank = value; (blank = strchr(blank, ' ')); blank++)
			*blank = ',';
	}
	printf("    %-13s  %s\n", setting->word, value[0] ? value : "none");
}

static int ftpmark_show_head(const char *name)
{
	char *enabled;
	int err;

	err = ftpmark_sysfs_read(name, "enabled", &enabled);
	if (err)
		return err;
	printf("service %s %s\n", name,
	       strcmp(enabled, "0") ? "enabled" : "disabled");
	free(enabled);
	return 0;
}

static int ftpmark_show_settings(const char *name)
{
	const struct ftpmark_setting *setting;
	char *value;
	size_t i;
	int err;

	err = ftpmark_show_head(name);
	if (err)
		return err;
	for (i = 0; i < ftpmark_settings_count; i++) {
		setting = &ftpmark_settings[i];
		if (ftpmark_setting_is_enabled(setting))
			continue;
		err = ftpmark_sysfs_read(name, setting->file, &value);
		/* An older module lacks the newest settings. */
		if (err == -ENOENT)
			continue;
		if (err)
			return err;
		ftpmark_show_setting(setting, value);
		free(value);
	}
	return 0;
}

static int ftpmark_show_counters(const char *name)
{
	const char *const *counter;
	char *value;
	size_t i;
	int err;

	printf("counters %s\n", name);
	for (i = 0; i < ARRAY_SIZE(ftpmark_counters); i++) {
		counter = ftpmark_counters[i];
		err = ftpmark_sysfs_read(name, counter[1], &value);
		if (err == -ENOENT)
			continue;
		if (err)
			return err;
		printf("    %-18s  %s\n", counter[0], value);
		free(value);
	}
	return 0;
}

static int ftpmark_show_one(const char *name)
{
	int err;

	err = ftpmark_show_settings(name);
	if (!err)
		err = ftpmark_show_counters(name);
	if (err)
		ftpmark_error("%s: %s", name, ftpmark_service_reason(err));
	return err;
}

static int ftpmark_show_all(void)
{
	char **names;
	size_t count;
	size_t i;
	int err;

	err = ftpmark_service_list(&names, &count);
	if (err)
		return err;
	if (!count)
		puts("no services");
	for (i = 0; i < count; i++) {
		err = ftpmark_show_settings(names[i]);
		/* Removed since it was listed. */
		if (err == -ENOENT || err == -ENODEV)
			err = 0;
		if (err) {
			ftpmark_error("%s: %s", names[i],
				      ftpmark_service_reason(err));
			break;
		}
	}
	ftpmark_sysfs_list_free(names, count);
	return err;
}

/**
 * ftpmark_cmd_show() - print a service and its counters, or all services
 * @call: the command line
 *
 * Return: exit status.
 */
enum ftpmark_status ftpmark_cmd_show(const struct ftpmark_call *call)
{
	struct ftpmark_request request;
	enum ftpmark_status status;
	int err;

	status = ftpmark_begin(call, FTPMARK_MAY_NAME, &request);
	if (status != FTPMARK_DONE)
		return status;
	err = request.name ? ftpmark_show_one(request.name) :
			     ftpmark_show_all();
	return err ? FTPMARK_REFUSED : FTPMARK_DONE;
}
