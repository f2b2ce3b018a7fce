// SPDX-License-Identifier: GPL-2.0-only
/*
 * Publishing: packets get a new table, whole, through one RCU pointer; the old
 * one is freed after a grace period.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "build.h"
#include "hooks.h"
#include "publish.h"
#include "service.h"
#include "state.h"

/* Upper bound on memory in tables that await a grace period. */
#define FTPMARK_RETIRED_MAX (8 << 20)

/* Lists the enabled services; returns NULL without memory. */
static struct ftpmark_source *
ftpmark_publish_sources(struct ftpmark_state *ns, u32 *count)
{
	struct ftpmark_source *sources;
	struct ftpmark_service *service;

	*count = 0;
	sources = kvcalloc(ns->services_count, sizeof(*sources), GFP_KERNEL);
	if (!sources)
		return NULL;

	list_for_each_entry(service, &ns->services, list) {
		if (!service->settings.enabled)
			continue;
		sources[(*count)++] = (struct ftpmark_source) {
			.name		= service->name,
			.settings	= &service->settings,
			.stats		= service->stats,
		};
	}
	return sources;
}

static bool ftpmark_publish_any_enabled(struct ftpmark_state *ns)
{
	struct ftpmark_service *service;

	list_for_each_entry(service, &ns->services, list) {
		if (service->settings.enabled)
			return true;
	}
	return false;
}

static struct ftpmark_table *
ftpmark_publish_table(struct ftpmark_state *ns, struct ftpmark_refusal *refusal)
{
	struct ftpmark_source *sources;
	struct ftpmark_table *table;
	u32 count;

	/* Takes no memory, so that disabling the last service never fails. */
	if (!ftpmark_publish_any_enabled(ns))
		return &ftpmark_table_empty;

	sources = ftpmark_publish_sources(ns, &count);
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
	call_rcu(&table->rcu, ftpmark_table_destroy_rcu);
	if (ns->retired > FTPMARK_RETIRED_MAX) {
		rcu_barrier();
		ns->retired = 0;
	}
}

/**
 * ftpmark_publish - have packets see the services as they are now
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
	struct ftpmark_table *table, *old;
	int err;

	lockdep_assert_held(&ns->lock);

	table = ftpmark_publish_table(ns, refusal);
	if (IS_ERR(table))
		return PTR_ERR(table);

	err = ftpmark_hooks_add(ns, table->hooks);
	if (err) {
		ftpmark_table_destroy(table);
		return err;
	}

	old = rcu_replace_pointer(ns->packets.table, table,
				  lockdep_is_held(&ns->lock));
	ftpmark_hooks_del(ns, ~table->hooks);
	ftpmark_publish_retire(ns, old);
	return 0;
}
