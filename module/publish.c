// SPDX-License-Identifier: GPL-2.0-only
/*
 * Publishing: packets get a new table, whole, through one RCU pointer; the old
 * one is freed after a grace period, by a workqueue.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "build.h"
#include "hooks.h"
#include "keep.h"
#include "lease.h"
#include "local.h"
#include "publish.h"
#include "service.h"
#include "state.h"

/* Upper bound on memory in tables that await a grace period. */
#define FTPMARK_RETIRED_MAX (8 << 20)

/* Frees tables: a big one takes too long for a softirq. */
static struct workqueue_struct *ftpmark_publish_queue;

/* Lists the services that will be enabled; returns NULL without memory. */
static struct ftpmark_source *
ftpmark_publish_sources(struct ftpmark_state *ns, u32 *count)
{
	struct ftpmark_source *sources;
	struct rb_node *node;

	*count = 0;
	sources = kvcalloc(ns->services_count, sizeof(*sources), GFP_KERNEL);
	if (!sources)
		return NULL;

	for (node = rb_first(&ns->services); node; node = rb_next(node)) {
		struct ftpmark_service *service =
			rb_entry(node, struct ftpmark_service, node);

		if (!service->staged.enabled)
			continue;
		sources[(*count)++] = (struct ftpmark_source) {
			.name		= service->name,
			.settings	= &service->staged,
			.stats		= service->stats,
		};
	}
	return sources;
}

static bool ftpmark_publish_any_enabled(struct ftpmark_state *ns)
{
	struct rb_node *node;

	for (node = rb_first(&ns->services); node; node = rb_next(node)) {
		if (rb_entry(node, struct ftpmark_service, node)->staged.enabled)
			return true;
	}
	return false;
}

static struct ftpmark_table *
ftpmark_publish_build(struct ftpmark_state *ns, struct ftpmark_refusal *refusal)
{
	struct ftpmark_source *sources;
	struct ftpmark_table *table;
	u32 count;

	/* Takes no memory, so that disabling the last service never fails. */
	if (!ftpmark_publish_any_enabled(ns))
		return &ftpmark_table_empty;

	if (ftpmark_keep_prepare(ns))
		return ERR_PTR(-ENOMEM);
	sources = ftpmark_publish_sources(ns, &count);
	if (!sources)
		return ERR_PTR(-ENOMEM);

	table = ftpmark_table_create(sources, count, &ns->clients,
				     &ns->sessions, &ns->leases, refusal);
	kvfree(sources);
	return table;
}

static void ftpmark_table_destroy_work(struct work_struct *work)
{
	ftpmark_table_destroy(container_of(to_rcu_work(work),
					   struct ftpmark_table, retire));
}

/*
 * Frees a replaced table after a grace period. Waits for that if a script that
 * changes thousands of services would otherwise fill the memory.
 */
static void ftpmark_publish_retire(struct ftpmark_state *ns,
				   struct ftpmark_table *table)
{
	if (table == &ftpmark_table_empty)
		return;

	ns->retired += table->size;
	INIT_RCU_WORK(&table->retire, ftpmark_table_destroy_work);
	queue_rcu_work(ftpmark_publish_queue, &table->retire);
	if (ns->retired > FTPMARK_RETIRED_MAX) {
		rcu_barrier();
		flush_workqueue(ftpmark_publish_queue);
		ns->retired = 0;
	}
}

/*
 * Frees the leases if the published table has none. Those of the table before it
 * may be in use for a grace period.
 */
static void ftpmark_publish_end_leases(struct ftpmark_state *ns)
{
	struct ftpmark_leases *used;

	used = rcu_dereference_protected(ns->packets.table,
					 lockdep_is_held(&ns->lock))->leases;
	if (used == ns->leases)
		return;
	synchronize_rcu();
	ftpmark_leases_destroy(ns->leases);
	ns->leases = NULL;
}

static int ftpmark_publish_table(struct ftpmark_state *ns,
				 struct ftpmark_table *table)
{
	struct ftpmark_table *old;
	unsigned long hooks;
	int err;

	hooks = table->hooks | ftpmark_local_hooks(ns, table->hooks);
	err = ftpmark_hooks_add(ns, hooks);
	if (err) {
		ftpmark_table_destroy(table);
		return err;
	}

	old = rcu_replace_pointer(ns->packets.table, table,
				  lockdep_is_held(&ns->lock));
	/* They have been given by the old table. */
	if (table->leases)
		ftpmark_leases_end(table->leases);
	ftpmark_hooks_del(ns, ~hooks);
	if (table != &ftpmark_table_empty)
		ftpmark_keep_start(ns);
	ftpmark_publish_retire(ns, old);
	return 0;
}

/**
 * ftpmark_publish - have packets see the services as they are staged
 * @ns: the namespace, its lock held
 * @refusal: the reason, when refused
 *
 * Builds a table, registers the hooks that it needs, replaces the published
 * table with it, and unregisters the hooks that it does not need. A packet sees
 * the old table or the new one, never a mixture.
 *
 * Context: may sleep.
 * Return: 0, or a negative errno with the old table in place.
 */
int ftpmark_publish(struct ftpmark_state *ns, struct ftpmark_refusal *refusal)
{
	struct ftpmark_table *table;
	int err;

	lockdep_assert_held(&ns->lock);

	table = ftpmark_publish_build(ns, refusal);
	err = IS_ERR(table) ? PTR_ERR(table) :
			      ftpmark_publish_table(ns, table);
	ftpmark_publish_end_leases(ns);
	return err;
}

/**
 * ftpmark_publish_init - prepare for freeing tables
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int ftpmark_publish_init(void)
{
	ftpmark_publish_queue = alloc_workqueue(KBUILD_MODNAME, WQ_UNBOUND, 0);
	return ftpmark_publish_queue ? 0 : -ENOMEM;
}

/**
 * ftpmark_publish_exit - undo ftpmark_publish_init()
 *
 * Frees the tables whose grace period has passed, so an rcu_barrier() has to
 * come ahead of it.
 *
 * Context: may sleep.
 */
void ftpmark_publish_exit(void)
{
	destroy_workqueue(ftpmark_publish_queue);
}
