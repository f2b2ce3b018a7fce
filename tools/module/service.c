// SPDX-License-Identifier: GPL-2.0-only
/* Operations on services, which tell the operator why they failed. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/config.h"
#include "module/kernel_log.h"
#include "module/service.h"
#include "module/sysfs.h"

/**
 * fm_service_reason() - explain an error of an operation on a service
 * @err: the -errno
 *
 * Return: the reason; the next call may overwrite it.
 */
const char *fm_service_reason(int err)
{
	switch (err) {
	case -EACCES:
	case -EPERM:
		return "needs CAP_NET_ADMIN in this network namespace";
	case -ENOENT:
	case -ENODEV:
		return "no such service";
	case -EROFS:
		return "sysfs is mounted read-only here";
	default:
		return strerror(-err);
	}
}

/*
 * A file is missing if its service is, or if the module is older or newer than
 * the tool. Returns false if the error is another.
 */
static bool fm_missing_error(const char *name, const struct fm_setting *setting,
			     int err)
{
	char *version;

	if (err != -ENOENT && err != -ENODEV)
		return false;

	if (err == -ENOENT && fm_sysfs_exists(name)) {
		fm_error("%s: %s: the loaded module has no such setting",
			 name, setting->word);
		if (!fm_sysfs_module_version(&version)) {
			fm_version_advice(version);
			free(version);
		}
	} else {
		fm_error("%s: no such service", name);
	}
	return true;
}

static const char *fm_change_reason(const struct fm_setting *setting,
				    const char *value, int err,
				    char *text, size_t size)
{
	switch (err) {
	case -EINVAL:
		if (!value[0])
			return "must not be empty";
		snprintf(text, size, "not %s", setting->takes);
		return text;
	case -EOPNOTSUPP:
		return "the module was built for a kernel without that";
	case -E2BIG:
		if (!setting->limit)
			return "too many items";
		snprintf(text, size, "too many items (at most %u)",
			 setting->limit);
		return text;
	default:
		return fm_service_reason(err);
	}
}

static int fm_service_write(const char *name, const struct fm_setting *setting,
			    const char *value)
{
	char path[FM_PATH_MAX];
	char text[256];
	int err;

	/* In sysfs, an empty line is an empty list. */
	if (setting->list && !strcmp(value, "none"))
		value = "";
	err = fm_sysfs_write(fm_service_path(path, name, setting->file), value);
	if (!err || fm_missing_error(name, setting, err))
		return err;
	fm_error("%s: %s: %s: %s", name, setting->word,
		 value[0] ? value : "none",
		 fm_change_reason(setting, value, err, text, sizeof(text)));
	if (err == -EINVAL || err == -EOPNOTSUPP) {
		snprintf(text, sizeof(text), "%s: %s: ", name, setting->file);
		fm_reason_print(text);
	}
	return err;
}

/**
 * fm_service_set() - change settings of a service
 * @name: the service, a valid name
 * @value: the new values in the order of fm_settings; NULL for no change
 *
 * Return: 0 or -errno, explained.
 */
int fm_service_set(const char *name, const char *const value[])
{
	size_t i;
	int err;

	for (i = 0; i < fm_settings_count; i++) {
		if (!value[i])
			continue;
		err = fm_service_write(name, &fm_settings[i], value[i]);
		if (err)
			return err;
	}
	return 0;
}

/**
 * fm_service_create() - create a service, disabled, with defaults
 * @name: a valid name
 *
 * Return: 0 or -errno, explained.
 */
int fm_service_create(const char *name)
{
	int err = fm_sysfs_write("add", name);

	if (err == -EEXIST)
		fm_error("%s: exists already", name);
	else if (err == -ENOSPC)
		fm_error("%s: too many services (at most %d)", name,
			 FM_SERVICES_MAX);
	else if (err)
		fm_error("%s: %s", name, fm_service_reason(err));
	return err;
}

/**
 * fm_service_remove() - remove a service
 * @name: a valid name
 *
 * Return: 0 or -errno, explained.
 */
int fm_service_remove(const char *name)
{
	int err = fm_sysfs_write("remove", name);

	if (err)
		fm_error("%s: %s", name, fm_service_reason(err));
	return err;
}
