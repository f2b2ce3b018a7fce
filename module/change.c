// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of services. A change is atomic: either packets meet all of it, or
 * the service and the published table stay as they were.
 */
#include <linux/err.h>

#include "change.h"
#include "parse.h"
#include "publish.h"
#include "service.h"
#include "state.h"

/**
 * ftpmark_service_apply - change the settings of a service
 * @service: the service
 * @settings: a copy of its settings with the changes in it
 * @refusal: the reason, when refused
 *
 * On success the service owns the lists of @settings, and the replaced lists
 * are freed. On failure nothing has changed, and the caller frees its new
 * lists.
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
		err = ftpmark_publish(service->ns, refusal);
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

/**
 * ftpmark_service_take - disable a service and take it out of its namespace
 * @ns: the namespace
 * @name: the service
 *
 * When this returns, only packets that are already in a hook still see it.
 *
 * Context: takes the namespace's lock; may sleep.
 * Return: the service, for its files to be removed, or an ERR_PTR with
 * everything as it was: -ENOENT, -ENOMEM, -ENODEV.
 */
struct ftpmark_service *ftpmark_service_take(struct ftpmark_state *ns,
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
