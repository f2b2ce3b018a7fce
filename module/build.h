/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_BUILD_H
#define FTPMARK_BUILD_H

#include <linux/types.h>

struct ftpmark_client_memories;
struct ftpmark_leases;
struct ftpmark_refusal;
struct ftpmark_sessions;
struct ftpmark_source;
struct ftpmark_table;

struct ftpmark_table *
ftpmark_table_create(const struct ftpmark_source *sources, u32 count,
		     struct ftpmark_client_memories *clients,
		     struct ftpmark_sessions **sessions,
		     struct ftpmark_leases **leases,
		     struct ftpmark_refusal *refusal);

#endif
