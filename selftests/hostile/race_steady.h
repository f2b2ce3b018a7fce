/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_RACE_STEADY_H
#define FTPMARK_RACE_STEADY_H

#include <stdbool.h>

#include <linux/types.h>

#define FTPMARK_STEADY_MAX 2

void ftpmark_steady_start(unsigned int number, __u32 seed, const char *unload,
			  const char *load);
void *ftpmark_steady_thread(void *number);
unsigned int ftpmark_steady_there(unsigned int number);
bool ftpmark_steady_mark_is(unsigned int number, unsigned int since,
			    bool second, __u16 port, __u32 mark);
unsigned long ftpmark_steady_reloads(void);

#endif
