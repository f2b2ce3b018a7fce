/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_STATE_H
#define FTPMARK_STATE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>

#include "net.h"
#include "table.h"

struct ftpmark_sysfs;

/**
 * struct ftpmark_state - the state of a network namespace
 * @packets: what packets read; all the rest is slow path only
 * @lock: protects services, their settings, hooks, and publishing a table.
 *	Stores take it, so nothing that waits for a sysfs file may run under
 *	it.
 * @lifecycle: protects creating and removing services with their sysfs files;
 *	taken before @lock, and not by the stores of a service's own files
 * @services: in name order
 * @services_count: number of services
 * @hooks: hooks that are registered, bits of enum ftpmark_hook
 * @exiting: changes are refused, because the namespace goes away
 * @ops: the namespace's own copy of each hook, with .priv pointing to @packets
 * @clients: which VIPs clients use; created when a table first needs it, freed
 *	with the namespace
 * @retired: bytes of replaced tables that await a grace period, roughly
 * @sysfs: the namespace's files
 */
struct ftpmark_state {
	struct ftpmark_net packets;
	struct mutex lock;	/* services, settings, hooks, table */
	struct mutex lifecycle;	/* which services have files */
	struct list_head services;
	unsigned int services_count;
	unsigned long hooks;
	bool exiting;
	struct nf_hook_ops ops[FTPMARK_HOOK_COUNT];
	struct ftpmark_clients *clients;
	size_t retired;
	struct ftpmark_sysfs *sysfs;
};

extern unsigned int ftpmark_net_id;

struct ftpmark_state *ftpmark_netns(const struct net *net);

#endif
