/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_RACE_SHARED_H
#define FTPMARK_RACE_SHARED_H

#include <stdatomic.h>
#include <stdnoreturn.h>

#include <linux/types.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define FTPMARK_RACE_BASE "/sys/kernel/nf_ftpmark/net/"

/* All threads end when it is set. */
extern atomic_bool ftpmark_race_stop;

/* How often a thing was done, and how often it was refused. */
struct ftpmark_race_count {
	atomic_ulong done;
	atomic_ulong refused;
};

extern struct ftpmark_race_count ftpmark_race_storm, ftpmark_race_namespaces;
extern struct ftpmark_race_count ftpmark_race_transactions;

int ftpmark_race_write(const char *path, const char *value);
int ftpmark_race_write_in(const char *path, const char *value);
void ftpmark_race_enter(void);
void ftpmark_race_leave(void);
__u32 ftpmark_race_random(__u32 *seed);
noreturn void ftpmark_race_die(const char *what);

#endif
