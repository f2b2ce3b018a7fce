// SPDX-License-Identifier: GPL-2.0-only
/* Operations on services, which tell the operator why they failed. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
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

static const char *fm_change_reason(const struct fm_change *change,
				    int err, char *text, size_t size)
{
	const struct fm_setting *setting = change->setting;

	switch (err) {
	case -EINVAL:
		if (fm_setting_is_enabled(setting) &&
		    !strcmp(change->value, "1"))
			return "the service has no vip";
		if (!change->value[0])
			return "must not be empty";
		snprintf(text, size, "not %s", setting->takes);
		return text;
	case -EEXIST:
		return "another enabled service has the same address and port";
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

/**
 * fm_service_explain() - print why a setting was not changed
 * @name: the service, a valid name
 * @change: the setting and its new value
 * @err: the -errno
 */
void fm_service_explain(const char *name,
			const struct fm_change *change, int err)
{
	const char *value = change->value[0] ? change->value : "none";
	char text[256];

	if (fm_missing_error(name, change->setting, err))
		return;
	fm_error("%s: %s: %s: %s", name, change->setting->word, value,
		 fm_change_reason(change, err, text, sizeof(text)));
	if (err != -EINVAL && err != -EEXIST && err != -EOPNOTSUPP)
		return;
	if (fm_reason_find(name, change->setting->file, text, sizeof(text)))
		fm_error("the kernel says: %s", text);
	else
		fm_error("see the kernel log (dmesg) for the reason");
}

/**
 * fm_service_create() - create a service, disabled, with defaults
 * @name: a valid name
 *
 * Return: 0 or -errno, explained.
 */
int fm_service_create(const char *name)
{
	const char *why;
	int err;

	err = fm_sysfs_create(name);
	if (!err)
		return 0;

	if (err == -EEXIST)
		why = "exists already";
	else if (err == -ENOSPC)
		why = "too many services (at most 4096)";
	else
		why = fm_service_reason(err);
	fm_error("%s: %s", name, why);
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
	int err;

	err = fm_sysfs_remove(name);
	if (err)
		fm_error("%s: %s", name, fm_service_reason(err));
	return err;
}

/**
 * fm_service_read() - read a setting
 * @name: the service, a valid name
 * @setting: the setting
 * @value: its text; the caller frees it
 *
 * Return: 0 or -errno, explained.
 */
int fm_service_read(const char *name,
		    const struct fm_setting *setting, char **value)
{
	int err;

	err = fm_sysfs_read(name, setting->file, value);
	if (err && !fm_missing_error(name, setting, err))
		fm_error("%s: %s: %s", name, setting->word,
			 fm_service_reason(err));
	return err;
}

/**
 * fm_service_write() - change a setting
 * @name: the service, a valid name
 * @change: the setting and its new value
 *
 * Return: 0 or -errno, explained.
 */
int fm_service_write(const char *name, const struct fm_change *change)
{
	int err;

	err = fm_sysfs_write(name, change->setting->file, change->value);
	if (err)
		fm_service_explain(name, change, err);
	return err;
}

/**
 * fm_service_list() - list the names of all services, in order
 * @names: the names; the caller frees them with fm_sysfs_list_free()
 * @count: number of names
 *
 * Return: 0 or -errno, explained.
 */
int fm_service_list(char ***names, size_t *count)
{
	int err;

	err = fm_sysfs_list(names, count);
	if (err)
		fm_error("services: %s", fm_service_reason(err));
	return err;
}

/**
 * fm_signals_block() - keep signals from interrupting a change
 * @old: the signals that were blocked before
 *
 * This includes SIGPIPE: a message that nobody reads must not end a change.
 */
void fm_signals_block(sigset_t *old)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGPIPE);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, old);
}

/**
 * fm_signals_restore() - accept signals again after a change
 * @old: the value from fm_signals_block()
 */
void fm_signals_restore(const sigset_t *old)
{
	sigprocmask(SIG_SETMASK, old, NULL);
}
