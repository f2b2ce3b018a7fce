// SPDX-License-Identifier: GPL-2.0-only
/* Reads the module's configuration, and files. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "model/values.h"
#include "module/configuration.h"
#include "module/service.h"
#include "module/sysfs.h"

/* Upper bound on the size of a file; no configuration is that large. */
enum { FM_TEXT_MAX = 64 << 20 };

/*
 * What the module prints is canonical but for the blanks of lists, and for IPv6
 * addresses, which the C library may print otherwise. Frees @value, or returns it.
 */
static char *fm_profile_canonical(const struct fm_setting *setting, char *value)
{
	char text[FM_VALUE_MAX + 1];
	struct fm_fault fault;
	const char *other;
	char *c;

	if (!value[0] && setting->list)
		other = "none";
	else if (strchr(value, ':') &&
		 fm_value_canonical(setting, value, text, &fault))
		other = text;
	else
		other = NULL;
	if (other) {
		free(value);
		return strdup(other);
	}
	for (c = value; setting->list && *c; c++) {
		if (*c == ' ')
			*c = ',';
	}
	return value;
}

static int fm_profile_read(struct fm_profile *profile)
{
	int service = fm_service_open(profile->name);
	char *value;
	size_t i;
	int err = service < 0 ? service : 0;

	for (i = 0; !err && i < fm_settings_count; i++) {
		err = fm_service_read(service, fm_settings[i].file, &value);
		if (err || !value)
			continue;
		profile->value[i] =
			fm_profile_canonical(&fm_settings[i], value);
		if (!profile->value[i])
			err = -ENOMEM;
	}
	if (service >= 0)
		close(service);
	return err;
}

static int fm_config_list(struct fm_config *config)
{
	int fd = fm_sysfs_open_file("services", O_RDONLY | O_DIRECTORY);
	struct dirent *entry;
	DIR *dir;
	int err;

	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return fd < 0 ? fd : -errno;
	while (errno = 0, (entry = readdir(dir))) {
		if (fm_name_valid(entry->d_name) &&
		    !fm_config_add(config, entry->d_name))
			break;
	}
	err = -errno;
	closedir(dir);
	return err;
}

/**
 * fm_config_names() - read the names of the services
 * @config: the services, without settings; the caller frees them in any case
 *
 * Return: 0 or -errno, explained.
 */
int fm_config_names(struct fm_config *config)
{
	int err;

	memset(config, 0, sizeof(*config));
	err = fm_config_list(config);
	if (err)
		fm_error("services: %s", fm_service_reason(err));
	fm_config_sort(config);
	return err;
}

/* Reads the settings of the services, or of those among @among. */
static int fm_config_fill(struct fm_config *config,
			  const struct fm_config *among, bool listed)
{
	struct fm_profile *profile;
	size_t i;
	int err;

	for (i = 0; i < config->count; i++) {
		profile = &config->profile[i];
		if (among && !fm_config_find(among, profile->name))
			continue;
		err = fm_profile_read(profile);
		/* Somebody removed it since it was listed. */
		if (listed && (err == -ENOENT || err == -ENODEV)) {
			fm_config_drop(config, i--);
		} else if (err) {
			fm_error("%s: %s", profile->name,
				 fm_service_reason(err));
			return err;
		}
	}
	return 0;
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
	int err;

	if (!name) {
		err = fm_config_names(config);
		return err ? err : fm_config_fill(config, NULL, true);
	}
	memset(config, 0, sizeof(*config));
	return fm_config_add(config, name) ?
	       fm_config_fill(config, NULL, false) : -ENOMEM;
}

/**
 * fm_config_read_among() - read the names of all services, and some settings
 * @config: the services; the caller frees them in any case
 * @among: the services whose settings are read, ordered by name
 *
 * Return: 0 or -errno, explained.
 */
int fm_config_read_among(struct fm_config *config,
			 const struct fm_config *among)
{
	int err = fm_config_names(config);

	return err ? err : fm_config_fill(config, among, true);
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
