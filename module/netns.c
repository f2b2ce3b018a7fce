// SPDX-License-Identifier: GPL-2.0-only
/* Network namespaces: setting up their state, and cleaning it up. */
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <net/net_namespace.h>

#include "clients.h"
#include "hooks.h"
#include "keep.h"
#include "lease.h"
#include "local.h"
#include "netns.h"
#include "sessions.h"
#include "state.h"
#include "sysfs.h"

static int __net_init ftpmark_netns_setup(struct net *net)
{
	struct ftpmark_state *ns = ftpmark_netns(net);

	ns->packets.net = net;
	ns->clients.net = net;
	spin_lock_init(&ns->packets.ipvs_lock);
	RCU_INIT_POINTER(ns->packets.table, &ftpmark_table_empty);
	mutex_init(&ns->lock);
	mutex_init(&ns->lifecycle);
	ns->services = RB_ROOT;
	INIT_LIST_HEAD(&ns->changed);
	INIT_LIST_HEAD(&ns->left);
	ftpmark_hooks_init(ns);
	ftpmark_keep_init(ns);
	ftpmark_local_init(ns);
	return ftpmark_sysfs_create(ns);
}

/*
 * A grace period lies between this and ftpmark_netns_cleanup(), after which no
 * packet is in a hook.
 */
static void __net_exit ftpmark_netns_stop(struct net *net)
{
	struct ftpmark_state *ns = ftpmark_netns(net);

	mutex_lock(&ns->lock);
	ns->exiting = true;
	ftpmark_hooks_del(ns, ~0ul);
	mutex_unlock(&ns->lock);
	ftpmark_keep_stop(ns);
}

static void __net_exit ftpmark_netns_cleanup(struct net *net)
{
	struct ftpmark_state *ns = ftpmark_netns(net);

	/* Waits for the last store; after it none can start. */
	ftpmark_sysfs_destroy(ns);
	put_pid(ns->holder);
	ftpmark_local_stop(ns);
	ftpmark_table_destroy(rcu_dereference_protected(ns->packets.table,
							true));
	ftpmark_clients_destroy(ns->clients.seen);
	ftpmark_clients_destroy(ns->clients.connected);
	ftpmark_sessions_destroy(ns->sessions);
	/* The routes in them go ahead of the namespace's routing. */
	ftpmark_leases_destroy(ns->leases);
	ftpmark_keep_destroy(ns);
}

static struct pernet_operations ftpmark_netns_ops = {
	.init		= ftpmark_netns_setup,
	.pre_exit	= ftpmark_netns_stop,
	.exit		= ftpmark_netns_cleanup,
	.id		= &ftpmark_net_id,
	.size		= sizeof(struct ftpmark_state),
};

/**
 * ftpmark_netns_init - set up all namespaces, now and to come
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int ftpmark_netns_init(void)
{
	int err;

	err = register_pernet_subsys(&ftpmark_netns_ops);
	/*
	 * If a namespace failed, a service may have come and gone in another
	 * one that was set up before: wait until our code has freed it.
	 */
	if (err)
		rcu_barrier();
	return err;
}

/**
 * ftpmark_netns_exit - undo ftpmark_netns_init()
 *
 * Context: may sleep.
 */
void ftpmark_netns_exit(void)
{
	unregister_pernet_subsys(&ftpmark_netns_ops);
	/* Our code frees tables and services that await a grace period. */
	rcu_barrier();
}
