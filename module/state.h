/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_STATE_H
#define FTPMARK_STATE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/rbtree.h>
#include <linux/workqueue.h>

#include "net.h"
#include "table.h"

struct ftpmark_sysfs;
struct pid;

/**
 * struct ftpmark_state - the state of a network namespace
 * @packets: what packets read; all the rest is slow path only
 * @lock: protects services, their settings, the transaction, hooks, and
 *	publishing a table. Stores take it, so nothing that waits for a sysfs
 *	file may run under it.
 * @lifecycle: protects creating and removing services with their sysfs files,
 *	and so beginning and ending a transaction; taken before @lock, and not
 *	by the stores of a service's own files
 * @services: in name order
 * @services_count: number of services, as the writer of a change sees them
 * @changed: services with a change that is not committed
 * @left: services out of @services whose files are still there
 * @reaper: removes the files of the services in @left, for those who can't wait
 *	for stores
 * @holder: the process that has a transaction open, or has left one; or NULL
 * @hooks: hooks that are registered, bits of enum ftpmark_hook
 * @exiting: changes are refused, because the namespace goes away
 * @ops: the namespace's own copy of each hook, with .priv pointing to @packets
 * @clients: what is remembered of clients; each memory is created when a table
 *	first needs it, and freed with the namespace
 * @sessions: control connections; the same
 * @leases: of the short way, while a service has it
 * @keep: keeps control connections in IPVS while data of their clients flows
 * @is_real_server: IPVS has given connections to this director itself
 * @local: notices that, and registers the hooks for it
 * @retired: bytes of replaced tables that await a grace period, at most
 * @sysfs: the namespace's files
 */
struct ftpmark_state {
	struct ftpmark_net packets;
	struct mutex lock;	/* services, settings, hooks, table */
	struct mutex lifecycle;	/* which services have files */
	struct rb_root services;
	unsigned int services_count;
	struct list_head changed;
	struct list_head left;
	struct work_struct reaper;
	struct pid *holder;
	unsigned long hooks;
	bool exiting;
	struct nf_hook_ops ops[FTPMARK_HOOK_COUNT];
	struct ftpmark_client_memories clients;
	struct ftpmark_sessions *sessions;
	struct ftpmark_leases *leases;
	struct delayed_work keep;
	bool is_real_server;
	struct work_struct local;
	size_t retired;
	struct ftpmark_sysfs *sysfs;
};

extern unsigned int ftpmark_net_id;

struct ftpmark_state *ftpmark_netns(const struct net *net);

#endif
