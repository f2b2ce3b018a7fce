/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_NET_H
#define FTPMARK_NET_H

#include <linux/compiler.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>

struct ftpmark_flows;
struct ftpmark_table;

/**
 * struct ftpmark_net - what packets read of a network namespace
 * @table: the published table; never NULL while a hook can run
 * @net: the namespace
 * @ipvs_lock: serializes entering active data connections into IPVS; taken
 *	with softirqs off
 * @flows: data connections that samples have met; never NULL while one is taken
 *
 * Each hook of the namespace has this as its .priv. @table comes first, so
 * that the fast path reads it without an offset.
 */
struct ftpmark_net {
	struct ftpmark_table __rcu *table;
	struct net *net;
	spinlock_t ipvs_lock;	/* entering connections into IPVS */
	struct ftpmark_flows *flows;
};

#endif
