// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A builtin for the shell of the tests, which enters network namespaces itself.
 * Bash is GPL-3.0-or-later, so this file cannot be GPL-2.0-only.
 *
 *	netns enter NAME	enters NAME as "ip netns exec" does, and stays
 *	netns leave		goes back to where the last "enter" was called;
 *				the exit status stays what it was
 *	netns home		leaves all of them
 *	netns forget NAME	NAME is about to be deleted
 *	netns up		sets the device lo up
 *
 * All that enters a network namespace shares one mount namespace with it, where
 * "ip netns exec" makes a new one each time.
 */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <builtins.h>
#include <shell.h>
#include <common.h>

/* "$?", which bash's headers do not declare. */
extern int last_command_exit_value;

/* File descriptors of the tests are smaller. */
#define NETNS_FIRST_FD	200
#define NETNS_DEPTH		8

/**
 * struct netns_place - where the shell was before it entered a namespace
 * @net: file descriptor of the network namespace
 * @mnt: file descriptor of the mount namespace
 * @cwd: current directory
 */
struct netns_place {
	int net;
	int mnt;
	char cwd[PATH_MAX];
};

/**
 * struct netns_mounts - the mount namespace that goes with a network namespace
 * @next: of the list
 * @inode: of the network namespace, since a name may be used again
 * @fd: file descriptor of the mount namespace; its sysfs does not keep the
 *	network namespace alive
 * @name: of the network namespace
 */
struct netns_mounts {
	struct netns_mounts *next;
	ino_t inode;
	int fd;
	char name[];
};

static struct netns_place places[NETNS_DEPTH];
static int depth;
static struct netns_mounts *all_mounts;

/* Opens a file out of the way of the tests' own file descriptors. */
static int open_high(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), high;

	if (fd < 0)
		return -1;
	high = fcntl(fd, F_DUPFD_CLOEXEC, NETNS_FIRST_FD);
	close(fd);
	return high;
}

static void netns_forget(const char *name)
{
	struct netns_mounts **link = &all_mounts, *mounts;

	while ((mounts = *link)) {
		if (strcmp(mounts->name, name)) {
			link = &mounts->next;
			continue;
		}
		*link = mounts->next;
		close(mounts->fd);
		free(mounts);
	}
}

/* A copy of the mounts with the sysfs of the current network namespace. */
static int netns_mounts_create(const char *name, ino_t inode)
{
	size_t size = strlen(name) + 1;
	struct netns_mounts *mounts;

	if (unshare(CLONE_NEWNS) ||
	    mount("", "/", "none", MS_SLAVE | MS_REC, NULL) ||
	    umount2("/sys", MNT_DETACH) ||
	    mount(name, "/sys", "sysfs", 0, NULL))
		return -1;

	mounts = malloc(sizeof(*mounts) + size);
	if (!mounts)
		return -1;
	mounts->fd = open_high("/proc/self/ns/mnt");
	if (mounts->fd < 0) {
		free(mounts);
		return -1;
	}
	mounts->inode = inode;
	memcpy(mounts->name, name, size);
	mounts->next = all_mounts;
	all_mounts = mounts;
	return 0;
}

static int netns_mounts_enter(const char *name, ino_t inode)
{
	struct netns_mounts *mounts;

	for (mounts = all_mounts; mounts; mounts = mounts->next) {
		if (strcmp(mounts->name, name))
			continue;
		if (mounts->inode == inode)
			return setns(mounts->fd, CLONE_NEWNS);
		netns_forget(name);
		break;
	}
	return netns_mounts_create(name, inode);
}

/* The status is that of the command before, so that nobody has to keep it. */
static int netns_leave(void)
{
	int failed, status = last_command_exit_value;
	struct netns_place *place;

	if (depth == 0) {
		builtin_error("in no namespace");
		return EXECUTION_FAILURE;
	}
	place = &places[--depth];
	failed = setns(place->mnt, CLONE_NEWNS) ||
		 setns(place->net, CLONE_NEWNET) || chdir(place->cwd);
	if (failed)
		builtin_error("leave: %s", strerror(errno));
	close(place->net);
	close(place->mnt);
	return failed ? EXECUTION_FAILURE : status;
}

static int netns_enter(const char *name)
{
	struct netns_place *place = &places[depth];
	char path[PATH_MAX];
	struct stat stat;
	int net, failed;

	if (depth == NETNS_DEPTH) {
		builtin_error("%s: in too many namespaces", name);
		return EXECUTION_FAILURE;
	}
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	net = open(path, O_RDONLY | O_CLOEXEC);
	if (net < 0) {
		builtin_error("%s: %s", path, strerror(errno));
		return EXECUTION_FAILURE;
	}
	place->net = open_high("/proc/self/ns/net");
	place->mnt = open_high("/proc/self/ns/mnt");
	if (place->net < 0 || place->mnt < 0 ||
	    !getcwd(place->cwd, sizeof(place->cwd))) {
		builtin_error("%s: %s", name, strerror(errno));
		close(net);
		return EXECUTION_FAILURE;
	}

	depth++;
	failed = fstat(net, &stat) || setns(net, CLONE_NEWNET) ||
		 netns_mounts_enter(name, stat.st_ino) || chdir(place->cwd);
	if (failed)
		builtin_error("%s: %s", name, strerror(errno));
	/* The name alone keeps the namespace: a test may delete it. */
	close(net);
	if (!failed)
		return EXECUTION_SUCCESS;
	netns_leave();
	return EXECUTION_FAILURE;
}

/* What "ip link set lo up" does. */
static int netns_up(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int failed;

	failed = fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request);
	request.ifr_flags |= IFF_UP;
	failed = failed || ioctl(fd, SIOCSIFFLAGS, &request);
	if (failed)
		builtin_error("lo: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return failed ? EXECUTION_FAILURE : EXECUTION_SUCCESS;
}

static int netns_builtin(WORD_LIST *list)
{
	const char *verb = list ? list->word->word : "";
	const char *name = list && list->next ? list->next->word->word : NULL;

	if (!strcmp(verb, "enter") && name)
		return netns_enter(name);
	if (!strcmp(verb, "leave"))
		return netns_leave();
	if (!strcmp(verb, "home")) {
		while (depth > 0)
			netns_leave();
		return EXECUTION_SUCCESS;
	}
	if (!strcmp(verb, "up"))
		return netns_up();
	if (!strcmp(verb, "forget") && name) {
		netns_forget(name);
		return EXECUTION_SUCCESS;
	}
	builtin_usage();
	return EX_USAGE;
}

static char *const netns_doc[] = {
	"Enter and leave named network namespaces.",
	NULL
};

struct builtin netns_struct = {
	.name = "netns",
	.function = netns_builtin,
	.flags = BUILTIN_ENABLED,
	.long_doc = netns_doc,
	.short_doc = "netns enter NAME | leave | home | forget NAME | up",
};
