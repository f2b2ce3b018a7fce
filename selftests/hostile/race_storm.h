/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_RACE_STORM_H
#define FTPMARK_RACE_STORM_H

/* Marks of services that anybody may change have this in their upper half. */
#define FTPMARK_STORM_MARK 0x57000000u

void *ftpmark_storm_thread(void *seed);
void *ftpmark_namespaces_thread(void *seed);
void *ftpmark_transactions_thread(void *seed);

#endif
