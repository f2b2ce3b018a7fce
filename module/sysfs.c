// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/nf_ftpmark/net/: the files of a network namespace. The directory
 * is tagged with its namespace, so that each namespace sees its own.
 */
#include <linux/err.h>
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <net/net_namespace.h>

#include "parse.h"
#include "service.h"
#include "service_files.h"
#include "state.h"
#include "store.h"
#include "sysfs.h"
#include "transaction.h"

/**
 * struct ftpmark_sysfs - a directory of a namespace
 * @kobj: the directory; its release frees this struct
 * @ns: the namespace's state; valid while a store runs
 * @net: the namespace
 * @services: in the namespace's directory, the directory of its services
 */
struct ftpmark_sysfs {
	struct kobject kobj;
	struct ftpmark_state *ns;
	struct net *net;
	struct ftpmark_sysfs *services;
};

static struct kobject *ftpmark_sysfs_root;

static struct ftpmark_sysfs *ftpmark_sysfs_of(ftpmark_kobj_t *kobj)
{
	return container_of(kobj, struct ftpmark_sysfs, kobj);
}

/* Removes the files of services that are out of their namespace. */
static void ftpmark_sysfs_reap(struct ftpmark_state *ns)
{
	struct ftpmark_service *service, *next;
	LIST_HEAD(left);

	lockdep_assert_held(&ns->lifecycle);

	mutex_lock(&ns->lock);
	list_splice_init(&ns->left, &left);
	mutex_unlock(&ns->lock);

	list_for_each_entry_safe(service, next, &left, list) {
		/* Waits for its files' stores, which take ns->lock. */
		kobject_del(&service->kobj);
		kobject_put(&service->kobj);
	}
}

static void ftpmark_sysfs_reap_work(struct work_struct *work)
{
	struct ftpmark_state *ns = container_of(work, struct ftpmark_state,
						reaper);

	mutex_lock(&ns->lifecycle);
	ftpmark_sysfs_reap(ns);
	mutex_unlock(&ns->lifecycle);
}

static struct ftpmark_service *ftpmark_sysfs_new(struct ftpmark_state *ns,
						 const char *name)
{
	struct ftpmark_service *service;
	int err;

	service = ftpmark_service_create(ns, name);
	if (IS_ERR(service))
		return service;

	kobject_init(&service->kobj, ftpmark_kobj_type(&ftpmark_service_type));
	err = ftpmark_service_insert(service);
	if (err)
		goto err_put;

	/* Without the namespace's lock: kobject_put() waits for stores. */
	err = kobject_add(&service->kobj, &ns->sysfs->services->kobj, "%s",
			  name);
	if (err)
		goto err_remove;
	ftpmark_transaction_add(service);
	return service;

err_remove:
	ftpmark_service_withdraw(service);
err_put:
	kobject_put(&service->kobj);
	return ERR_PTR(err);
}

/**
 * ftpmark_sysfs_add - create a service and its files
 * @ns: the namespace, its lifecycle lock held
 * @name: a valid name
 * @refusal: the reason, when refused
 *
 * Context: takes the namespace's lock; may sleep.
 * Return: the service, disabled, or an ERR_PTR: -EBUSY, -EEXIST, -ENODEV,
 * -ENOMEM, -ENOSPC.
 */
struct ftpmark_service *ftpmark_sysfs_add(struct ftpmark_state *ns,
					  const char *name,
					  struct ftpmark_refusal *refusal)
{
	struct ftpmark_service *service;

	lockdep_assert_held(&ns->lifecycle);

	service = ftpmark_transaction_renew(ns, name, refusal);
	ftpmark_sysfs_reap(ns);
	if (!service)
		service = ftpmark_sysfs_new(ns, name);
	if (PTR_ERR_OR_ZERO(service) == -EEXIST)
		ftpmark_refuse(refusal, -EEXIST, "%s exists already", name);
	if (PTR_ERR_OR_ZERO(service) == -ENOSPC)
		ftpmark_refuse(refusal, -ENOSPC,
			       "%s: there are %d services already",
			       name, FTPMARK_SERVICES_MAX);
	return service;
}

/* Files of a namespace. */

static int ftpmark_store_name(const struct ftpmark_state *ns, const char *buf,
			      size_t count, char name[FTPMARK_NAME_MAX + 1],
			      struct ftpmark_refusal *refusal)
{
	int err = ftpmark_store_check(ns, buf, count, refusal);

	return err ?: ftpmark_parse_name(buf, name, FTPMARK_NAME_MAX + 1,
					 refusal);
}

