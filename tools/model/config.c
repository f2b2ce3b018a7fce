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
 * fm_config_add() - add a service without settings
 * @config: the configuration
 * @name: the name of the service; the caller keeps names unique and in order
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

static void fm_profile_free(struct fm_profile *profile)
{
	size_t i;

	free((char *)profile->name);
	for (i = 0; i < FM_SETTINGS_MAX; i++)
		free(profile->value[i]);
}

/**
 * fm_config_drop() - remove the service that was added last
 * @config: the configuration
 */
void fm_config_drop(struct fm_config *config)
{
	fm_profile_free(&config->profile[--config->count]);
}

/**
 * fm_config_free() - free all services
 * @config: the configuration; it is empty afterwards
 */
void fm_config_free(struct fm_config *config)
{
	while (config->count)
		fm_config_drop(config);
	free(config->profile);
	memset(config, 0, sizeof(*config));
}
