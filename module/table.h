/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_TABLE_H
#define FTPMARK_TABLE_H

#include <linux/rcupdate.h>

#include "realserver.h"
#include "target.h"
#include "vips.h"

/* Hooks that a table needs, as bits; in pairs, IPv4 first. */
enum ftpmark_hook {
	FTPMARK_HOOK_MARK4,
	FTPMARK_HOOK_MARK6,
	FTPMARK_HOOK_NOTRACK4,
	FTPMARK_HOOK_NOTRACK6,
	FTPMARK_HOOK_IPVS4,
	FTPMARK_HOOK_IPVS6,
	FTPMARK_HOOK_NAT4,
	FTPMARK_HOOK_NAT6,
	FTPMARK_HOOK_COUNT,
};

/**
 * struct ftpmark_table - all enabled services of a namespace, for packets
 * @vips: where control and passive connections go; first, for the fast path
 * @realserver: by family (ftpmark_family()), where active data connections
 *	come from
 * @clients: which VIPs clients use, or NULL while no connection could come
 *	from more than one VIP; owned by the namespace
 * @hooks: bits of enum ftpmark_hook
 * @targets: the services
 * @size: bytes of memory, roughly
 * @rcu: for the grace period after another table replaced it
 *
 * Immutable once published.
 */
struct ftpmark_table {
	struct ftpmark_vips vips;
	struct ftpmark_realserver_set realserver[2];
	struct ftpmark_clients *clients;
	unsigned long hooks;
	struct ftpmark_targets targets;
	size_t size;
	struct rcu_head rcu;
};

extern struct ftpmark_table ftpmark_table_empty;

void ftpmark_table_destroy(struct ftpmark_table *table);

#endif
