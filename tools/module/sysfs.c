// SPDX-License-Identifier: GPL-2.0-only
/* The module's sysfs tree. Each value is read or written in one system call. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "module/sysfs.h"

#define FM_SYSFS_ROOT "/sys/kernel/nf_ftpmark/net"
#define FM_SYSFS_IPVS "/sys/module/ip_vs"
#define FM_SYSFS_VERSION "/sys/module/nf_ftpmark/version"

static int fm_root = -1;

/*
 * FTPMARK_SYSFS names another tree to work on: one that a test has made, or one
 * that is mounted elsewhere.
 */
static const char *fm_sysfs_chosen(void)
{
	const char *root = secure_getenv("FTPMARK_SYSFS");

	return root && root[0] ? root : NULL;
}

/**
 * fm_sysfs_open() - find the module's tree
 *
 * Return: 0, -ENOENT if the module is not loaded, or another -errno.
 */
int fm_sysfs_open(void)
{
	if (fm_root < 0)
		fm_root = open(fm_sysfs_chosen() ?: FM_SYSFS_ROOT,
			       O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fm_root < 0 || faccessat(fm_root, "services", F_OK, 0) ?
	       -errno : 0;
}

/**
 * fm_sysfs_open_file() - open a file of the tree
 * @path: the file
 * @flags: those of open(2)
 *
 * Return: a file descriptor or -errno.
 */
int fm_sysfs_open_file(const char *path, int flags)
{
	int fd = openat(fm_root, path, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int fm_file_read(int dir, const char *path, char **value)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	char line[FM_VALUE_MAX + 2];
	ssize_t len;
	int err;

	if (fd < 0)
		return -errno;
	len = read(fd, line, sizeof(line) - 1);
	err = len < 0 ? -errno : 0;
	close(fd);
	if (err)
		return err;
	while (len > 0 && line[len - 1] == '\n')
		len--;
	*value = strndup(line, len);
	return *value ? 0 : -ENOMEM;
}

/**
 * fm_sysfs_read() - read a file
 * @path: the file; an absolute path is not below the tree
 * @value: its text without the newline; the caller frees it
 *
 * Return: 0 or -errno.
 */
int fm_sysfs_read(const char *path, char **value)
{
	return fm_file_read(fm_root, path, value);
}

/**
 * fm_sysfs_write() - write a file
 * @path: the file
 * @value: the text, without a newline
 *
 * For the module each write(2) is a whole value. So a short write is an error,
 * and no second write follows. sysfs ignores O_TRUNC, which is for plain files
 * of a test.
 *
 * Return: 0 or -errno.
 */
int fm_sysfs_write(const char *path, const char *value)
{
	char line[FM_VALUE_MAX + 2];
	ssize_t done;
	int err = 0;
	int len;
	int fd;

	len = snprintf(line, sizeof(line), "%s\n", value);
	if (len < 0 || (size_t)len >= sizeof(line))
		return -E2BIG;
	fd = fm_sysfs_open_file(path, O_WRONLY | O_TRUNC);
	if (fd < 0)
		return fd;
	done = write(fd, line, len);
	if (done < 0)
		err = -errno;
	else if (done != len)
		err = -EIO;
	close(fd);
	return err;
}

/**
 * fm_service_path() - make the path of a file of a service
 * @path: room for it
 * @name: the service, a valid name
 * @file: the file, or "" for the service's directory
 *
 * Return: @path.
 */
const char *fm_service_path(char path[FM_PATH_MAX], const char *name,
			    const char *file)
{
	snprintf(path, FM_PATH_MAX, "services/%s/%s", name, file);
	return path;
}

/**
 * fm_sysfs_exists() - does a service exist
 * @name: a valid name
 *
 * Return: true if it does.
 */
bool fm_sysfs_exists(const char *name)
{
	char path[FM_PATH_MAX];

	return !faccessat(fm_root, fm_service_path(path, name, ""), F_OK, 0);
}

/**
 * fm_service_open() - open the directory of a service
 * @name: a valid name
 *
 * Return: a file descriptor or -errno.
 */
int fm_service_open(const char *name)
{
	char path[FM_PATH_MAX];

	return fm_sysfs_open_file(fm_service_path(path, name, ""),
				  O_PATH | O_DIRECTORY);
}

/**
 * fm_service_read() - read a file of a service
 * @service: what fm_service_open() returned
 * @file: the file
 * @value: its text without the newline, which the caller frees; NULL if the
 *	loaded module, which is older, has no such file
 *
 * Return: 0 or -errno: -ENOENT or -ENODEV if the service has been removed.
 */
int fm_service_read(int service, const char *file, char **value)
{
	int err = fm_file_read(service, file, value);

	if (err != -ENOENT ||
	    faccessat(service, fm_settings[FM_ENABLED].file, F_OK, 0))
		return err;
	*value = NULL;
	return 0;
}

/**
 * fm_sysfs_foreign() - is /sys that of another network namespace
 *
 * A mount of sysfs shows the namespace of the process that mounted it. A tree
 * that FTPMARK_SYSFS names may be any.
 *
 * Return: true if it is known to be another's.
 */
bool fm_sysfs_foreign(void)
{
	struct stat ours;
	bool foreign;
	char *netns;

	if (fm_sysfs_chosen() || stat("/proc/self/ns/net", &ours) ||
	    fm_sysfs_read("netns", &netns))
		return false;
	foreign = strtoull(netns, NULL, 10) != ours.st_ino;
	free(netns);
	return foreign;
}

/**
 * fm_sysfs_module_version() - read the version of the loaded module
 * @version: its text; the caller frees it
 *
 * Return: 0 or -errno.
 */
int fm_sysfs_module_version(char **version)
{
	return fm_sysfs_read(FM_SYSFS_VERSION, version);
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
