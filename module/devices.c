// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network devices that go away or change: what is known of the short way through
 * them is no longer true.
 */
#include <linux/netdevice.h>
#include <linux/rcupdate.h>

#include "devices.h"
#include "lease.h"
#include "state.h"

static int ftpmark_devices_event(struct notifier_block *notifier,
				 unsigned long event, void *info)
{
	const struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct ftpmark_leases *leases;
	struct ftpmark_state *ns;

	switch (event) {
	case NETDEV_CHANGEADDR:
	case NETDEV_CHANGEMTU:
	case NETDEV_CHANGEUPPER:
	case NETDEV_DOWN:
	case NETDEV_UNREGISTER:
		break;
	default:
		return NOTIFY_DONE;
	}

	ns = ftpmark_netns(dev_net(dev));
	rcu_read_lock();
	leases = rcu_dereference(ns->packets.table)->leases;
	if (leases)
		ftpmark_leases_end(leases);
	rcu_read_unlock();
	return NOTIFY_DONE;
}

static struct notifier_block ftpmark_devices_notifier = {
	.notifier_call = ftpmark_devices_event,
};

/**
 * ftpmark_devices_init - hear of network devices
 *
 * Context: may sleep; namespaces are set up.
 * Return: 0 or a negative errno.
 */
int ftpmark_devices_init(void)
{
	return register_netdevice_notifier(&ftpmark_devices_notifier);
}

/**
 * ftpmark_devices_exit - undo ftpmark_devices_init()
 *
 * Context: may sleep; namespaces are still set up.
 */
void ftpmark_devices_exit(void)
{
	unregister_netdevice_notifier(&ftpmark_devices_notifier);
}
