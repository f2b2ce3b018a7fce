// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/nf_ftpmark/net/: the files of a network namespace. The directory
 * is tagged with its namespace, so that each namespace sees its own.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/kobject.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "change.h"
#include "parse.h"
#include "service.h"
#include "state.h"
#include "sysfs.h"

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

static struct ftpmark_service *ftpmark_service_of(ftpmark_kobj_t *kobj)
{
	return container_of(kobj, struct ftpmark_service, kobj);
}

/*
 * Logs a refusal. The limit keeps the root of another user namespace from
 * flooding the log; the machine's own operator gets a line for every refusal.
 */
static void ftpmark_refusal_log(const struct ftpmark_state *ns,
				const char *what, const char *file,
				const struct ftpmark_refusal *refusal)
{
	if (!refusal->text[0])
		return;
	if (ns->packets.net->user_ns != &init_user_ns && !net_ratelimit())
		return;
	pr_notice("%s%s%s: %s\n", what, *what ? ": " : "", file, refusal->text);
}

/* Checks that the writer may write, and that the text is one whole value. */
static int ftpmark_store_check(const struct ftpmark_state *ns, const char *buf,
			       size_t count, struct ftpmark_refusal *refusal)
{
	if (!ns_capable(ns->packets.net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	/* kernfs splits a longer write into pages, and each is one store. */
	if (count >= PAGE_SIZE)
		return ftpmark_refuse(refusal, -E2BIG, "value too long");
	if (strnlen(buf, count) != count)
		return ftpmark_refuse(refusal, -EINVAL, "NUL in the value");
	return 0;
}

/* Files of a service. */

static struct kobj_attribute ftpmark_setting_files[FTPMARK_SETTING_COUNT];
static struct attribute *ftpmark_setting_attrs[FTPMARK_SETTING_COUNT + 1];
static struct kobj_attribute ftpmark_stat_files[FTPMARK_STAT_COUNT];
static struct attribute *ftpmark_stat_attrs[FTPMARK_STAT_COUNT + 1];

static ssize_t ftpmark_setting_show(struct kobject *kobj,
				    struct kobj_attribute *file, char *page)
{
	struct ftpmark_service *service = ftpmark_service_of(kobj);
	const struct ftpmark_setting *setting =
		&ftpmark_setting_table[file - ftpmark_setting_files];
	ssize_t len;

	mutex_lock(&service->ns->lock);
	len = setting->print(&service->settings, page);
	mutex_unlock(&service->ns->lock);
	return len;
}

static ssize_t ftpmark_setting_store(struct kobject *kobj,
				     struct kobj_attribute *file,
				     const char *buf, size_t count)
{
	struct ftpmark_service *service = ftpmark_service_of(kobj);
	const struct ftpmark_setting *setting =
		&ftpmark_setting_table[file - ftpmark_setting_files];
	struct ftpmark_refusal refusal = {};
	int err;

	err = ftpmark_store_check(service->ns, buf, count, &refusal);
	if (!err)
		err = ftpmark_service_set(service, setting, buf, &refusal);
	if (!err)
		return count;

	ftpmark_refusal_log(service->ns, service->name, setting->name,
			    &refusal);
	return err;
}

static ssize_t ftpmark_stat_show(struct kobject *kobj,
				 struct kobj_attribute *file, char *page)
{
	struct ftpmark_service *service = ftpmark_service_of(kobj);

	return sysfs_emit(page, "%llu\n",
			  ftpmark_stat_sum(service->stats,
					   file - ftpmark_stat_files));
}

static const struct attribute_group ftpmark_setting_group = {
	.attrs	= ftpmark_setting_attrs,
};

static const struct attribute_group ftpmark_stat_group = {
	.name	= "stats",
	.attrs	= ftpmark_stat_attrs,
};

static const struct attribute_group *ftpmark_service_groups[] = {
	&ftpmark_setting_group,
	&ftpmark_stat_group,
	NULL
};

static void ftpmark_service_release(struct kobject *kobj)
{
	ftpmark_service_destroy(ftpmark_service_of(kobj));
}

static void ftpmark_service_get_ownership(ftpmark_kobj_t *kobj, kuid_t *uid,
					  kgid_t *gid)
{
	const struct ftpmark_state *ns = ftpmark_service_of(kobj)->ns;

	net_ns_get_ownership(ns->packets.net, uid, gid);
}

static const struct kobj_type ftpmark_service_type = {
	.release	= ftpmark_service_release,
	.sysfs_ops	= &kobj_sysfs_ops,
	.default_groups	= ftpmark_service_groups,
	.get_ownership	= ftpmark_service_get_ownership,
};

/**
 * ftpmark_sysfs_add - create a service and its files
 * @ns: the namespace, its lifecycle lock held
 * @name: a valid name
 * @refusal: the reason, when refused
 *
 * Context: takes the namespace's lock; may sleep.
 * Return: the service, disabled, or an ERR_PTR: -EEXIST, -ENOSPC, -ENOMEM,
 * -ENODEV.
 */
struct ftpmark_service *ftpmark_sysfs_add(struct ftpmark_state *ns,
					  const char *name,
					  struct ftpmark_refusal *refusal)
{
	struct ftpmark_service *service;
	int err;

	lockdep_assert_held(&ns->lifecycle);

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
	ftpmark_service_open(service);
	return service;

err_remove:
	ftpmark_service_withdraw(service);
err_put:
	kobject_put(&service->kobj);
	if (err == -EEXIST)
		ftpmark_refuse(refusal, err, "%s exists already", name);
	else if (err == -ENOSPC)
		ftpmark_refuse(refusal, err, "%s: there are %d services already",
			       name, FTPMARK_SERVICES_MAX);
	return ERR_PTR(err);
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
	ftpmark_refusal_log(ns, "", "add", &refusal);
	return err;
}

static ssize_t ftpmark_remove_store(struct kobject *kobj,
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
	service = ftpmark_service_take(ns, name);
	if (!IS_ERR(service)) {
		/* Waits for its files' stores, which take ns->lock. */
		kobject_del(&service->kobj);
		kobject_put(&service->kobj);
	}
	mutex_unlock(&ns->lifecycle);
	if (!IS_ERR(service))
		return count;

	err = PTR_ERR(service);
	if (err == -ENOENT)
		ftpmark_refuse(&refusal, err, "no service %s", name);
refused:
	ftpmark_refusal_log(ns, "", "remove", &refusal);
	return err;
}

static struct kobj_attribute ftpmark_add_file =
	__ATTR(add, 0200, NULL, ftpmark_add_store);
static struct kobj_attribute ftpmark_remove_file =
	__ATTR(remove, 0200, NULL, ftpmark_remove_store);

/* "add" comes last: services may exist from then on, so nothing may fail. */
static const struct attribute *const ftpmark_net_attrs[] = {
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
	struct ftpmark_service *service, *next;

	/* From here on no service is added or removed. */
	sysfs_remove_files(&ns->sysfs->kobj, ftpmark_net_attrs);

	list_for_each_entry_safe(service, next, &ns->services, list) {
		list_del_init(&service->list);
		kobject_del(&service->kobj);
		kobject_put(&service->kobj);
	}
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

static void ftpmark_file_init(struct kobj_attribute *file, const char *name)
{
	sysfs_attr_init(&file->attr);
	file->attr.name = name;
}

static void ftpmark_files_init(void)
{
	unsigned int i;

	for (i = 0; i < FTPMARK_SETTING_COUNT; i++) {
		struct kobj_attribute *file = &ftpmark_setting_files[i];

		ftpmark_file_init(file, ftpmark_setting_table[i].name);
		file->attr.mode = 0644;
		file->show = ftpmark_setting_show;
		file->store = ftpmark_setting_store;
		ftpmark_setting_attrs[i] = &file->attr;
	}
	for (i = 0; i < FTPMARK_STAT_COUNT; i++) {
		struct kobj_attribute *file = &ftpmark_stat_files[i];

		ftpmark_file_init(file, ftpmark_stat_names[i]);
		file->attr.mode = 0444;
		file->show = ftpmark_stat_show;
		ftpmark_stat_attrs[i] = &file->attr;
	}
}

/**
 * ftpmark_sysfs_init - create /sys/kernel/nf_ftpmark
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int ftpmark_sysfs_init(void)
{
	int err;

	ftpmark_files_init();

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
