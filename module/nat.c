// SPDX-License-Identifier: GPL-2.0-only
/*
 * active = masquerade and snat: data connections that real servers open leave
 * under the address of the outgoing interface, as with the MASQUERADE rule, or
 * under the VIP. Everything that knows of conntrack's NAT is here.
 */
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/netfilter/nf_nat_masquerade.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_nat.h>

#include "active.h"
#include "nat.h"
#include "netns.h"

/*
 * Where the connection goes is read from the reply's source, since a DNAT rule
 * may have changed it.
 */
static void ftpmark_flow_from_conn(struct ftpmark_flow *flow, u8 family,
				   const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *original, *reply;

	BUILD_BUG_ON(sizeof(flow->source) != sizeof(original->src.u3));

	original = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	flow->family = family;
	memcpy(&flow->source, &original->src.u3, sizeof(flow->source));
	memcpy(&flow->destination, &reply->src.u3, sizeof(flow->destination));
	flow->source_port = ntohs(original->src.u.tcp.port);
	flow->destination_port = ntohs(reply->src.u.tcp.port);
}

static unsigned int ftpmark_masquerade(struct sk_buff *skb,
				       const struct nf_hook_state *state)
{
	struct nf_nat_range2 range = {};

	if (!IS_ENABLED(CONFIG_IPV6) || state->pf == NFPROTO_IPV4)
		return nf_nat_masquerade_ipv4(skb, state->hook, &range,
					      state->out);
	return nf_nat_masquerade_ipv6(skb, &range, state->out);
}

static unsigned int ftpmark_snat(struct nf_conn *ct,
				 const struct ftpmark_active_match *match)
{
	struct nf_nat_range2 range = { .flags = NF_NAT_RANGE_MAP_IPS };

	if (!match->has_vip)
		return NF_DROP;

	memcpy(&range.min_addr, &match->vip, sizeof(range.min_addr));
	range.max_addr = range.min_addr;
	return nf_nat_setup_info(ct, &range, NF_NAT_MANIP_SRC);
}

/*
 * nf_nat asks for the first packet of a connection only, and not again once a
 * source is chosen. Related connections are ICMP errors here.
 */
static unsigned int ftpmark_nat(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	const struct ftpmark_net *ns = ftpmark_netns(state->net);
	struct ftpmark_active_match match;
	enum ip_conntrack_info ctinfo;
	struct ftpmark_flow flow;
	unsigned int verdict;
	struct nf_conn *ct;

	ct = nf_ct_get(skb, &ctinfo);
	if (!ct || ctinfo != IP_CT_NEW || nf_ct_protonum(ct) != IPPROTO_TCP)
		return NF_ACCEPT;

	ftpmark_flow_from_conn(&flow, state->pf, ct);
	if (!ftpmark_active_lookup(rcu_dereference(ns->table), &flow,
				   BIT(FTPMARK_ACTIVE_MASQUERADE) |
				   BIT(FTPMARK_ACTIVE_SNAT), &match))
		return NF_ACCEPT;

	verdict = match.target->active == FTPMARK_ACTIVE_SNAT ?
		  ftpmark_snat(ct, &match) : ftpmark_masquerade(skb, state);
	ftpmark_stat_inc(match.target->stats, verdict == NF_ACCEPT ?
			 FTPMARK_STAT_ACTIVE_CONNECTIONS :
			 FTPMARK_STAT_ACTIVE_FAILED);
	return verdict;
}

/* Ahead of the nat rules: they are general, a service's real servers are not. */
static const struct nf_hook_ops ftpmark_nat_ops[] = {
	{
		.hook		= ftpmark_nat,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= NF_IP_PRI_NAT_SRC - 1,
	},
	{
		.hook		= ftpmark_nat,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= NF_IP6_PRI_NAT_SRC - 1,
	},
};

static int ftpmark_nat_register(struct net *net, u8 family)
{
	if (family == NFPROTO_IPV4)
		return nf_nat_ipv4_register_fn(net, &ftpmark_nat_ops[0]);
#if IS_ENABLED(CONFIG_IPV6)
	return nf_nat_ipv6_register_fn(net, &ftpmark_nat_ops[1]);
#else
	return -EAFNOSUPPORT;
#endif
}

/**
 * ftpmark_nat_start - switch on conntrack and NAT for active data
 * @net: the namespace
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int ftpmark_nat_start(struct net *net, u8 family)
{
	int err;

	err = nf_ct_netns_get(net, family);
	if (err)
		return err;

	err = ftpmark_nat_register(net, family);
	if (err)
		nf_ct_netns_put(net, family);
	return err;
}

/**
 * ftpmark_nat_stop - undo ftpmark_nat_start()
 * @net: the namespace
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * Context: may sleep.
 */
void ftpmark_nat_stop(struct net *net, u8 family)
{
	if (family == NFPROTO_IPV4)
		nf_nat_ipv4_unregister_fn(net, &ftpmark_nat_ops[0]);
#if IS_ENABLED(CONFIG_IPV6)
	else
		nf_nat_ipv6_unregister_fn(net, &ftpmark_nat_ops[1]);
#endif
	nf_ct_netns_put(net, family);
}

/**
 * ftpmark_nat_init - have connections dropped whose address goes away
 *
 * The notifiers are the kernel's, one set for all namespaces. They take
 * pernet_ops_rwsem, so they can't wait for the first service: a namespace may
 * be on its way out, with that semaphore held, while a service is enabled.
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int ftpmark_nat_init(void)
{
	return nf_nat_masquerade_inet_register_notifiers();
}

/**
 * ftpmark_nat_exit - undo ftpmark_nat_init()
 *
 * Context: may sleep.
 */
void ftpmark_nat_exit(void)
{
	nf_nat_masquerade_inet_unregister_notifiers();
}
