// SPDX-License-Identifier: GPL-2.0-only
/* Enters a network namespace, with the /sys that belongs to it. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"
#include "module/namespace.h"

#define FM_NETNS_DIR "/run/netns"

static const char *fm_netns_reason(int err)
{
	switch (err) {
	case -ENOENT:
	case -ENOTDIR:
		return "no such network namespace";
	case -EINVAL:
		return "not a network namespace";
	case -EACCES:
	case -EPERM:
		return "entering a network namespace needs CAP_SYS_ADMIN";
	default:
		return strerror(-err);
	}
}

static int fm_netns_set(const char *netns)
{
	char path[PATH_MAX];
	int err = 0;
	int len;
	int fd;

	if (strchr(netns, '/'))
		len = snprintf(path, sizeof(path), "%s", netns);
	else
		len = snprintf(path, sizeof(path), FM_NETNS_DIR "/%s", netns);
	if (len < 0 || (size_t)len >= sizeof(path))
		return -ENAMETOOLONG;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (setns(fd, CLONE_NEWNET))
		err = -errno;
	close(fd);
	return err;
}

/*
 * A mount of sysfs always shows the namespace of the process that mounted it.
 * So this process gets its own mount namespace and mounts sysfs there. If the
 * old /sys can't be unmounted, the new one is mounted over it; over a read-only
 * one the kernel accepts only a read-only mount.
 */
static int fm_netns_mount(const char *netns)
{
	unsigned long flags = 0;
	struct statvfs stat;

	if (unshare(CLONE_NEWNS))
		return -errno;
	if (mount("", "/", "none", MS_SLAVE | MS_REC, NULL))
		return -errno;
	if (umount2("/sys", MNT_DETACH) && !statvfs("/sys", &stat) &&
	    (stat.f_flag & ST_RDONLY))
		flags |= MS_RDONLY;
	if (mount(netns, "/sys", "sysfs", flags, NULL))
		return -errno;
	return 0;
}

/**
 * fm_netns_enter() - move this process to another network namespace
 * @netns: a name below /run/netns, or a path if it has a slash
 *
 * Return: 0 or -errno, explained.
 */
int fm_netns_enter(const char *netns)
{
	int err;

	err = fm_netns_set(netns);
	if (err) {
		fm_error("%s: %s", netns, fm_netns_reason(err));
		return err;
	}
	err = fm_netns_mount(netns);
	if (err) {
		fm_error("%s: mounting its /sys: %s", netns, strerror(-err));
		return err;
	}
	return 0;
}
