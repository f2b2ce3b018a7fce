/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_SERVICE_H
#define FTPMARK_SERVICE_H

#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/rcupdate.h>

#include "netns.h"
#include "parse.h"
#include "settings.h"
#include "stats.h"

/* Longest name of a service, without the terminating NUL. */
#define FTPMARK_NAME_MAX 31

/**
 * struct ftpmark_service - a service of a namespace
 * @kobj: its directory; the service is freed with it
 * @ns: its namespace
 * @list: among the services of the namespace, in name order
 * @settings: under the namespace's lock
 * @stats: counters; tables point to them
 * @closed: not to be changed: some of its files may be there while others are
 *	still being made, or be open when it is in the list no more
 * @rcu: tables that point to @stats may be in use when the directory is gone
 * @name: what it is called
 */
struct ftpmark_service {
	struct kobject kobj;
	struct ftpmark_net *ns;
	struct list_head list;
	struct ftpmark_settings settings;
	struct ftpmark_stats __percpu *stats;
	bool closed;
	struct rcu_head rcu;
	char name[FTPMARK_NAME_MAX + 1];
};

struct ftpmark_service *ftpmark_service_create(struct ftpmark_net *ns,
					       const char *name);
void ftpmark_service_destroy(struct ftpmark_service *service);
int ftpmark_service_insert(struct ftpmark_service *service);
void ftpmark_service_open(struct ftpmark_service *service);
void ftpmark_service_withdraw(struct ftpmark_service *service);
struct ftpmark_service *ftpmark_service_take(struct ftpmark_net *ns,
					     const char *name);
int ftpmark_service_set(struct ftpmark_service *service,
			const struct ftpmark_setting *setting,
			const char *text, struct ftpmark_refusal *refusal);
int ftpmark_service_apply(struct ftpmark_service *service,
			  const struct ftpmark_settings *settings,
			  struct ftpmark_refusal *refusal);

#endif
