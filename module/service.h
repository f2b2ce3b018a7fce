/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_SERVICE_H
#define FTPMARK_SERVICE_H

#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>

#include "settings.h"
#include "stats.h"

struct ftpmark_state;

/* Longest name of a service, without the terminating NUL. */
#define FTPMARK_NAME_MAX 31

/**
 * struct ftpmark_service - a service of a namespace
 * @kobj: its directory; the service is freed with it
 * @ns: its namespace
 * @node: entry in the namespace's services, in name order
 * @list: entry in the namespace's @changed or @left
 * @settings: what is in force; protected by the namespace's lock
 * @staged: what a change that is not committed would put in force; lists that
 *	are the same are shared with @settings; protected by the same
 * @added: by a transaction that is not committed
 * @removed: by a transaction that is not committed
 * @stats: counters; tables point to them
 * @closed: changes are refused, because its files are not all created yet, or
 *	it has left its namespace while a file is still open
 * @rcu: frees it after a grace period, since tables that point to @stats may be
 *	in use when the directory is gone
 * @name: as in its directory's name
 */
struct ftpmark_service {
	struct kobject kobj;
	struct ftpmark_state *ns;
	struct rb_node node;
	struct list_head list;
	struct ftpmark_settings settings;
	struct ftpmark_settings staged;
	struct ftpmark_stats __percpu *stats;
	bool added;
	bool removed;
	bool closed;
	struct rcu_head rcu;
	char name[FTPMARK_NAME_MAX + 1];
};

struct ftpmark_service *ftpmark_service_create(struct ftpmark_state *ns,
					       const char *name);
void ftpmark_service_destroy(struct ftpmark_service *service);
int ftpmark_service_insert(struct ftpmark_service *service);
void ftpmark_service_withdraw(struct ftpmark_service *service);
struct ftpmark_service *ftpmark_service_find(struct ftpmark_state *ns,
					     const char *name);
void ftpmark_service_unlink(struct ftpmark_service *service);

#endif
