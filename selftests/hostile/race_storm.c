// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random changes: all threads add, change and remove the same services at once,
 * and namespaces come and go. Refusals are counted; the kernel only has to
 * survive, and every write has to end.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "race_shared.h"
#include "race_storm.h"

/* No other service has these addresses. */
static const struct {
	const char *name;
	unsigned int count;
	const char *value[7];
} ftpmark_files[] = {
	{ "vip", 6, { "", "192.0.2.1", "192.0.2.2", "192.0.2",
		      "192.0.2.1 2001:db8:57::192.0.2.1",
		      "2001:db8:57::192.0.2.2 192.0.2.3 192.0.2.1" } },
	{ "control_ports", 4, { "21", "21 990 2121", "0", "" } },
	{ "passive_ports", 5, { "10000-20000", "20 21", "1-65535", "0", "" } },
	{ "active_ports", 5, { "20", "20 2120", "1-65535", "0", "" } },
	{ "real_servers", 4, { "", "10.0.0.0/24", "10.0.0.0/8 10.0.0.1",
			       "10.0.0.0/24 2001:db8:57::a00:0/120" } },
	{ "active", 4, { "ipvs", "snat", "masquerade", "off" } },
	{ "on_marked", 2, { "keep", "overwrite" } },
	{ "notrack", 2, { "0", "1" } },
	{ "passive_from", 2, { "anyone", "clients" } },
	{ "fast", 2, { "0", "1" } },
	/* It is changed twice as often, and more often to on than to off. */
	{ "enabled", 3, { "0", "1", "1" } },
	{ "enabled", 3, { "0", "1", "1" } },
};

static void ftpmark_storm_count(int err)
{
	atomic_fetch_add(err ? &ftpmark_race_storm.refused :
			       &ftpmark_race_storm.done, 1);
}

