// SPDX-License-Identifier: GPL-2.0-only
/* Services: objects, their place in the namespace, changes of their settings. */
#include <linux/slab.h>
#include <linux/string.h>

#include "service.h"

/**
 * ftpmark_stat_sum - a counter's value
 * @stats: counters of a service
 * @stat: which one
 *
 * A 32-bit machine reads half a counter at a time: it reads until the same
 * value came twice. That leaves a carry that another CPU is just writing: one
 * reading may then be off by 2^32.
 *
 * Return: the sum over all CPUs.
 */
u64 ftpmark_stat_sum(struct ftpmark_stats __percpu *stats,
		     enum ftpmark_stat stat)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const u64 *counter = &per_cpu_ptr(stats, cpu)->counter[stat];
		u64 value;

		do {
			value = READ_ONCE(*counter);
		} while (!IS_ENABLED(CONFIG_64BIT) &&
			 value != READ_ONCE(*counter));
		sum += value;
	}
	return sum;
}

/**
 * ftpmark_service_create - make a service with default settings, disabled
 * @ns: its namespace
 * @name: of at most FTPMARK_NAME_MAX characters
 *
 * Context: may sleep.
 * Return: a service that is in no list, has no files, and can't be changed
 * yet, or an ERR_PTR: -ENOMEM.
 */
struct ftpmark_service *ftpmark_service_create(struct ftpmark_net *ns,
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

static struct ftpmark_service *ftpmark_service_find(struct ftpmark_net *ns,
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
	struct ftpmark_net *ns = service->ns;
	struct ftpmark_service *next;
	int err = 0;

	mutex_lock(&ns->lock);
	if (ns->exiting) {
		err = -ENODEV;
		goto out;
	}
	/* Names mostly come in order: look from the end. */
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
 * ftpmark_service_apply - change the settings of a service
 * @service: the service
 * @settings: a copy of its settings with the changes in it
 * @refusal: the reason, when refused
 *
 * When it succeeds, the service owns the lists of @settings and those replaced
 * are freed; otherwise nothing is changed, and the caller frees its new lists.
 *
 * Context: under the namespace's lock; may sleep.
 * Return: 0, -EINVAL, -EEXIST, -ENODEV, -ENOMEM, or what registering a hook
 * returned.
 */
int ftpmark_service_apply(struct ftpmark_service *service,
			  const struct ftpmark_settings *settings,
			  struct ftpmark_refusal *refusal)
{
	struct ftpmark_settings old = service->settings;
	int err;

	lockdep_assert_held(&service->ns->lock);

	if (service->closed || service->ns->exiting)
		return -ENODEV;
	if (settings->enabled && !settings->vip->count)
		return ftpmark_refuse(refusal, -EINVAL,
				      "an enabled service needs a virtual IP");

	service->settings = *settings;
	if (old.enabled || settings->enabled) {
		err = ftpmark_netns_publish(service->ns, refusal);
		if (err) {
			service->settings = old;
			return err;
		}
	}
	ftpmark_settings_release(&old, settings);
	return 0;
}

/**
 * ftpmark_service_set - change one setting
 * @service: the service
 * @setting: which one
 * @text: the value
 * @refusal: the reason, when refused
 *
 * Context: takes the namespace's lock; may sleep.
 * Return: 0, or a negative errno with the setting as it was.
 */
int ftpmark_service_set(struct ftpmark_service *service,
			const struct ftpmark_setting *setting,
			const char *text, struct ftpmark_refusal *refusal)
{
	struct ftpmark_settings settings;
	int err;

	mutex_lock(&service->ns->lock);
	settings = service->settings;
	err = setting->parse(&settings, text, refusal);
	if (err)
		goto out;

	err = ftpmark_service_apply(service, &settings, refusal);
	if (err)
		ftpmark_settings_release(&settings, &service->settings);
out:
	mutex_unlock(&service->ns->lock);
	return err;
}

static void ftpmark_service_unlink(struct ftpmark_service *service)
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

/**
 * ftpmark_service_take - disable a service and take it out of its namespace
 * @ns: the namespace
 * @name: the service
 *
 * Packets do not meet it any more when this returns, but for those already in
 * a hook.
 *
 * Context: takes the namespace's lock; may sleep.
 * Return: the service, for its files to be removed, or an ERR_PTR with
 * everything as it was: -ENOENT, -ENOMEM, -ENODEV.
 */
struct ftpmark_service *ftpmark_service_take(struct ftpmark_net *ns,
					     const char *name)
{
	struct ftpmark_service *service;
	struct ftpmark_settings settings;
	struct ftpmark_refusal refusal;
	int err = -ENOENT;

	mutex_lock(&ns->lock);
	service = ftpmark_service_find(ns, name);
	if (!service)
		goto out;

	settings = service->settings;
	settings.enabled = false;
	err = ftpmark_service_apply(service, &settings, &refusal);
	if (err)
		goto out;

	ftpmark_service_unlink(service);
out:
	mutex_unlock(&ns->lock);
	return err ? ERR_PTR(err) : service;
}
