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

	service->staged = service->settings;
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
	ftpmark_settings_release(&service->staged, &service->settings, NULL);
	ftpmark_settings_release(&service->settings, NULL, NULL);
	call_rcu(&service->rcu, ftpmark_service_free);
}

static struct ftpmark_service *ftpmark_service_of_node(struct rb_node *node)
{
	return rb_entry(node, struct ftpmark_service, node);
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
	struct rb_node *node = ns->services.rb_node;

	lockdep_assert_held(&ns->lock);

	while (node) {
		struct ftpmark_service *service = ftpmark_service_of_node(node);
		int order = strcmp(name, service->name);

		if (!order)
			return service;
		node = order < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

/**
 * ftpmark_service_insert - enter a service into its namespace
 * @service: from ftpmark_service_create(); no other has its name
 *
 * Context: takes the namespace's lock.
 * Return: 0, -ENOSPC, or -ENODEV when the namespace goes away.
 */
int ftpmark_service_insert(struct ftpmark_service *service)
{
	struct ftpmark_state *ns = service->ns;
	struct rb_node **link = &ns->services.rb_node;
	struct rb_node *parent = NULL;
	int err = 0;

	mutex_lock(&ns->lock);
	if (ns->exiting) {
		err = -ENODEV;
		goto out;
	}
	if (ns->services_count >= FTPMARK_SERVICES_MAX) {
		err = -ENOSPC;
		goto out;
	}
	while (*link) {
		parent = *link;
		if (strcmp(service->name,
			   ftpmark_service_of_node(parent)->name) < 0)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&service->node, parent, link);
	rb_insert_color(&service->node, &ns->services);
	ns->services_count++;
out:
	mutex_unlock(&ns->lock);
	return err;
}

/**
 * ftpmark_service_unlink - take a service out of its namespace
 * @service: disabled, and no longer counted; its namespace's lock is held
 *
 * From here on it can't be changed.
 */
void ftpmark_service_unlink(struct ftpmark_service *service)
{
	rb_erase(&service->node, &service->ns->services);
	service->closed = true;
}

/**
 * ftpmark_service_withdraw - undo ftpmark_service_insert()
 * @service: still closed, so never enabled
 *
 * Context: takes the namespace's lock.
 */
void ftpmark_service_withdraw(struct ftpmark_service *service)
{
	mutex_lock(&service->ns->lock);
	service->ns->services_count--;
	ftpmark_service_unlink(service);
	mutex_unlock(&service->ns->lock);
}
