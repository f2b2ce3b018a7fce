// SPDX-License-Identifier: GPL-2.0-only
/* Which hooks a namespace has: those that an enabled service needs. */
#include <linux/bitops.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>

#include "fast.h"
#include "flows.h"
#include "hooks.h"
#include "ipvs.h"
#include "learn.h"
#include "local.h"
#include "mark.h"
#include "nat.h"
#include "notrack.h"
#include "state.h"

/**
 * struct ftpmark_hook_entry - a hook and how it is registered
 * @ops: each namespace gets its own copy, with .priv pointing to its struct
 *	ftpmark_net
 * @add: registers the namespace's copy, which has to stay until @del
 * @del: undoes @add
 */
struct ftpmark_hook_entry {
	struct nf_hook_ops ops;
	int (*add)(struct net *net, const struct nf_hook_ops *ops);
	void (*del)(struct net *net, const struct nf_hook_ops *ops);
};

#define FTPMARK_HOOK(_hook, _pf, _hooknum, _priority) {	\
	.ops = {					\
		.hook		= _hook,		\
		.pf		= _pf,			\
		.hooknum	= _hooknum,		\
		.priority	= _priority,		\
	},						\
	.add	= nf_register_net_hook,			\
	.del	= nf_unregister_net_hook,		\
}

/* nf_nat has hooks of its own, in which ours is called. */
#define FTPMARK_HOOK_NAT(_pf, _priority) {		\
	.ops = {					\
		.hook		= ftpmark_nat,		\
		.pf		= _pf,			\
		.hooknum	= NF_INET_POST_ROUTING,	\
		.priority	= _priority,		\
	},						\
	.add	= ftpmark_nat_register,			\
	.del	= ftpmark_nat_unregister,		\
}

/* IPVS's first hook in FORWARD has priority 99. */
#define FTPMARK_PRI_IPVS 98

