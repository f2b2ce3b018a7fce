// SPDX-License-Identifier: GPL-2.0-only
/*
 * While this module is loaded, every network namespace has a PREROUTING hook that
 * does nothing: its cost is what any module has to pay.
 */
#include <linux/module.h>
#include <linux/netfilter.h>
#include <net/net_namespace.h>

static unsigned int empty_hook(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static const struct nf_hook_ops empty_ops[] = {
	{
		.hook		= empty_hook,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
	}, {
		.hook		= empty_hook,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_PRE_ROUTING,
	},
};

static int __net_init empty_net_init(struct net *net)
{
	return nf_register_net_hooks(net, empty_ops, ARRAY_SIZE(empty_ops));
}

static void __net_exit empty_net_exit(struct net *net)
{
	nf_unregister_net_hooks(net, empty_ops, ARRAY_SIZE(empty_ops));
}

static struct pernet_operations empty_net_ops = {
	.init	= empty_net_init,
	.exit	= empty_net_exit,
};

static int __init empty_init(void)
{
	return register_pernet_subsys(&empty_net_ops);
}
module_init(empty_init);

static void __exit empty_exit(void)
{
	unregister_pernet_subsys(&empty_net_ops);
}
module_exit(empty_exit);

MODULE_DESCRIPTION("A netfilter hook that does nothing");
MODULE_AUTHOR("nf_ftpmark maintainers");
MODULE_LICENSE("GPL");
