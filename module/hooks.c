// SPDX-License-Identifier: GPL-2.0-only
/* Which hooks a namespace has: those that an enabled service needs. */
#include <linux/bitops.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>

#include "hooks.h"
#include "ipvs.h"
#include "mark.h"
#include "nat.h"
#include "notrack.h"

/* Of these the namespace has a copy each, with itself as their argument. */
static const struct nf_hook_ops ftpmark_hook_ops[FTPMARK_HOOK_PLAIN_COUNT] = {
	/* Right behind the mangle table, where the rules stood before. */
	[FTPMARK_HOOK_MARK4] = {
		.hook		= ftpmark_mark_ipv4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= NF_IP_PRI_MANGLE + 1,
	},
	[FTPMARK_HOOK_MARK6] = {
		.hook		= ftpmark_mark_ipv6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= NF_IP6_PRI_MANGLE + 1,
	},
	/* Ahead of conntrack. */
	[FTPMARK_HOOK_NOTRACK4] = {
		.hook		= ftpmark_notrack,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= NF_IP_PRI_RAW,
	},
	[FTPMARK_HOOK_NOTRACK6] = {
		.hook		= ftpmark_notrack,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= NF_IP6_PRI_RAW,
	},
	/* Behind packet filters, ahead of IPVS, whose first hook is at 99. */
	[FTPMARK_HOOK_IPVS4] = {
		.hook		= ftpmark_ipvs_ipv4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_FORWARD,
		.priority	= 98,
	},
	[FTPMARK_HOOK_IPVS6] = {
		.hook		= ftpmark_ipvs_ipv6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_FORWARD,
		.priority	= 98,
	},
};

/**
 * ftpmark_hooks_init - prepare the hooks of a namespace
 * @ns: the namespace
 */
void ftpmark_hooks_init(struct ftpmark_net *ns)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ns->ops); i++) {
		ns->ops[i] = ftpmark_hook_ops[i];
		ns->ops[i].priv = ns;
	}
}

static int ftpmark_hook_add(struct ftpmark_net *ns, unsigned int hook)
{
	if (hook == FTPMARK_HOOK_NAT4)
		return ftpmark_nat_start(ns->net, NFPROTO_IPV4);
	if (hook == FTPMARK_HOOK_NAT6)
		return ftpmark_nat_start(ns->net, NFPROTO_IPV6);
	return nf_register_net_hook(ns->net, &ns->ops[hook]);
}

static void ftpmark_hook_del(struct ftpmark_net *ns, unsigned int hook)
{
	if (hook == FTPMARK_HOOK_NAT4)
		ftpmark_nat_stop(ns->net, NFPROTO_IPV4);
	else if (hook == FTPMARK_HOOK_NAT6)
		ftpmark_nat_stop(ns->net, NFPROTO_IPV6);
	else
		nf_unregister_net_hook(ns->net, &ns->ops[hook]);
}

/**
 * ftpmark_hooks_add - register hooks that are not registered yet
 * @ns: the namespace, its lock held
 * @hooks: bits of enum ftpmark_hook
 *
 * Context: may sleep.
 * Return: 0, or a negative errno with the hooks as they were.
 */
int ftpmark_hooks_add(struct ftpmark_net *ns, unsigned long hooks)
{
	unsigned long added = 0;
	unsigned int hook;
	int err;

	lockdep_assert_held(&ns->lock);

	hooks &= ~ns->hooks;
	for_each_set_bit(hook, &hooks, FTPMARK_HOOK_COUNT) {
		err = ftpmark_hook_add(ns, hook);
		if (err) {
			ftpmark_hooks_del(ns, added);
			return err;
		}
		added |= BIT(hook);
		ns->hooks |= BIT(hook);
	}
	return 0;
}

/**
 * ftpmark_hooks_del - unregister hooks
 * @ns: the namespace, its lock held
 * @hooks: bits of enum ftpmark_hook; those not registered are passed over
 *
 * A packet may be in one of them until the end of a grace period.
 *
 * Context: may sleep.
 */
void ftpmark_hooks_del(struct ftpmark_net *ns, unsigned long hooks)
{
	unsigned int hook;

	lockdep_assert_held(&ns->lock);

	hooks &= ns->hooks;
	for_each_set_bit(hook, &hooks, FTPMARK_HOOK_COUNT)
		ftpmark_hook_del(ns, hook);
	ns->hooks &= ~hooks;
}
