/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_RACE_H
#define FTPMARK_RACE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>

#include <linux/types.h>

#define FTPMARK_RACE_BASE "/sys/kernel/nf_ftpmark/net/"

/* Marks of services that anybody may change have this in their upper half. */
#define FTPMARK_STORM_MARK 0x57000000u

#define FTPMARK_STEADY_MAX 2

/* All threads end when it is set. */
extern atomic_bool ftpmark_race_stop;

/* How often a thing was done, and how often it was refused. */
struct ftpmark_race_count {
	atomic_ulong done;
	atomic_ulong refused;
};

extern struct ftpmark_race_count ftpmark_race_storm, ftpmark_race_namespaces;

int ftpmark_race_write(const char *path, const char *value);
__u32 ftpmark_race_random(__u32 *seed);
noreturn void ftpmark_race_die(const char *what);

void ftpmark_steady_start(unsigned int number, __u32 seed, const char *unload,
			  const char *load);
void *ftpmark_steady_thread(void *number);
unsigned int ftpmark_steady_there(unsigned int number);
bool ftpmark_steady_mark_is(unsigned int number, unsigned int since,
			    bool second, __u16 port, __u32 mark);
unsigned long ftpmark_steady_reloads(void);

void *ftpmark_storm_thread(void *seed);
void *ftpmark_namespaces_thread(void *seed);

#endif
