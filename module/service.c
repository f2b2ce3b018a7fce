// SPDX-License-Identifier: GPL-2.0-only
/* Services: their lives, and their place in the namespace. */
#include <linux/slab.h>
#include <linux/string.h>

#include "service.h"
#include "state.h"

/**
 * ftpmark_service_create - make a service with default settings, disabled
 * @ns: its namespace
 * @name: of at most FTPMARK_NAME_MAX characters
 *
 * Context: may sleep.
 * Return: a service that is in no list, has no files, and can't be changed
 * yet; or an ERR_PTR: -ENOMEM.
 */
struct ftpmark_service *ftpmark_service_create(struct ftpmark_state *ns,
					       const char *name)
{
	struct ftpmark_service *service;
	int err = -ENOMEM;

	service = kzalloc(sizeof(*service), GFP_KERNEL_ACCOUNT);
	if (!service)
		return ERR_PTR(-ENOMEM);

	service->stats = alloc_percpu_gfp(struct ftpmark_stats,
					  GFP_KERNEL_ACCOUNT);
	if (!service->stats)
		goto err_free;

	err = ftpmark_settings_init(&service->settings);
	if (err)
		goto err_free_stats;

	service->ns = ns;
	service->closed = true;
	INIT_LIST_HEAD(&service->list);
	strscpy(service->name, name, sizeof(service->name));
	return service;

err_free_stats:
	free_percpu(service->stats);
err_free:
	kfree(service);
	return ERR_PTR(err);
}

static void ftpmark_service_free(struct rcu_head *rcu)
{
	struct ftpmark_service *service;

	service = container_of(rcu, struct ftpmark_service, rcu);
	free_percpu(service->stats);
	kfree(service);
}

/**
 * ftpmark_service_destroy - free a service
 * @service: in no list; no table published points to its counters
 */
void ftpmark_service_destroy(struct ftpmark_service *service)
{
	ftpmark_settings_release(&service->settings, NULL);
	call_rcu(&service->rcu, ftpmark_service_free);
}

/**
 * ftpmark_service_find - find a service by its name
 * @ns: the namespace, its lock held
 * @name: the name
 *
 * Return: the service, or NULL.
 */
struct ftpmark_service *ftpmark_service_find(struct ftpmark_state *ns,
					     const char *name)
{
	struct ftpmark_service *service;

	lockdep_assert_held(&ns->lock);

	list_for_each_entry(service, &ns->services, list) {
		if (!strcmp(service->name, name))
			return service;
	}
	return NULL;
}

/**
 * ftpmark_service_insert - enter a service into its namespace
 * @service: from ftpmark_service_create()
 *
 * Context: takes the namespace's lock.
 * Return: 0, -EEXIST, -ENOSPC, or -ENODEV when the namespace goes away.
 */
int ftpmark_service_insert(struct ftpmark_service *service)
{
	struct ftpmark_state *ns = service->ns;
	struct ftpmark_service *next;
	int err = 0;

	mutex_lock(&ns->lock);
	if (ns->exiting) {
		err = -ENODEV;
		goto out;
	}
	/* Names mostly arrive in order, so search from the end. */
	list_for_each_entry_reverse(next, &ns->services, list) {
		int order = strcmp(next->name, service->name);

		if (!order) {
			err = -EEXIST;
			goto out;
		}
		if (order < 0)
			break;
	}
	if (ns->services_count >= FTPMARK_SERVICES_MAX) {
		err = -ENOSPC;
		goto out;
	}
	list_add(&service->list, &next->list);
	ns->services_count++;
out:
	mutex_unlock(&ns->lock);
	return err;
}

/**
 * ftpmark_service_unlink - take a service out of its namespace's list
 * @service: disabled; its namespace's lock is held
 *
 * From here on it can't be changed.
 */
void ftpmark_service_unlink(struct ftpmark_service *service)
{
	list_del_init(&service->list);
	service->ns->services_count--;
	service->closed = true;
}

/**
 * ftpmark_service_open - let a service be changed
 * @service: in its namespace, with all its files
 *
 * Context: takes the namespace's lock.
 */
void ftpmark_service_open(struct ftpmark_service *service)
{
	mutex_lock(&service->ns->lock);
	service->closed = false;
	mutex_unlock(&service->ns->lock);
}

/**
 * ftpmark_service_withdraw - undo ftpmark_service_insert()
 * @service: never opened, so never enabled
 *
 * Context: takes the namespace's lock.
 */
void ftpmark_service_withdraw(struct ftpmark_service *service)
{
	mutex_lock(&service->ns->lock);
	ftpmark_service_unlink(service);
	mutex_unlock(&service->ns->lock);
}
