// SPDX-License-Identifier: GPL-2.0-only
/* Lists of services and their settings. */

#include <stdlib.h>
#include <string.h>

#include "model/config.h"

/**
 * fm_setting_index() - the place of a setting among all
 * @file: its sysfs file, known
 *
 * Return: its index.
 */
size_t fm_setting_index(const char *file)
{
	return fm_setting_find(file) - fm_settings;
}

/**
 * fm_profile_value() - what a service has for a setting
 * @profile: the service
 * @file: the setting's sysfs file
 *
 * Return: the value given, or the standard one; canonical.
 */
const char *fm_profile_value(const struct fm_profile *profile, const char *file)
{
	size_t index = fm_setting_index(file);

	return profile->value[index] ?: fm_settings[index].standard;
}

/**
 * fm_profile_list() - what a service has for a list
 * @profile: the service
 * @file: the list's sysfs file
 *
 * Return: the list as the kernel and the parsers take it: empty, not "none".
 */
const char *fm_profile_list(const struct fm_profile *profile, const char *file)
{
	const char *value = fm_profile_value(profile, file);

	return strcmp(value, "none") ? value : "";
}

/**
 * fm_profile_enabled() - do packets see a service
 * @profile: the service
 *
 * Return: true if they do.
 */
bool fm_profile_enabled(const struct fm_profile *profile)
{
	return !strcmp(fm_profile_value(profile, "enabled"), "1");
}

/**
 * fm_config_add() - add a service without settings
 * @config: where to
 * @name: its name, not yet there and in order
 *
 * Return: the service, or NULL if memory is short.
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

static void fm_profile_free(struct fm_profile *profile)
{
	size_t i;

	free((char *)profile->name);
	for (i = 0; i < FM_SETTINGS_MAX; i++)
		free(profile->value[i]);
}

/**
 * fm_config_drop() - take back fm_config_add()
 * @config: where from
 */
void fm_config_drop(struct fm_config *config)
{
	fm_profile_free(&config->profile[--config->count]);
}

/**
 * fm_config_free() - free all services
 * @config: what holds them; empty behind it
 */
void fm_config_free(struct fm_config *config)
{
	while (config->count)
		fm_config_drop(config);
	free(config->profile);
	memset(config, 0, sizeof(*config));
}
