/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_NETNS_H
#define FTPMARK_NETNS_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>

#include "table.h"

struct ftpmark_sysfs;

/**
 * struct ftpmark_net - the state of a network namespace
 * @table: what packets read; never NULL while a hook can run
 * @net: the namespace
 * @lock: services, their settings, hooks, and publishing a table. Nothing that
 *	waits for a sysfs file may run under it, since stores take it.
 * @lifecycle: creating and removing services with their sysfs files; taken
 *	before @lock, and by no store of a service's own files
 * @services: in name order
 * @services_count: number of services
 * @hooks: hooks that are registered, bits of enum ftpmark_hook
 * @exiting: no change is taken any more
 * @ops: hooks, with the namespace as their argument
 * @ipvs_lock: entering active data connections into IPVS; taken with softirqs
 *	off
 * @clients: which VIPs clients use; made when a table first needs it, kept to
 *	the end
 * @retired: bytes of tables waiting for the end of a grace period, roughly
 * @sysfs: the namespace's files
 */
struct ftpmark_net {
	struct ftpmark_table __rcu *table;
	struct net *net;
	struct mutex lock;	/* services, settings, hooks, table */
	struct mutex lifecycle;	/* which services have files */
	struct list_head services;
	unsigned int services_count;
	unsigned long hooks;
	bool exiting;
	struct nf_hook_ops ops[FTPMARK_HOOK_PLAIN_COUNT];
	spinlock_t ipvs_lock;	/* entering connections into IPVS */
	struct ftpmark_clients *clients;
	size_t retired;
	struct ftpmark_sysfs *sysfs;
};

int ftpmark_netns_init(void);
void ftpmark_netns_exit(void);
struct ftpmark_net *ftpmark_netns(const struct net *net);
int ftpmark_netns_publish(struct ftpmark_net *ns,
			  struct ftpmark_refusal *refusal);

#endif
