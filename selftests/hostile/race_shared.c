// SPDX-License-Identifier: GPL-2.0-only
/* Shared by all threads of the race. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "race_shared.h"

atomic_bool ftpmark_race_stop;
struct ftpmark_race_count ftpmark_race_storm, ftpmark_race_namespaces;
struct ftpmark_race_count ftpmark_race_transactions;

/*
 * A process holds a transaction, not a thread: while one thread has one open, the
 * others must not write.
 */
static pthread_rwlock_t ftpmark_race_lock =
	PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

void ftpmark_race_die(const char *what)
{
	printf("failed: %s: %s\n", what, strerror(errno));
	exit(2);
}

__u32 ftpmark_race_random(__u32 *seed)
{
	/* Marsaglia's xorshift. */
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Before and after a thread's transaction. */
void ftpmark_race_enter(void)
{
	pthread_rwlock_wrlock(&ftpmark_race_lock);
}

void ftpmark_race_leave(void)
{
	pthread_rwlock_unlock(&ftpmark_race_lock);
}

int ftpmark_race_write(const char *path, const char *value)
{
	int err;

	pthread_rwlock_rdlock(&ftpmark_race_lock);
	err = ftpmark_race_write_in(path, value);
	pthread_rwlock_unlock(&ftpmark_race_lock);
	return err;
}

/*
 * Writes within a transaction, or in a process of its own. @path is below the
 * module's directory; a newline is added to @value.
 */
int ftpmark_race_write_in(const char *path, const char *value)
{
	char file[256], line[256];
	int fd, len, err = 0;

	snprintf(file, sizeof(file), FTPMARK_RACE_BASE "%s", path);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = snprintf(line, sizeof(line), "%s\n", value);
	if (write(fd, line, len) != len)
		err = -errno;
	close(fd);
	return err;
}
