// SPDX-License-Identifier: GPL-2.0-only
/* Network namespaces: their state, and publishing what packets read. */
#include <linux/mm.h>
#include <linux/slab.h>
#include <net/netns/generic.h>

#include "clients.h"
#include "hooks.h"
#include "netns.h"
#include "service.h"
#include "sysfs.h"

/* Replaced tables may hold so many bytes before a change waits for them. */
#define FTPMARK_RETIRED_MAX (8 << 20)

static unsigned int ftpmark_net_id __read_mostly;

/**
 * ftpmark_netns - the state of a namespace
 * @net: the namespace
 *
 * Return: its state, never NULL while the module is loaded.
 */
struct ftpmark_net *ftpmark_netns(const struct net *net)
{
	return net_generic(net, ftpmark_net_id);
}

/* The enabled services, for the table; *count is 0 when there is none. */
static struct ftpmark_table_source *
ftpmark_netns_sources(struct ftpmark_net *ns, u32 *count)
{
	struct ftpmark_table_source *sources;
	struct ftpmark_service *service;

	*count = 0;
	sources = kvcalloc(ns->services_count, sizeof(*sources), GFP_KERNEL);
	if (!sources)
		return NULL;

	list_for_each_entry(service, &ns->services, list) {
		if (!service->settings.enabled)
			continue;
		sources[(*count)++] = (struct ftpmark_table_source) {
			.name		= service->name,
			.settings	= &service->settings,
			.stats		= service->stats,
		};
	}
	return sources;
}

static bool ftpmark_netns_any_enabled(struct ftpmark_net *ns)
{
	struct ftpmark_service *service;

	list_for_each_entry(service, &ns->services, list) {
		if (service->settings.enabled)
			return true;
	}
	return false;
}

static struct ftpmark_table *
ftpmark_netns_table(struct ftpmark_net *ns, struct ftpmark_refusal *refusal)
{
	struct ftpmark_table_source *sources;
	struct ftpmark_table *table;
	u32 count;

	/* Needs no memory, so that the last service can always be disabled. */
	if (!ftpmark_netns_any_enabled(ns))
		return &ftpmark_table_empty;

	sources = ftpmark_netns_sources(ns, &count);
	if (!sources)
		return ERR_PTR(-ENOMEM);

	table = ftpmark_table_create(sources, count, &ns->clients, refusal);
	kvfree(sources);
	return table;
}

static void ftpmark_table_destroy_rcu(struct rcu_head *rcu)
{
	ftpmark_table_destroy(container_of(rcu, struct ftpmark_table, rcu));
}

/* A script that changes thousands of services must not fill the memory. */
static void ftpmark_netns_retire(struct ftpmark_net *ns,
				 struct ftpmark_table *table)
{
	if (table == &ftpmark_table_empty)
		return;

	ns->retired += table->size;
	call_rcu(&table->rcu, ftpmark_table_destroy_rcu);
	if (ns->retired > FTPMARK_RETIRED_MAX) {
		rcu_barrier();
		ns->retired = 0;
	}
}

/**
 * ftpmark_netns_publish - have packets see the services as they are now
 * @ns: the namespace, its lock held
 * @refusal: the reason, when refused
 *
 * A packet meets the old table or the new one, whole. Hooks come before the
 * table that needs them and go after the one that did.
 *
 * Context: may sleep.
 * Return: 0, or a negative errno with the old table in place.
 */
int ftpmark_netns_publish(struct ftpmark_net *ns,
			  struct ftpmark_refusal *refusal)
{
	struct ftpmark_table *table, *old;
	int err;

	lockdep_assert_held(&ns->lock);

	table = ftpmark_netns_table(ns, refusal);
	if (IS_ERR(table))
		return PTR_ERR(table);

	err = ftpmark_hooks_add(ns, table->hooks);
	if (err) {
		ftpmark_table_destroy(table);
		return err;
	}

	old = rcu_replace_pointer(ns->table, table,
				  lockdep_is_held(&ns->lock));
	ftpmark_hooks_del(ns, ~table->hooks);
	ftpmark_netns_retire(ns, old);
	return 0;
}

static int __net_init ftpmark_netns_setup(struct net *net)
{
	struct ftpmark_net *ns = ftpmark_netns(net);

	ns->net = net;
	mutex_init(&ns->lock);
	mutex_init(&ns->lifecycle);
	spin_lock_init(&ns->ipvs_lock);
	INIT_LIST_HEAD(&ns->services);
	RCU_INIT_POINTER(ns->table, &ftpmark_table_empty);
	ftpmark_hooks_init(ns);
	return ftpmark_sysfs_create(ns);
}

/*
 * A grace period lies between this and ftpmark_netns_cleanup(), after which no
 * packet is in a hook.
 */
static void __net_exit ftpmark_netns_stop(struct net *net)
{
	struct ftpmark_net *ns = ftpmark_netns(net);

	mutex_lock(&ns->lock);
	ns->exiting = true;
	ftpmark_hooks_del(ns, ~0ul);
	mutex_unlock(&ns->lock);
}

static void __net_exit ftpmark_netns_cleanup(struct net *net)
{
	struct ftpmark_net *ns = ftpmark_netns(net);

	/* Waits for the last store; none can start behind it. */
	ftpmark_sysfs_destroy(ns);
	ftpmark_table_destroy(rcu_dereference_protected(ns->table, true));
	ftpmark_clients_destroy(ns->clients);
}

static struct pernet_operations ftpmark_netns_ops = {
	.init		= ftpmark_netns_setup,
	.pre_exit	= ftpmark_netns_stop,
	.exit		= ftpmark_netns_cleanup,
	.id		= &ftpmark_net_id,
	.size		= sizeof(struct ftpmark_net),
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
	/* A service may have come and gone in a namespace set up before. */
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
	/* Tables and services still on their way out are freed by our code. */
	rcu_barrier();
}
