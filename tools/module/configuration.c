// SPDX-License-Identifier: GPL-2.0-only
/* Reads the module's configuration and files, and prints services. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/values.h"
#include "module/configuration.h"
#include "module/service.h"
#include "module/sysfs.h"

/* Upper bound on the size of a file; no configuration is that large. */
enum { FM_TEXT_MAX = 64 << 20 };

/* Values of a newer module, which the tool does not know, stay as they are. */
static char *fm_profile_canonical(const struct fm_setting *setting,
				  const char *value)
{
	char text[FM_VALUE_MAX + 1];
	struct fm_fault fault;

	if (!value[0] && setting->list)
		return strdup("none");
	if (!fm_value_canonical(setting, value, text, &fault))
		return strdup(value);
	return strdup(text);
}

static int fm_profile_read(struct fm_profile *profile)
{
	char *value;
	size_t i;
	int err;

	for (i = 0; i < fm_settings_count; i++) {
		err = fm_sysfs_read(profile->name, fm_settings[i].file, &value);
		/* An older module lacks the newest settings. */
		if (err == -ENOENT && fm_sysfs_exists(profile->name))
			continue;
		if (err)
			return err;
		profile->value[i] =
			fm_profile_canonical(&fm_settings[i], value);
		free(value);
		if (!profile->value[i])
			return -ENOMEM;
	}
	return 0;
}

static int fm_config_fill(struct fm_config *config,
			  const char *name, bool listed)
{
	struct fm_profile *profile;
	int err;

	profile = fm_config_add(config, name);
	err = profile ? fm_profile_read(profile) : -ENOMEM;
	/* Somebody removed it since it was listed. */
	if (listed && (err == -ENOENT || err == -ENODEV)) {
		fm_config_drop(config);
		return 0;
	}
	if (err)
		fm_error("%s: %s", name, fm_service_reason(err));
	return err;
}

/**
 * fm_config_read() - read the services of the module
 * @config: the services; the caller frees them in any case
 * @name: the only service to read, or NULL for all
 *
 * Return: 0 or -errno, explained.
 */
int fm_config_read(struct fm_config *config, const char *name)
{
	char **names;
	size_t count;
	size_t i;
	int err;

	memset(config, 0, sizeof(*config));
	if (name)
		return fm_config_fill(config, name, false);
	err = fm_service_list(&names, &count);
	if (err)
		return err;
	for (i = 0; !err && i < count; i++)
		err = fm_config_fill(config, names[i], true);
	fm_sysfs_list_free(names, count);
	return err;
}

static int fm_stream_read(FILE *stream, char **text, size_t *size)
{
	size_t room = 0;
	char *grown;

	*text = NULL;
	*size = 0;
	do {
		if (room - *size < 4096) {
			room = room ? 2 * room : 1 << 16;
			grown = realloc(*text, room);
			if (!grown)
				return -ENOMEM;
			*text = grown;
		}
		errno = 0;
		/* The parser needs one byte more, for its end. */
		*size += fread(*text + *size, 1, room - *size - 1, stream);
		if (ferror(stream))
			return errno ? -errno : -EIO;
		if (*size > FM_TEXT_MAX)
			return -EFBIG;
	} while (!feof(stream));
	return 0;
}

/**
 * fm_text_read() - read a whole file
 * @file: its name, or "-" for standard input
 * @text: the text, with room for one more byte; the caller frees it
 * @size: its length
 *
 * Return: 0 or -errno, explained.
 */
int fm_text_read(const char *file, char **text, size_t *size)
{
	bool piped = !strcmp(file, "-");
	FILE *stream = piped ? stdin : fopen(file, "re");
	int err;

	if (!stream) {
		err = -errno;
		fm_error("%s: %s", file, strerror(-err));
		return err;
	}
	err = fm_stream_read(stream, text, size);
	if (err) {
		fm_error("%s: %s", file, strerror(-err));
		free(*text);
	}
	if (!piped)
		fclose(stream);
	return err;
}

/**
 * fm_profile_print() - print a service as the add line that makes it
 * @profile: the service
 *
 * Settings with their default are left out, but for "active", whose default
 * differs in kernels without IPVS.
 */
void fm_profile_print(const struct fm_profile *profile)
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
