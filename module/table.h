/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_TABLE_H
#define FTPMARK_TABLE_H

#include <linux/workqueue.h>

#include "clients.h"
#include "realserver.h"
#include "target.h"
#include "vips.h"

/*
 * Hooks, as bits; in pairs, IPv4 first. A table needs some of them. LOCAL_OUT
 * depends on IPVS, too, and samples are taken now and then.
 */
enum ftpmark_hook {
	FTPMARK_HOOK_MARK4,
	FTPMARK_HOOK_MARK6,
	FTPMARK_HOOK_NOTRACK4,
	FTPMARK_HOOK_NOTRACK6,
	FTPMARK_HOOK_IPVS4,
	FTPMARK_HOOK_IPVS6,
	FTPMARK_HOOK_NAT4,
	FTPMARK_HOOK_NAT6,
	FTPMARK_HOOK_LOCAL_IN4,
	FTPMARK_HOOK_LOCAL_IN6,
	FTPMARK_HOOK_LOCAL_OUT4,
	FTPMARK_HOOK_LOCAL_OUT6,
	FTPMARK_HOOK_SAMPLE4,
	FTPMARK_HOOK_SAMPLE6,
	FTPMARK_HOOK_FAST4,
	FTPMARK_HOOK_FAST6,
	FTPMARK_HOOK_LEARN4,
	FTPMARK_HOOK_LEARN6,
	FTPMARK_HOOK_COUNT,
};

struct ftpmark_leases;

/**
 * struct ftpmark_table - all enabled services of a namespace, for packets
 * @vips: where control and passive connections go; first, for the fast path
 * @realserver: by family (ftpmark_family()), where active data connections
 *	come from
 * @clients: what is remembered of clients; each memory is NULL while no
 *	service needs it, and owned by the namespace
 * @sessions: the control connections of clients, or NULL in a kernel without IPVS;
 *	owned by the namespace
 * @leases: the short way, or NULL while no service has it; owned by the
 *	namespace
 * @hooks: bits of enum ftpmark_hook that it needs
 * @targets: the services
 * @size: bytes of memory, with those of all parts
 * @retire: frees it after a grace period, when another table has replaced it
 *
 * Immutable once published.
 */
struct ftpmark_table {
	struct ftpmark_vips vips;
	struct ftpmark_realserver_set realserver[2];
	struct ftpmark_client_memories clients;
	struct ftpmark_sessions *sessions;
	struct ftpmark_leases *leases;
	unsigned long hooks;
	struct ftpmark_targets targets;
	size_t size;
	struct rcu_work retire;
};

extern struct ftpmark_table ftpmark_table_empty;

void ftpmark_table_destroy(struct ftpmark_table *table);

#endif