static ssize_t ftpmark_add_store(struct kobject *kobj,
				 struct kobj_attribute *file,
				 const char *buf, size_t count)
{
	struct ftpmark_state *ns = ftpmark_sysfs_of(kobj)->ns;
	struct ftpmark_refusal refusal = {};
	struct ftpmark_service *service;
	char name[FTPMARK_NAME_MAX + 1];
	int err;

	err = ftpmark_store_name(ns, buf, count, name, &refusal);
	if (err)
		goto refused;

	mutex_lock(&ns->lifecycle);
	service = ftpmark_sysfs_add(ns, name, &refusal);
	mutex_unlock(&ns->lifecycle);
	if (!IS_ERR(service))
		return count;

	err = PTR_ERR(service);
refused:
	ftpmark_store_log(ns, "", "add", &refusal);
	return err;
}

static ssize_t ftpmark_remove_store(struct kobject *kobj,
				    struct kobj_attribute *file,
				    const char *buf, size_t count)
{
	struct ftpmark_state *ns = ftpmark_sysfs_of(kobj)->ns;
	struct ftpmark_refusal refusal = {};
	char name[FTPMARK_NAME_MAX + 1];
	int err;

	err = ftpmark_store_name(ns, buf, count, name, &refusal);
	if (!err) {
		mutex_lock(&ns->lifecycle);
		err = ftpmark_transaction_remove(ns, name, &refusal);
		ftpmark_sysfs_reap(ns);
		mutex_unlock(&ns->lifecycle);
	}
	if (!err)
		return count;
	ftpmark_store_log(ns, "", "remove", &refusal);
	return err;
}

static ssize_t ftpmark_transaction_file_show(struct kobject *kobj,
					     struct kobj_attribute *file,
					     char *page)
{
	return ftpmark_transaction_print(ftpmark_sysfs_of(kobj)->ns, page);
}

static ssize_t ftpmark_transaction_file_store(struct kobject *kobj,
					      struct kobj_attribute *file,
					      const char *buf, size_t count)
{
	static const char *const words[] = { "open", "commit", "discard" };
	struct ftpmark_state *ns = ftpmark_sysfs_of(kobj)->ns;
	struct ftpmark_refusal refusal = {};
	int word, err;

	err = ftpmark_store_check(ns, buf, count, &refusal);
	if (err)
		goto refused;
	word = ftpmark_parse_choice(buf, words, ARRAY_SIZE(words), &refusal);
	if (word < 0) {
		err = word;
		goto refused;
	}

	mutex_lock(&ns->lifecycle);
	if (word == 0)
		err = ftpmark_transaction_open(ns, &refusal);
	else if (word == 1)
		err = ftpmark_transaction_commit(ns, &refusal);
	else
		err = ftpmark_transaction_discard(ns, &refusal);
	ftpmark_sysfs_reap(ns);
	mutex_unlock(&ns->lifecycle);
	if (!err)
		return count;
refused:
	ftpmark_store_log(ns, "", "transaction", &refusal);
	return err;
}

static ssize_t ftpmark_netns_show(struct kobject *kobj,
				  struct kobj_attribute *file, char *page)
{
	return sysfs_emit(page, "%u\n", ftpmark_sysfs_of(kobj)->net->ns.inum);
}

static struct kobj_attribute ftpmark_add_file =
	__ATTR(add, 0200, NULL, ftpmark_add_store);
static struct kobj_attribute ftpmark_remove_file =
	__ATTR(remove, 0200, NULL, ftpmark_remove_store);
static struct kobj_attribute ftpmark_transaction_file =
	__ATTR(transaction, 0644, ftpmark_transaction_file_show,
	       ftpmark_transaction_file_store);
static struct kobj_attribute ftpmark_netns_file =
	__ATTR(netns, 0444, ftpmark_netns_show, NULL);

/* "add" comes last: services may exist from then on, so nothing may fail. */
static const struct attribute *const ftpmark_net_attrs[] = {
	&ftpmark_netns_file.attr,
	&ftpmark_transaction_file.attr,
	&ftpmark_remove_file.attr,
	&ftpmark_add_file.attr,
	NULL
};

static void ftpmark_sysfs_release(struct kobject *kobj)
{
	kfree(ftpmark_sysfs_of(kobj));
}

static void ftpmark_sysfs_get_ownership(ftpmark_kobj_t *kobj, kuid_t *uid,
					kgid_t *gid)
{
	net_ns_get_ownership(ftpmark_sysfs_of(kobj)->net, uid, gid);
}

static ftpmark_kobj_ns_t ftpmark_sysfs_namespace(ftpmark_kobj_t *kobj)
{
	return ftpmark_kobj_ns(ftpmark_sysfs_of(kobj)->net);
}

static const struct kobj_type ftpmark_net_type = {
	.release	= ftpmark_sysfs_release,
	.sysfs_ops	= &kobj_sysfs_ops,
	.namespace	= ftpmark_sysfs_namespace,
	.get_ownership	= ftpmark_sysfs_get_ownership,
};

static const struct kobj_type ftpmark_services_type = {
	.release	= ftpmark_sysfs_release,
	.sysfs_ops	= &kobj_sysfs_ops,
	.get_ownership	= ftpmark_sysfs_get_ownership,
};