static void ftpmark_storm_read(const char *service, const char *file)
{
	char path[256], page[4096];
	int fd;

	snprintf(path, sizeof(path), FTPMARK_RACE_BASE "services/%s/%s",
		 service, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ftpmark_storm_count(fd < 0 || read(fd, page, sizeof(page)) < 0);
	if (fd >= 0)
		close(fd);
}

/* Writes one of the values, or a mark, which has too many to list. */
static void ftpmark_storm_set(const char *service, __u32 *seed)
{
	unsigned int file = ftpmark_race_random(seed) %
			    (ARRAY_SIZE(ftpmark_files) + 1);
	char path[256], mark[16];

	if (file == ARRAY_SIZE(ftpmark_files)) {
		snprintf(path, sizeof(path), "services/%s/mark", service);
		snprintf(mark, sizeof(mark), "0x%x", FTPMARK_STORM_MARK |
			 (ftpmark_race_random(seed) & 0xffff));
		ftpmark_storm_count(ftpmark_race_write(path, mark));
		return;
	}
	snprintf(path, sizeof(path), "services/%s/%s", service,
		 ftpmark_files[file].name);
	ftpmark_storm_count(ftpmark_race_write(path,
					       ftpmark_files[file].value
					       [ftpmark_race_random(seed) %
						ftpmark_files[file].count]));
}

static void ftpmark_storm_step(__u32 *seed)
{
	char service[] = "storm0";
	__u32 chance = ftpmark_race_random(seed) % 100;

	service[5] += ftpmark_race_random(seed) % 4;
	if (chance < 10)
		ftpmark_storm_count(ftpmark_race_write("add", service));
	else if (chance < 15)
		ftpmark_storm_count(ftpmark_race_write("remove", service));
	else if (chance < 25)
		ftpmark_storm_read(service, "stats/bytes");
	else if (chance < 35)
		ftpmark_storm_read(service, "vip");
	else
		ftpmark_storm_set(service, seed);
}

void *ftpmark_storm_thread(void *seed)
{
	while (!atomic_load(&ftpmark_race_stop))
		ftpmark_storm_step(seed);
	return NULL;
}

static void ftpmark_storm_write_in(const char *service, __u32 *seed)
{
	unsigned int file = ftpmark_race_random(seed) %
			    ARRAY_SIZE(ftpmark_files);
	char path[256];

	snprintf(path, sizeof(path), "services/%s/%s", service,
		 ftpmark_files[file].name);
	ftpmark_race_write_in(path, ftpmark_files[file].value
			      [ftpmark_race_random(seed) %
			       ftpmark_files[file].count]);
}

/*
 * Runs in a process of its own, which may die with a transaction open. Returns
 * whether one was committed.
 */
static bool ftpmark_transaction_live(__u32 *seed)
{
	unsigned int end = ftpmark_race_random(seed) % 4;
	unsigned int i, steps = ftpmark_race_random(seed) % 30;

	if (ftpmark_race_write_in("transaction", "open"))
		return false;
	for (i = 0; i < steps; i++) {
		char service[] = "storm0";
		__u32 chance = ftpmark_race_random(seed) % 10;

		service[5] += ftpmark_race_random(seed) % 4;
		if (chance < 2)
			ftpmark_race_write_in("add", service);
		else if (chance < 4)
			ftpmark_race_write_in("remove", service);
		else
			ftpmark_storm_write_in(service, seed);
	}
	if (end < 2)
		return !ftpmark_race_write_in("transaction", "commit");
	if (end == 2)
		ftpmark_race_write_in("transaction", "discard");
	return false;
}

void *ftpmark_transactions_thread(void *seed)
{
	while (!atomic_load(&ftpmark_race_stop)) {
		int status;
		pid_t pid;

		ftpmark_race_random(seed);
		pid = fork();
		if (!pid)
			_exit(!ftpmark_transaction_live(seed));
		if (pid < 0 || waitpid(pid, &status, 0) < 0)
			ftpmark_race_die("fork");
		atomic_fetch_add(status ? &ftpmark_race_transactions.refused :
					  &ftpmark_race_transactions.done, 1);
	}
	return NULL;
}

/* Runs in a process of its own; the namespace ends with it. */
static int ftpmark_namespace_live(__u32 *seed)
{
	static const char *const setting[][2] = {
		{ "add", "ftp" },
		{ "services/ftp/vip", "192.0.2.1 192.0.2.2 2001:db8:57::1" },
		{ "services/ftp/real_servers", "10.0.0.0/8 2001:db8:a::/64" },
		{ "services/ftp/notrack", "1" },
		{ "services/ftp/passive_from", "clients" },
		{ "services/ftp/enabled", "1" },
		{ "services/ftp/mark", "22" },
		{ "services/ftp/enabled", "0" },
		{ "transaction", "open" },
		{ "services/ftp/mark", "23" },
	};
	static const char *const active[] = {
		"ipvs", "snat", "masquerade", "off",
	};
	/* Some namespaces end with the service enabled, or a transaction open. */
	size_t i, count = 5 + ftpmark_race_random(seed) % 6;

	if (unshare(CLONE_NEWNET | CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("sysfs", "/sys", "sysfs", 0, NULL))
		return 1;
	for (i = 0; i < count; i++) {
		if (ftpmark_race_write_in(setting[i][0], setting[i][1]))
			return 2;
		if (i == 1)
			ftpmark_race_write_in("services/ftp/active",
					      active[*seed % 4]);
	}
	return 0;
}

void *ftpmark_namespaces_thread(void *seed)
{
	while (!atomic_load(&ftpmark_race_stop)) {
		int status;
		pid_t pid;

		ftpmark_race_random(seed);
		pid = fork();
		if (!pid)
			_exit(ftpmark_namespace_live(seed));
		if (pid < 0 || waitpid(pid, &status, 0) < 0)
			ftpmark_race_die("fork");
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			atomic_fetch_add(&ftpmark_race_namespaces.done, 1);
		else
			atomic_fetch_add(&ftpmark_race_namespaces.refused, 1);
	}
	return NULL;
}
