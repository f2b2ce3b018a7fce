// SPDX-License-Identifier: GPL-2.0-only
/* Lists of services and their settings. */

#include <stdlib.h>
#include <string.h>

#include "model/config.h"

/**
 * ftpmark_setting_index() - the place of a setting among all
 * @file: its sysfs file, known
 *
 * Return: its index.
 */
size_t ftpmark_setting_index(const char *file)
{
	return ftpmark_setting_find(file) - ftpmark_settings;
}

/**
 * ftpmark_profile_value() - what a service has for a setting
 * @profile: the service
 * @file: the setting's sysfs file
 *
 * Return: the value given, or the standard one; canonical.
 */
const char *ftpmark_profile_value(const struct ftpmark_profile *profile,
				  const char *file)
{
	size_t index = ftpmark_setting_index(file);

	return profile->value[index] ?: ftpmark_settings[index].standard;
}

/**
 * ftpmark_profile_list() - what a service has for a list
 * @profile: the service
 * @file: the list's sysfs file
 *
 * Return: the list as the kernel and the parsers take it: empty, not "none".
 */
const char *ftpmark_profile_list(const struct ftpmark_profile *profile,
				 const char *file)
{
	const char *value = ftpmark_profile_value(profile, file);

	return strcmp(value, "none") ? value : "";
}

/**
 * ftpmark_profile_enabled() - do packets see a service
 * @profile: the service
 *
 * Return: true if they do.
 */
bool ftpmark_profile_enabled(const struct ftpmark_profile *profile)
{
	return !strcmp(ftpmark_profile_value(profile, "enabled"), "1");
}

/**
 * ftpmark_config_add() - add a service without settings
 * @config: where to
 * @name: its name, not yet there and in order
 *
 * Return: the service, or NULL if memory is short.
 */
struct ftpmark_profile *ftpmark_config_add(struct ftpmark_config *config,
					   const char *name)
{
	struct ftpmark_profile *profile;
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

static void ftpmark_profile_free(struct ftpmark_profile *profile)
{
	size_t i;

	free(profile->name);
	for (i = 0; i < FTPMARK_SETTINGS_MAX; i++)
		free(profile->value[i]);
}

/**
 * ftpmark_config_drop() - take back ftpmark_config_add()
 * @config: where from
 */
void ftpmark_config_drop(struct ftpmark_config *config)
{
	ftpmark_profile_free(&config->profile[--config->count]);
}

/**
 * ftpmark_config_free() - free all services
 * @config: what holds them; empty behind it
 */
void ftpmark_config_free(struct ftpmark_config *config)
{
	while (config->count)
		ftpmark_config_drop(config);
	free(config->profile);
	memset(config, 0, sizeof(*config));
}
