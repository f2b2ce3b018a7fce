// SPDX-License-Identifier: GPL-2.0-only
/* Lists of services and their settings. */

#include <stdlib.h>
#include <string.h>

#include "model/config.h"

/**
 * fm_setting_index() - find the index of a setting in fm_settings
 * @file: its sysfs file, which must exist
 *
 * Return: its index.
 */
size_t fm_setting_index(const char *file)
{
	return fm_setting_find(file) - fm_settings;
}

/**
 * fm_profile_value() - get the value of a setting
 * @profile: the service
 * @file: the setting's sysfs file
 *
 * Return: the canonical value; the default if none was given.
 */
const char *fm_profile_value(const struct fm_profile *profile, const char *file)
{
	size_t index = fm_setting_index(file);

	return profile->value[index] ?: fm_settings[index].standard;
}

/**
 * fm_profile_list() - get the value of a list
 * @profile: the service
 * @file: the list's sysfs file
 *
 * Return: the list as the kernel and the parsers take it: "" instead of "none".
 */
const char *fm_profile_list(const struct fm_profile *profile, const char *file)
{
	const char *value = fm_profile_value(profile, file);

	return strcmp(value, "none") ? value : "";
}

/**
 * fm_profile_enabled() - is a service enabled
 * @profile: the service
 *
 * Return: true if it is.
 */
bool fm_profile_enabled(const struct fm_profile *profile)
{
	return !strcmp(fm_profile_value(profile, "enabled"), "1");
}

/**
 * fm_profile_differs() - does a setting have to be written
 * @now: the current state of the service
 * @want: its wanted state
 * @index: index of the setting
 *
 * A setting that the module does not have counts as one with its default.
 *
 * Return: true if it does.
 */
bool fm_profile_differs(const struct fm_profile *now,
			const struct fm_profile *want, size_t index)
{
	const char *standard = fm_settings[index].standard;

	return strcmp(now->value[index] ?: standard,
		      want->value[index] ?: standard);
}

/**
 * fm_config_add() - add a service without settings
 * @config: the configuration
 * @name: the name of the service; the caller keeps names unique
 *
 * Return: the service, or NULL if out of memory.
 */
struct fm_profile *fm_config_add(struct fm_config *config, const char *name)
{
	struct fm_profile *profile;
	size_t room;

	if (config->count == config->room) {
		room = config->room ? 2 * config->room : 16;
		profile = realloc(config->profile, room * sizeof(*profile));
		if (!profile)
			return NULL;
		config->profile = profile;
		config->room = room;
	}
	profile = &config->profile[config->count];
	memset(profile, 0, sizeof(*profile));
	profile->name = strdup(name);
	if (!profile->name)
		return NULL;
	config->count++;
	return profile;
}

static int fm_profile_compare(const void *a, const void *b)
{
	const struct fm_profile *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

/**
 * fm_config_sort() - order services by name, and then by line
 * @config: the configuration
 */
void fm_config_sort(struct fm_config *config)
{
	if (config->count)
		qsort(config->profile, config->count, sizeof(*config->profile),
		      fm_profile_compare);
}

static int fm_profile_is(const void *name, const void *profile)
{
	return strcmp(name, ((const struct fm_profile *)profile)->name);
}

/**
 * fm_config_find() - find a service
 * @config: the configuration, ordered by name
 * @name: the name of the service
 *
 * Return: the service, or NULL.
 */
struct fm_profile *fm_config_find(const struct fm_config *config,
				  const char *name)
{
	if (!config->count)
		return NULL;
	return bsearch(name, config->profile, config->count,
		       sizeof(*config->profile), fm_profile_is);
}

/**
 * fm_config_drop() - remove a service
 * @config: the configuration
 * @index: its index
 */
void fm_config_drop(struct fm_config *config, size_t index)
{
	struct fm_profile *profile = &config->profile[index];
	size_t i;

	free((char *)profile->name);
	for (i = 0; i < FM_SETTINGS_MAX; i++)
		free(profile->value[i]);
	config->count--;
	memmove(profile, profile + 1,
		(config->count - index) * sizeof(*profile));
}

/**
 * fm_config_free() - free all services
 * @config: the configuration; it is empty afterwards
 */
void fm_config_free(struct fm_config *config)
{
	while (config->count)
		fm_config_drop(config, config->count - 1);
	free(config->profile);
	memset(config, 0, sizeof(*config));
}
