// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module parameters: they create one service in the initial namespace when the
 * module is loaded, for routers that have modprobe.d and nothing else.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/moduleparam.h>

#include "param.h"
#include "parse.h"
#include "service.h"
#include "state.h"
#include "sysfs.h"
#include "transaction.h"

#define FTPMARK_PARAM_SERVICE "ftp"

static char *ftpmark_param[FTPMARK_SETTING_COUNT];

module_param_named(vip, ftpmark_param[FTPMARK_SETTING_VIP], charp, 0444);
MODULE_PARM_DESC(vip, "virtual IPs; with them, service " FTPMARK_PARAM_SERVICE
		 " is created and enabled at load");
module_param_named(real_servers, ftpmark_param[FTPMARK_SETTING_REAL_SERVERS],
		   charp, 0444);
MODULE_PARM_DESC(real_servers, "prefixes that active data comes from");
module_param_named(control_ports, ftpmark_param[FTPMARK_SETTING_CONTROL_PORTS],
		   charp, 0444);
MODULE_PARM_DESC(control_ports, "ports and ranges (default 21)");
module_param_named(passive_ports, ftpmark_param[FTPMARK_SETTING_PASSIVE_PORTS],
		   charp, 0444);
MODULE_PARM_DESC(passive_ports, "ports and ranges (default 10000-20000)");
module_param_named(mark, ftpmark_param[FTPMARK_SETTING_MARK], charp, 0444);
MODULE_PARM_DESC(mark, "firewall mark (default 21)");
module_param_named(active, ftpmark_param[FTPMARK_SETTING_ACTIVE], charp, 0444);
MODULE_PARM_DESC(active, "ipvs (default), snat, masquerade or off");
module_param_named(fast, ftpmark_param[FTPMARK_SETTING_FAST], charp, 0444);
MODULE_PARM_DESC(fast, "established data takes the short way: 0 (default) or 1");

/* Checks every parameter, even if no service will be created. */
static int ftpmark_param_parse(struct ftpmark_settings *settings)
{
	unsigned int i;

	for (i = 0; i < FTPMARK_SETTING_COUNT; i++) {
		struct ftpmark_settings changed = *settings;
		struct ftpmark_refusal refusal = {};
		int err;

		if (!ftpmark_param[i])
			continue;

		err = ftpmark_setting_parse(&ftpmark_setting_table[i], &changed,
					    ftpmark_param[i], &refusal);
		if (err) {
			pr_err("parameter %s: %s\n",
			       ftpmark_setting_table[i].name,
			       refusal.text[0] ? refusal.text : "no memory");
			return err;
		}
		ftpmark_settings_release(settings, &changed, NULL);
		*settings = changed;
	}
	return 0;
}

/* From here on the lists of @settings are the service's, or freed. */
static int ftpmark_param_service(const struct ftpmark_settings *settings)
{
	struct ftpmark_state *ns = ftpmark_netns(&init_net);
	struct ftpmark_refusal refusal = {};
	struct ftpmark_service *service;
	int err;

	mutex_lock(&ns->lifecycle);
	service = ftpmark_sysfs_add(ns, FTPMARK_PARAM_SERVICE, &refusal);
	if (IS_ERR(service)) {
		err = PTR_ERR(service);
		ftpmark_settings_release(settings, NULL, NULL);
	} else {
		err = ftpmark_transaction_configure(service, settings,
						    &refusal);
	}
	mutex_unlock(&ns->lifecycle);
	if (refusal.text[0])
		pr_err("service of the parameters: %s\n", refusal.text);
	else if (err)
		pr_err("service of the parameters: error %d\n", err);
	return err;
}

/**
 * ftpmark_param_init - create the service that the parameters describe
 *
 * Context: may sleep; namespaces are set up.
 * Return: 0, or a negative errno after one line in the log.
 */
int ftpmark_param_init(void)
{
	struct ftpmark_settings settings;
	int err;

	err = ftpmark_settings_init(&settings);
	if (err)
		return err;

	err = ftpmark_param_parse(&settings);
	if (err || !settings.vip->count)
		goto out;

	settings.enabled = true;
	return ftpmark_param_service(&settings);
out:
	ftpmark_settings_release(&settings, NULL, NULL);
	return err;
}
