// SPDX-License-Identifier: GPL-2.0-only
/*
 * nf_ftpmark: firewall marks for FTP behind an IPVS director.
 *
 * If the control connection and the passive data connections of a client bear
 * the same mark, one persistent fwmark service of IPVS balances them together.
 */
#include <linux/module.h>

#include "devices.h"
#include "nat.h"
#include "netns.h"
#include "param.h"
#include "publish.h"
#include "sysfs.h"
#include "version.h"
#include "work.h"

static int __init ftpmark_init(void)
{
	int err;

	err = ftpmark_nat_init();
	if (err)
		return err;

	err = ftpmark_sysfs_init();
	if (err)
		goto err_nat;

	err = ftpmark_work_init();
	if (err)
		goto err_sysfs;

	err = ftpmark_publish_init();
	if (err)
		goto err_work;

	err = ftpmark_netns_init();
	if (err)
		goto err_publish;

	err = ftpmark_devices_init();
	if (err)
		goto err_netns;

	err = ftpmark_param_init();
	if (err)
		goto err_devices;
	return 0;

err_devices:
	ftpmark_devices_exit();
err_netns:
	ftpmark_netns_exit();
err_publish:
	ftpmark_publish_exit();
err_work:
	ftpmark_work_exit();
err_sysfs:
	ftpmark_sysfs_exit();
err_nat:
	ftpmark_nat_exit();
	return err;
}

static void __exit ftpmark_exit(void)
{
	ftpmark_devices_exit();
	ftpmark_netns_exit();
	ftpmark_publish_exit();
	ftpmark_work_exit();
	ftpmark_sysfs_exit();
	ftpmark_nat_exit();
}

module_init(ftpmark_init);
module_exit(ftpmark_exit);

MODULE_DESCRIPTION("Firewall marks and active data connections for FTP behind IPVS");
MODULE_AUTHOR("nf_ftpmark maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION(FTPMARK_VERSION);