static struct ftpmark_sysfs *
ftpmark_sysfs_mkdir(struct ftpmark_state *ns, const struct kobj_type *type,
		    struct kobject *parent, const char *name)
{
	struct ftpmark_sysfs *sysfs;
	int err;

	sysfs = kzalloc(sizeof(*sysfs), GFP_KERNEL);
	if (!sysfs)
		return ERR_PTR(-ENOMEM);

	sysfs->ns = ns;
	sysfs->net = ns->packets.net;
	err = kobject_init_and_add(&sysfs->kobj, ftpmark_kobj_type(type),
				   parent, "%s", name);
	if (err) {
		kobject_put(&sysfs->kobj);
		return ERR_PTR(err);
	}
	return sysfs;
}

static void ftpmark_sysfs_rmdir(struct ftpmark_sysfs *sysfs)
{
	kobject_del(&sysfs->kobj);
	kobject_put(&sysfs->kobj);
}

/**
 * ftpmark_sysfs_create - create the files of a namespace
 * @ns: the namespace
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int ftpmark_sysfs_create(struct ftpmark_state *ns)
{
	struct ftpmark_sysfs *sysfs;
	int err;

	sysfs = ftpmark_sysfs_mkdir(ns, &ftpmark_net_type, ftpmark_sysfs_root,
				    "net");
	if (IS_ERR(sysfs))
		return PTR_ERR(sysfs);

	sysfs->services = ftpmark_sysfs_mkdir(ns, &ftpmark_services_type,
					      &sysfs->kobj, "services");
	if (IS_ERR(sysfs->services)) {
		err = PTR_ERR(sysfs->services);
		goto err_rmdir;
	}

	/* Before the files: a store may come as soon as they exist. */
	ns->sysfs = sysfs;
	INIT_WORK(&ns->reaper, ftpmark_sysfs_reap_work);
	err = sysfs_create_files(&sysfs->kobj, ftpmark_net_attrs);
	if (err)
		goto err_rmdir_services;
	return 0;

err_rmdir_services:
	ftpmark_sysfs_rmdir(sysfs->services);
err_rmdir:
	ftpmark_sysfs_rmdir(sysfs);
	return err;
}

/**
 * ftpmark_sysfs_destroy - remove the files of a namespace, and its services
 * @ns: the namespace, its hooks gone a grace period ago
 *
 * Context: may sleep; waits for stores.
 */
void ftpmark_sysfs_destroy(struct ftpmark_state *ns)
{
	struct rb_node *node;

	/* From here on no service is added or removed. */
	sysfs_remove_files(&ns->sysfs->kobj, ftpmark_net_attrs);
	/* Nobody schedules it again in a namespace that goes away. */
	cancel_work_sync(&ns->reaper);

	mutex_lock(&ns->lifecycle);
	mutex_lock(&ns->lock);
	while ((node = rb_first(&ns->services))) {
		struct ftpmark_service *service =
			rb_entry(node, struct ftpmark_service, node);

		ftpmark_service_unlink(service);
		list_move_tail(&service->list, &ns->left);
	}
	mutex_unlock(&ns->lock);
	ftpmark_sysfs_reap(ns);
	mutex_unlock(&ns->lifecycle);

	ftpmark_sysfs_rmdir(ns->sysfs->services);
	ftpmark_sysfs_rmdir(ns->sysfs);
}

/* The directory that holds those of all namespaces. */

static void ftpmark_root_release(struct kobject *kobj)
{
	kfree(kobj);
}

static const struct kobj_ns_type_operations *
ftpmark_root_child_ns_type(ftpmark_kobj_t *kobj)
{
	return &net_ns_type_operations;
}

static const struct kobj_type ftpmark_root_type = {
	.release	= ftpmark_root_release,
	.sysfs_ops	= &kobj_sysfs_ops,
	.child_ns_type	= ftpmark_root_child_ns_type,
};

/**
 * ftpmark_sysfs_init - create /sys/kernel/nf_ftpmark
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int ftpmark_sysfs_init(void)
{
	int err;

	ftpmark_service_files_init();

	ftpmark_sysfs_root = kzalloc(sizeof(*ftpmark_sysfs_root), GFP_KERNEL);
	if (!ftpmark_sysfs_root)
		return -ENOMEM;

	err = kobject_init_and_add(ftpmark_sysfs_root,
				   ftpmark_kobj_type(&ftpmark_root_type),
				   kernel_kobj, KBUILD_MODNAME);
	if (err)
		kobject_put(ftpmark_sysfs_root);
	return err;
}

/**
 * ftpmark_sysfs_exit - undo ftpmark_sysfs_init()
 *
 * Context: may sleep.
 */
void ftpmark_sysfs_exit(void)
{
	kobject_del(ftpmark_sysfs_root);
	kobject_put(ftpmark_sysfs_root);
}
