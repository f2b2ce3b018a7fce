// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of services. They are staged, service by service, and then committed:
 * packets meet all of them in one instant, or the services and the published
 * table stay as they were.
 */
#include "change.h"
#include "parse.h"
#include "publish.h"
#include "service.h"
#include "state.h"

static void ftpmark_change_note(struct ftpmark_service *service)
{
	if (list_empty(&service->list))
		list_add_tail(&service->list, &service->ns->changed);
}

/**
 * ftpmark_change_stage - stage settings of a service
 * @service: the service, its namespace's lock held
 * @staged: a copy of its staged settings with changes in it; the service then
 *	owns its lists
 */
void ftpmark_change_stage(struct ftpmark_service *service,
			  const struct ftpmark_settings *staged)
{
	lockdep_assert_held(&service->ns->lock);

	ftpmark_settings_release(&service->staged, &service->settings, staged);
	service->staged = *staged;
	ftpmark_change_note(service);
}

/**
 * ftpmark_change_set - stage one setting of a service
 * @service: the service, its namespace's lock held
 * @setting: which one
 * @text: the value
 * @refusal: the reason, when refused
 *
 * Context: may sleep.
 * Return: 0, or a negative errno with nothing staged: -ENODEV,
 * or what ftpmark_setting_parse() returns.
 */
int ftpmark_change_set(struct ftpmark_service *service,
		       const struct ftpmark_setting *setting, const char *text,
		       struct ftpmark_refusal *refusal)
{
	struct ftpmark_settings staged = service->staged;
	int err;

	if (service->closed)
		return -ENODEV;
	if (service->removed)
		return ftpmark_refuse(refusal, -ENODEV,
				      "the service has been removed in this transaction");

	err = ftpmark_setting_parse(setting, &staged, text, refusal);
	if (!err)
		ftpmark_change_stage(service, &staged);
	return err;
}

/**
 * ftpmark_change_add - stage a service that has all its files
 * @service: in its namespace, whose lock is held
 */
void ftpmark_change_add(struct ftpmark_service *service)
{
	lockdep_assert_held(&service->ns->lock);

	service->added = true;
	ftpmark_change_note(service);
}

/**
 * ftpmark_change_add_again - stage a service again whose removal is staged
 * @service: the service, its namespace's lock held
 *
 * It gets default settings, and keeps its files and counters.
 *
 * Context: may sleep.
 * Return: 0, -ENOSPC or -ENOMEM.
 */
int ftpmark_change_add_again(struct ftpmark_service *service)
{
	struct ftpmark_settings defaults;
	int err;

	if (service->ns->services_count >= FTPMARK_SERVICES_MAX)
		return -ENOSPC;
	err = ftpmark_settings_init(&defaults);
	if (err)
		return err;

	service->removed = false;
	service->ns->services_count++;
	ftpmark_change_stage(service, &defaults);
	return 0;
}

/* Takes a service out of its namespace; its files are left. */
static void ftpmark_change_leave(struct ftpmark_service *service)
{
	ftpmark_service_unlink(service);
	list_add_tail(&service->list, &service->ns->left);
}

/**
 * ftpmark_change_remove - stage the removal of a service
 * @service: the service, its namespace's lock held
 *
 * One that was added by the same change is taken back.
 */
void ftpmark_change_remove(struct ftpmark_service *service)
{
	struct ftpmark_settings disabled = service->settings;

	disabled.enabled = false;
	ftpmark_change_stage(service, &disabled);
	service->ns->services_count--;
	if (service->added) {
		list_del_init(&service->list);
		ftpmark_change_leave(service);
	} else {
		service->removed = true;
	}
}

/**
 * ftpmark_change_discard - take back all that is staged
 * @ns: the namespace, its lock held
 */
void ftpmark_change_discard(struct ftpmark_state *ns)
{
	struct ftpmark_service *service, *next;

	lockdep_assert_held(&ns->lock);

	list_for_each_entry_safe(service, next, &ns->changed, list) {
		list_del_init(&service->list);
		ftpmark_settings_release(&service->staged, &service->settings,
					 NULL);
		service->staged = service->settings;
		if (service->added) {
			ns->services_count--;
			ftpmark_change_leave(service);
		} else if (service->removed) {
			service->removed = false;
			ns->services_count++;
		}
	}
}

/* Publishes what is staged, if packets see a difference. */
static int ftpmark_change_publish(struct ftpmark_state *ns,
				  struct ftpmark_refusal *refusal)
{
	struct ftpmark_service *service;
	bool seen = false;

	list_for_each_entry(service, &ns->changed, list) {
		const struct ftpmark_settings *staged = &service->staged;

		seen |= staged->enabled || service->settings.enabled;
		/* A refused transaction has to say whose setting that is. */
		if (staged->enabled && !staged->vip->count)
			return ftpmark_refuse(refusal, -EINVAL,
					      "%s%san enabled service needs a virtual IP",
					      ns->holder ? service->name : "",
					      ns->holder ? ": " : "");
	}
	return seen ? ftpmark_publish(ns, refusal) : 0;
}

/**
 * ftpmark_change_commit - put all that is staged into force
 * @ns: the namespace, its lock held
 * @refusal: the reason, when refused
 *
 * Once the table is published, nothing can fail. Services that are removed go
 * to the namespace's @left, for their files to be removed without its lock.
 *
 * Context: may sleep.
 * Return: 0, or a negative errno with all that was staged discarded: -EINVAL,
 * -EEXIST, -ENOMEM, or what registering a hook returned.
 */
int ftpmark_change_commit(struct ftpmark_state *ns,
			  struct ftpmark_refusal *refusal)
{
	struct ftpmark_service *service, *next;
	int err;

	err = ftpmark_change_publish(ns, refusal);
	if (err) {
		ftpmark_change_discard(ns);
		return err;
	}

	list_for_each_entry_safe(service, next, &ns->changed, list) {
		list_del_init(&service->list);
		ftpmark_settings_release(&service->settings, &service->staged,
					 NULL);
		service->settings = service->staged;
		service->added = false;
		if (service->removed)
			ftpmark_change_leave(service);
	}
	return 0;
}
