// SPDX-License-Identifier: GPL-2.0-only
/* The module's sysfs tree. Each value is read or written in one system call. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/words.h"
#include "module/sysfs.h"

#define FM_SYSFS_ROOT "/sys/kernel/nf_ftpmark/net"
#define FM_SYSFS_IPVS "/sys/module/ip_vs"
#define FM_SYSFS_VERSION "/sys/module/nf_ftpmark/version"

static int fm_path_check(int length)
{
	if (length < 0)
		return -EINVAL;
	return length < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/*
 * FTPMARK_SYSFS names another tree to work on: one that a test has made, or one
 * that is mounted elsewhere.
 */
static const char *fm_sysfs_root(void)
{
	const char *root = secure_getenv("FTPMARK_SYSFS");

	return root && root[0] ? root : FM_SYSFS_ROOT;
}

static int fm_sysfs_path(char *path, const char *file)
{
	return fm_path_check(snprintf(path, PATH_MAX, "%s/%s",
				      fm_sysfs_root(), file));
}

static int fm_service_path(char *path, const char *name, const char *file)
{
	return fm_path_check(snprintf(path, PATH_MAX, "%s/services/%s/%s",
				      fm_sysfs_root(), name, file));
}

/*
 * For the module each write(2) is a whole value. So a short write is an error,
 * and no second write follows. sysfs ignores O_TRUNC, which is for plain files
 * of a test.
 */
static int fm_file_write(const char *path, const char *value)
{
	char line[FM_VALUE_MAX + 2];
	ssize_t done;
	int err = 0;
	int len;
	int fd;

	len = snprintf(line, sizeof(line), "%s\n", value);
	if (len < 0 || (size_t)len >= sizeof(line))
		return -E2BIG;

	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	done = write(fd, line, len);
	if (done < 0)
		err = -errno;
	else if (done != len)
		err = -EIO;
	close(fd);
	return err;
}

static int fm_file_read(const char *path, char **value)
{
	char line[FM_VALUE_MAX + 2];
	ssize_t len;
	int err;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, line, sizeof(line) - 1);
	err = len < 0 ? -errno : 0;
	close(fd);
	if (err)
		return err;

	while (len > 0 && line[len - 1] == '\n')
		len--;
	line[len] = '\0';
	*value = strdup(line);
	return *value ? 0 : -ENOMEM;
}

/**
 * fm_sysfs_open() - check that the module's tree exists
 *
 * Return: 0, -ENOENT if the module is not loaded, or another -errno.
 */
int fm_sysfs_open(void)
{
	char path[PATH_MAX];
	int err;

	err = fm_sysfs_path(path, "services");
	if (err)
		return err;
	return access(path, F_OK) ? -errno : 0;
}

/**
 * fm_sysfs_create() - create a service, disabled, with defaults
 * @name: a valid name
 *
 * Return: 0 or -errno.
 */
int fm_sysfs_create(const char *name)
{
	char path[PATH_MAX];
	int err;

	err = fm_sysfs_path(path, "add");
	return err ? err : fm_file_write(path, name);
}

/**
 * fm_sysfs_remove() - remove a service
 * @name: a valid name
 *
 * Return: 0 or -errno.
 */
int fm_sysfs_remove(const char *name)
{
	char path[PATH_MAX];
	int err;

	err = fm_sysfs_path(path, "remove");
	return err ? err : fm_file_write(path, name);
}

/**
 * fm_sysfs_exists() - does a service exist
 * @name: a valid name
 *
 * Return: true if it does.
 */
bool fm_sysfs_exists(const char *name)
{
	char path[PATH_MAX];

	if (fm_service_path(path, name, ""))
		return false;
	return !access(path, F_OK);
}

/**
 * fm_sysfs_read() - read one file of a service
 * @name: the service, a valid name
 * @file: the file
 * @value: its text without the newline; the caller frees it
 *
 * Return: 0 or -errno.
 */
int fm_sysfs_read(const char *name, const char *file, char **value)
{
	char path[PATH_MAX];
	int err;

	err = fm_service_path(path, name, file);
	return err ? err : fm_file_read(path, value);
}

/**
 * fm_sysfs_write() - write one file of a service
 * @name: the service, a valid name
 * @file: the file
 * @value: the text, without a newline
 *
 * Return: 0 or -errno.
 */
int fm_sysfs_write(const char *name, const char *file, const char *value)
{
	char path[PATH_MAX];
	int err;

	err = fm_service_path(path, name, file);
	return err ? err : fm_file_write(path, value);
}

static int fm_list_append(char ***names, size_t *count, const char *name)
{
	char **grown;

	grown = realloc(*names, (*count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	*names = grown;
	grown[*count] = strdup(name);
	if (!grown[*count])
		return -ENOMEM;
	++*count;
	return 0;
}

static int fm_list_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int fm_list_fill(DIR *dir, char ***names, size_t *count)
{
	struct dirent *entry;
	int err;

	while (errno = 0, (entry = readdir(dir))) {
		if (!fm_name_valid(entry->d_name))
			continue;
		err = fm_list_append(names, count, entry->d_name);
		if (err)
			return err;
	}
	return -errno;
}

/**
 * fm_sysfs_list() - list the names of all services, in order
 * @names: the names; the caller frees them with fm_sysfs_list_free()
 * @count: number of names
 *
 * Return: 0 or -errno.
 */
int fm_sysfs_list(char ***names, size_t *count)
{
	char path[PATH_MAX];
	DIR *dir;
	int err;

	*names = NULL;
	*count = 0;
	err = fm_sysfs_path(path, "services");
	if (err)
		return err;
	dir = opendir(path);
	if (!dir)
		return -errno;
	err = fm_list_fill(dir, names, count);
	closedir(dir);
	if (err) {
		fm_sysfs_list_free(*names, *count);
		return err;
	}
	if (*count)
		qsort(*names, *count, sizeof(**names), fm_list_compare);
	return 0;
}

/**
 * fm_sysfs_list_free() - free a list of names
 * @names: the names
 * @count: number of names
 */
void fm_sysfs_list_free(char **names, size_t count)
{
	while (count)
		free(names[--count]);
	free(names);
}

/**
 * fm_sysfs_module_version() - read the version of the loaded module
 * @version: its text; the caller frees it
 *
 * Return: 0 or -errno.
 */
int fm_sysfs_module_version(char **version)
{
	return fm_file_read(FM_SYSFS_VERSION, version);
}

/**
 * fm_sysfs_module_has_ipvs() - was the module built for IPVS
 *
 * If it was, it needs IPVS, so IPVS exists: as a module with nf_ftpmark among
 * its holders, or built in, without holders.
 *
 * Return: true if it was.
 */
bool fm_sysfs_module_has_ipvs(void)
{
	if (access(FM_SYSFS_IPVS, F_OK))
		return false;
	return access(FM_SYSFS_IPVS "/holders", F_OK) ||
	       !access(FM_SYSFS_IPVS "/holders/nf_ftpmark", F_OK);
}