static const struct ftpmark_hook_entry ftpmark_hook_table[FTPMARK_HOOK_COUNT] = {
	/* Right behind the mangle table, where the iptables rules stood. */
	[FTPMARK_HOOK_MARK4] =
		FTPMARK_HOOK(ftpmark_mark_ipv4, NFPROTO_IPV4,
			     NF_INET_PRE_ROUTING, NF_IP_PRI_MANGLE + 1),
	[FTPMARK_HOOK_MARK6] =
		FTPMARK_HOOK(ftpmark_mark_ipv6, NFPROTO_IPV6,
			     NF_INET_PRE_ROUTING, NF_IP6_PRI_MANGLE + 1),
	/* Ahead of conntrack. */
	[FTPMARK_HOOK_NOTRACK4] =
		FTPMARK_HOOK(ftpmark_notrack, NFPROTO_IPV4,
			     NF_INET_PRE_ROUTING, NF_IP_PRI_RAW),
	[FTPMARK_HOOK_NOTRACK6] =
		FTPMARK_HOOK(ftpmark_notrack, NFPROTO_IPV6,
			     NF_INET_PRE_ROUTING, NF_IP6_PRI_RAW),
	/* Behind packet filters, ahead of IPVS. */
	[FTPMARK_HOOK_IPVS4] =
		FTPMARK_HOOK(ftpmark_ipvs_ipv4, NFPROTO_IPV4,
			     NF_INET_FORWARD, FTPMARK_PRI_IPVS),
	[FTPMARK_HOOK_IPVS6] =
		FTPMARK_HOOK(ftpmark_ipvs_ipv6, NFPROTO_IPV6,
			     NF_INET_FORWARD, FTPMARK_PRI_IPVS),
	/* Behind IPVS, which takes away what it sends to other hosts. */
	[FTPMARK_HOOK_LOCAL_IN4] =
		FTPMARK_HOOK(ftpmark_local_in, NFPROTO_IPV4,
			     NF_INET_LOCAL_IN, NF_IP_PRI_NAT_SRC),
	[FTPMARK_HOOK_LOCAL_IN6] =
		FTPMARK_HOOK(ftpmark_local_in, NFPROTO_IPV6,
			     NF_INET_LOCAL_IN, NF_IP6_PRI_NAT_SRC),
	/* Ahead of IPVS, whose first hook is right behind NAT. */
	[FTPMARK_HOOK_LOCAL_OUT4] =
		FTPMARK_HOOK(ftpmark_ipvs_ipv4, NFPROTO_IPV4,
			     NF_INET_LOCAL_OUT, NF_IP_PRI_NAT_DST),
	[FTPMARK_HOOK_LOCAL_OUT6] =
		FTPMARK_HOOK(ftpmark_ipvs_ipv6, NFPROTO_IPV6,
			     NF_INET_LOCAL_OUT, NF_IP6_PRI_NAT_DST),
	/* Sees packets as the mark hook does, but only for moments. */
	[FTPMARK_HOOK_SAMPLE4] =
		FTPMARK_HOOK(ftpmark_sample, NFPROTO_IPV4,
			     NF_INET_PRE_ROUTING, NF_IP_PRI_MANGLE + 2),
	[FTPMARK_HOOK_SAMPLE6] =
		FTPMARK_HOOK(ftpmark_sample, NFPROTO_IPV6,
			     NF_INET_PRE_ROUTING, NF_IP6_PRI_MANGLE + 2),
	/* Ahead of everything: what has a lease leaves here. */
	[FTPMARK_HOOK_FAST4] =
		FTPMARK_HOOK(ftpmark_fast_ipv4, NFPROTO_IPV4,
			     NF_INET_PRE_ROUTING, NF_IP_PRI_RAW_BEFORE_DEFRAG),
	[FTPMARK_HOOK_FAST6] =
		FTPMARK_HOOK(ftpmark_fast_ipv6, NFPROTO_IPV6,
			     NF_INET_PRE_ROUTING,
			     NF_IP6_PRI_RAW_BEFORE_DEFRAG),
	/* Behind everything: what arrives here leaves the router just so. */
	[FTPMARK_HOOK_LEARN4] =
		FTPMARK_HOOK(ftpmark_learn, NFPROTO_IPV4,
			     NF_INET_POST_ROUTING, NF_IP_PRI_LAST),
	[FTPMARK_HOOK_LEARN6] =
		FTPMARK_HOOK(ftpmark_learn, NFPROTO_IPV6,
			     NF_INET_POST_ROUTING, NF_IP6_PRI_LAST),
	/* Ahead of the nat rules, which are more general than real servers. */
	[FTPMARK_HOOK_NAT4] =
		FTPMARK_HOOK_NAT(NFPROTO_IPV4, NF_IP_PRI_NAT_SRC - 1),
	[FTPMARK_HOOK_NAT6] =
		FTPMARK_HOOK_NAT(NFPROTO_IPV6, NF_IP6_PRI_NAT_SRC - 1),
};

/**
 * ftpmark_hooks_init - prepare the hooks of a namespace
 * @ns: the namespace
 */
void ftpmark_hooks_init(struct ftpmark_state *ns)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ns->ops); i++) {
		ns->ops[i] = ftpmark_hook_table[i].ops;
		ns->ops[i].priv = &ns->packets;
	}
}

/**
 * ftpmark_hooks_add - register hooks that are not registered yet
 * @ns: the namespace, its lock held
 * @hooks: bits of enum ftpmark_hook
 *
 * Context: may sleep.
 * Return: 0, or a negative errno with the hooks as they were.
 */
int ftpmark_hooks_add(struct ftpmark_state *ns, unsigned long hooks)
{
	unsigned long added = 0;
	unsigned int hook;
	int err;

	lockdep_assert_held(&ns->lock);

	hooks &= ~ns->hooks;
	for_each_set_bit(hook, &hooks, FTPMARK_HOOK_COUNT) {
		err = ftpmark_hook_table[hook].add(ns->packets.net,
						   &ns->ops[hook]);
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
 * @hooks: bits of enum ftpmark_hook; those not registered are skipped
 *
 * A packet may be in one of them until a grace period has passed.
 *
 * Context: may sleep.
 */
void ftpmark_hooks_del(struct ftpmark_state *ns, unsigned long hooks)
{
	unsigned int hook;

	lockdep_assert_held(&ns->lock);

	hooks &= ns->hooks;
	for_each_set_bit(hook, &hooks, FTPMARK_HOOK_COUNT)
		ftpmark_hook_table[hook].del(ns->packets.net, &ns->ops[hook]);
	ns->hooks &= ~hooks;
}
