// SPDX-License-Identifier: GPL-2.0-only
/*
 * The link type "ftpmark_sink": Ethernet devices whose driver does nothing. A
 * packet's way through the router ends where a driver would get it. The device
 * can do what network cards can, so that nothing is left to do in software.
 */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/rtnetlink.h>

#include "ftpmark_clock.h"
#include "ftpmark_sink.h"

struct ftpmark_sink ftpmark_sink;
EXPORT_SYMBOL_GPL(ftpmark_sink);

static netdev_tx_t sink_xmit(struct sk_buff *skb, struct net_device *dev)
{
	u64 ticks = ftpmark_clock();

	if (skb == ftpmark_sink.expected)
		ftpmark_sink.ticks = ticks;
	else
		kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops sink_ops = {
	.ndo_start_xmit		= sink_xmit,
	.ndo_set_mac_address	= eth_mac_addr,
};

static void sink_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &sink_ops;
	dev->needs_free_netdev = true;
	dev->flags &= ~IFF_MULTICAST;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->hw_features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM |
			   NETIF_F_HIGHDMA | NETIF_F_GSO_SOFTWARE;
	dev->features |= dev->hw_features;
	eth_hw_addr_random(dev);
}

static struct rtnl_link_ops sink_link_ops = {
	.kind	= "ftpmark_sink",
	.setup	= sink_setup,
};

static int __init sink_init(void)
{
	return rtnl_link_register(&sink_link_ops);
}
module_init(sink_init);

static void __exit sink_exit(void)
{
	rtnl_link_unregister(&sink_link_ops);
}
module_exit(sink_exit);

MODULE_DESCRIPTION("Network devices at which the benchmark's packets end");
MODULE_AUTHOR("nf_ftpmark maintainers");
MODULE_LICENSE("GPL");
