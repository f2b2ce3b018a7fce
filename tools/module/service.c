// SPDX-License-Identifier: GPL-2.0-only
/* Operations on services that explain themselves when they fail. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module/kernel_log.h"
#include "module/service.h"
#include "module/sysfs.h"
#include "verbs/call.h"

/**
 * ftpmark_service_reason() - what an error means to any part of a service
 * @err: the -errno
 *
 * Return: the reason, to be used at once.
 */
const char *ftpmark_service_reason(int err)
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
 * A file is missing with its service, or because tool and module are of
 * different age.
 */
static bool ftpmark_missing_error(const char *name,
				  const struct ftpmark_setting *setting,
				  int err)
{
	char *version;

	if (err != -ENOENT && err != -ENODEV)
		return false;

	if (err == -ENOENT && ftpmark_sysfs_exists(name)) {
		ftpmark_error("%s: %s: the loaded module has no such setting",
			      name, setting->word);
		if (!ftpmark_sysfs_module_version(&version)) {
			ftpmark_version_advice(version);
			free(version);
		}
	} else {
		ftpmark_error("%s: no such service", name);
	}
	return true;
}

static const char *ftpmark_change_reason(const struct ftpmark_change *change,
					 int err, char *text, size_t size)
{
	const struct ftpmark_setting *setting = change->setting;

	switch (err) {
	case -EINVAL:
		if (ftpmark_setting_is_enabled(setting) &&
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
		return ftpmark_service_reason(err);
	}
}

/**
 * ftpmark_service_explain() - tell why a setting was not changed
 * @name: the service, valid
 * @change: the setting and the value it was to have
 * @err: the -errno
 */
void ftpmark_service_explain(const char *name,
			     const struct ftpmark_change *change, int err)
{
	const char *value = change->value[0] ? change->value : "none";
	char text[256];

	if (ftpmark_missing_error(name, change->setting, err))
		return;
	ftpmark_error("%s: %s: %s: %s", name, change->setting->word, value,
		      ftpmark_change_reason(change, err, text, sizeof(text)));
	if (err != -EINVAL && err != -EEXIST && err != -EOPNOTSUPP)
		return;
	if (ftpmark_reason_find(name, change->setting->file, text,
				sizeof(text)))
		ftpmark_error("the kernel says: %s", text);
	else
		ftpmark_error("see the kernel log (dmesg) for the reason");
}

/**
 * ftpmark_service_create() - create a service, disabled, with defaults
 * @name: its name, valid
 *
 * Return: 0 or -errno, explained.
 */
int ftpmark_service_create(const char *name)
{
	const char *why;
	int err;

	err = ftpmark_sysfs_create(name);
	if (!err)
		return 0;

	if (err == -EEXIST)
		why = "exists already";
	else if (err == -ENOSPC)
		why = "too many services (at most 4096)";
	else
		why = ftpmark_service_reason(err);
	ftpmark_error("%s: %s", name, why);
	return err;
}

/**
 * ftpmark_service_remove() - remove a service
 * @name: its name, valid
 *
 * Return: 0 or -errno, explained.
 */
int ftpmark_service_remove(const char *name)
{
	int err;

	err = ftpmark_sysfs_remove(name);
	if (err)
		ftpmark_error("%s: %s", name, ftpmark_service_reason(err));
	return err;
}

/**
 * ftpmark_service_read() - read a setting
 * @name: the service, valid
 * @setting: the setting
 * @value: its text, to be freed by the caller
 *
 * Return: 0 or -errno, explained.
 */
int ftpmark_service_read(const char *name,
			 const struct ftpmark_setting *setting, char **value)
{
	int err;

	err = ftpmark_sysfs_read(name, setting->file, value);
	if (err && !ftpmark_missing_error(name, setting, err))
		ftpmark_error("%s: %s: %s", name, setting->word,
			      ftpmark_service_reason(err));
	return err;
}

/**
 * ftpmark_service_write() - change a setting
 * @name: the service, valid
 * @change: the setting and its new value
 *
 * Return: 0 or -errno, explained.
 */
int ftpmark_service_write(const char *name,
			  const struct ftpmark_change *change)
{
	int err;

	err = ftpmark_sysfs_write(name, change->setting->file, change->value);
	if (err)
		ftpmark_service_explain(name, change, err);
	return err;
}

/**
 * ftpmark_service_list() - the names of all services, in order
 * @names: the names, to be freed with ftpmark_sysfs_list_free()
 * @count: how many
 *
 * Return: 0 or -errno, explained.
 */
int ftpmark_service_list(char ***names, size_t *count)
{
	int err;

	err = ftpmark_sysfs_list(names, count);
	if (err)
		ftpmark_error("services: %s", ftpmark_service_reason(err));
	return err;
}

/**
 * ftpmark_signals_block() - let nothing interrupt a change half-way
 * @old: the signals blocked until now
 *
 * SIGPIPE too: a message nobody reads must not prevent what comes after it.
 */
void ftpmark_signals_block(sigset_t *old)
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
 * ftpmark_signals_restore() - a change is complete; take signals again
 * @old: what ftpmark_signals_block() stored
 */
void ftpmark_signals_restore(const sigset_t *old)
{
	sigprocmask(SIG_SETMASK, old, NULL);
}
