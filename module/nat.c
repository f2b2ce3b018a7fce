// SPDX-License-Identifier: GPL-2.0-only
/*
 * active = masquerade and snat: conntrack's NAT gives the data connections that
 * real servers open the address of the outgoing interface, as the MASQUERADE
 * rule does, or the VIP. No other file knows of conntrack's NAT.
 */
#include <linux/bits.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_nat.h>
#include <net/netfilter/nf_nat_masquerade.h>

#include "active.h"
#include "nat.h"
#include "net.h"

/*
 * The destination is read from the reply's source, since a DNAT rule may have
 * changed it.
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

/**
 * ftpmark_nat - choose the source address of an active data connection
 * @priv: the struct ftpmark_net
 * @skb: the packet
 * @state: tells its family, and the outgoing interface
 *
 * nf_nat calls this for a connection's first packet only, and only while no
 * source is chosen. Related connections are ICMP errors here.
 *
 * Context: RCU read-side critical section, in POSTROUTING.
 * Return: NF_ACCEPT, or NF_DROP for a connection that can't be translated.
 */
unsigned int ftpmark_nat(void *priv, struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	const struct ftpmark_net *ns = priv;
	struct ftpmark_active_match match;
	enum ip_conntrack_info ctinfo;
	struct ftpmark_flow flow;
	unsigned int verdict;
	struct nf_conn *ct;

	ct = nf_ct_get(skb, &ctinfo);
	if (!ct || ctinfo != IP_CT_NEW || nf_ct_protonum(ct) != IPPROTO_TCP)
		return NF_ACCEPT;

	ftpmark_flow_from_conn(&flow, state->pf, ct);
	if (!ftpmark_active_lookup(rcu_dereference(ns->table), ns->net, &flow,
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

static int ftpmark_nat_register_family(struct net *net,
				       const struct nf_hook_ops *ops)
{
	if (ops->pf == NFPROTO_IPV4)
		return nf_nat_ipv4_register_fn(net, ops);
#if IS_ENABLED(CONFIG_IPV6)
	return nf_nat_ipv6_register_fn(net, ops);
#else
	return -EAFNOSUPPORT;
#endif
}

/**
 * ftpmark_nat_register - switch on conntrack and NAT, and register a NAT hook
 * @net: the namespace
 * @ops: the hook; has to stay until ftpmark_nat_unregister()
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int ftpmark_nat_register(struct net *net, const struct nf_hook_ops *ops)
{
	int err;

	err = nf_ct_netns_get(net, ops->pf);
	if (err)
		return err;

	err = ftpmark_nat_register_family(net, ops);
	if (err)
		nf_ct_netns_put(net, ops->pf);
	return err;
}

/**
 * ftpmark_nat_unregister - undo ftpmark_nat_register()
 * @net: the namespace
 * @ops: the hook
 *
 * Context: may sleep.
 */
void ftpmark_nat_unregister(struct net *net, const struct nf_hook_ops *ops)
{
	if (ops->pf == NFPROTO_IPV4)
		nf_nat_ipv4_unregister_fn(net, ops);
#if IS_ENABLED(CONFIG_IPV6)
	else
		nf_nat_ipv6_unregister_fn(net, ops);
#endif
	nf_ct_netns_put(net, ops->pf);
}

/**
 * ftpmark_nat_init - have masqueraded connections end with their address
 *
 * The kernel has one set of notifiers for all namespaces. Registering them
 * takes pernet_ops_rwsem, so this can't wait for the first service: a namespace
 * that goes away may hold that semaphore while a service is enabled.
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
