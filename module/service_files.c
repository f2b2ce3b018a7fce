// SPDX-License-Identifier: GPL-2.0-only
/* services/NAME/: a file for each setting and each counter of a service. */
#include <linux/err.h>
#include <linux/kobject.h>
#include <linux/sysfs.h>
#include <net/net_namespace.h>

#include "parse.h"
#include "service.h"
#include "service_files.h"
#include "state.h"
#include "store.h"
#include "transaction.h"

static struct ftpmark_service *ftpmark_service_of(ftpmark_kobj_t *kobj)
{
	return container_of(kobj, struct ftpmark_service, kobj);
}

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

	return ftpmark_transaction_show(service, setting, page);
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
		err = ftpmark_transaction_set(service, setting, buf, &refusal);
	if (!err)
		return count;

	ftpmark_store_log(service->ns, service->name, setting->name, &refusal);
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

const struct kobj_type ftpmark_service_type = {
	.release	= ftpmark_service_release,
	.sysfs_ops	= &kobj_sysfs_ops,
	.default_groups	= ftpmark_service_groups,
	.get_ownership	= ftpmark_service_get_ownership,
};

static void ftpmark_file_init(struct kobj_attribute *file, const char *name)
{
	sysfs_attr_init(&file->attr);
	file->attr.name = name;
}

/**
 * ftpmark_service_files_init - make the files from the settings and counters
 */
void ftpmark_service_files_init(void)
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
