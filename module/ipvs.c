// SPDX-License-Identifier: GPL-2.0-only
/*
 * active = ipvs: a data connection that a real server opens is entered into
 * IPVS's own connection table, as if the client had opened it to the VIP. IPVS
 * then translates it both ways, without conntrack and with the VIP as source,
 * and replicates it to a backup director.
 */
#include <linux/random.h>
#include <linux/spinlock.h>
#include <net/ip_vs.h>

#include "active.h"
#include "ipvs.h"
#include "ipvs_lookup.h"
#include "net.h"

enum {
	/*
	 * Dynamic ports (RFC 6335), for when the data port is taken. They are
	 * few, since IPVS up to 7.1 hashes only the client's address and port:
	 * all entries of a client's port are in one chain, which each lookup
	 * under ipvs_lock walks.
	 */
	FTPMARK_IPVS_PORT_FIRST	= 49152,
	FTPMARK_IPVS_PORTS	= 64,
	FTPMARK_IPVS_PORT_TRIES	= 16,
};

/**
 * enum ftpmark_ipvs_entry - what IPVS's table has for a SYN
 * @FTPMARK_IPVS_FAILED: no entry, so the SYN can't be translated
 * @FTPMARK_IPVS_AGAIN: an entry from the same SYN, sent before
 * @FTPMARK_IPVS_NEW: an entry for a new connection
 */
enum ftpmark_ipvs_entry {
	FTPMARK_IPVS_FAILED,
	FTPMARK_IPVS_AGAIN,
	FTPMARK_IPVS_NEW,
};

/*
 * Like IPVS itself, a new connection takes over the entry of an ended one with
 * the same ports, unless that has another virtual address. Then it is ended for
 * good, and the connection needs an entry of its own, which IPVS finds first.
 */
static enum ftpmark_ipvs_entry
ftpmark_ipvs_take_over(struct ip_vs_conn *cp,
		       const struct ftpmark_active_match *match)
{
	if (!match->has_vip ||
	    ip_vs_addr_equal(cp->af, &cp->vaddr,
			     (const union nf_inet_addr *)&match->vip))
		return FTPMARK_IPVS_NEW;

	spin_lock_bh(&cp->lock);
	cp->timeout = 0;
	spin_unlock_bh(&cp->lock);
	return FTPMARK_IPVS_FAILED;
}

static enum ftpmark_ipvs_entry
ftpmark_ipvs_known(struct netns_ipvs *ipvs, const struct ftpmark_flow *flow,
		   const struct ftpmark_active_match *match)
{
	struct ip_vs_conn *cp = ftpmark_ipvs_out_get(ipvs, flow);
	enum ftpmark_ipvs_entry entry;

	if (!cp)
		return FTPMARK_IPVS_FAILED;

	switch (READ_ONCE(cp->state)) {
	case IP_VS_TCP_S_FIN_WAIT:
	case IP_VS_TCP_S_TIME_WAIT:
	case IP_VS_TCP_S_CLOSE:
	case IP_VS_TCP_S_CLOSE_WAIT:
	case IP_VS_TCP_S_LAST_ACK:
		entry = ftpmark_ipvs_take_over(cp, match);
		break;
	default:
		entry = FTPMARK_IPVS_AGAIN;
		break;
	}
	/* This restarts the timer with the entry's timeout. */
	ip_vs_conn_put(cp);
	return entry;
}

/* Whether IPVS has no entry in the direction of the client's packets. */
static bool ftpmark_ipvs_port_free(struct netns_ipvs *ipvs,
				   const struct ftpmark_flow *flow,
				   const union ftpmark_key *vip, u16 port,
				   struct ip_vs_conn_param *param)
{
	ip_vs_conn_fill_param(ipvs, flow->family, IPPROTO_TCP,
			      (const union nf_inet_addr *)&flow->destination,
			      htons(flow->destination_port),
			      (const union nf_inet_addr *)vip, htons(port),
			      param);
	return !ftpmark_ipvs_has(param);
}

/* Tries the source port itself first, since clients expect the data port. */
static bool ftpmark_ipvs_find_port(struct netns_ipvs *ipvs,
				   const struct ftpmark_flow *flow,
				   const union ftpmark_key *vip,
				   struct ip_vs_conn_param *param)
{
	unsigned int start, i;

	if (ftpmark_ipvs_port_free(ipvs, flow, vip, flow->source_port, param))
		return true;

	start = get_random_u32();
	for (i = 0; i < FTPMARK_IPVS_PORT_TRIES; i++) {
		u16 port = FTPMARK_IPVS_PORT_FIRST +
			   (start + i) % FTPMARK_IPVS_PORTS;

		if (ftpmark_ipvs_port_free(ipvs, flow, vip, port, param))
			return true;
	}
	return false;
}

/*
 * With net.ipv4.vs.conntrack, IPVS would leave the connection in conntrack. It
 * begins at the real server, so the rules of POSTROUTING would then translate
 * its source once more, and the VIP would be lost. The caller holds ipvs_lock
 * until this is done, so no packet of the connection meets the flag.
 */
static void ftpmark_ipvs_bypass_conntrack(struct ip_vs_conn *cp)
{
	spin_lock_bh(&cp->lock);
	cp->flags &= ~IP_VS_CONN_F_NFCT;
	spin_unlock_bh(&cp->lock);
}

static struct ip_vs_conn *
ftpmark_ipvs_create(struct netns_ipvs *ipvs, const struct ftpmark_flow *flow,
		    const union ftpmark_key *vip)
{
	struct ip_vs_conn_param param;
	struct ip_vs_conn *cp;

	if (!ftpmark_ipvs_find_port(ipvs, flow, vip, &param))
		return NULL;
	cp = ip_vs_conn_new(&param, flow->family,
			    (const union nf_inet_addr *)&flow->source,
			    htons(flow->source_port), IP_VS_CONN_F_MASQ,
			    NULL, 0);
	if (cp)
		ftpmark_ipvs_bypass_conntrack(cp);
	return cp;
}

/*
 * The lock covers both lookups, of the connection and of a free virtual port,
 * and creating the entry: two CPUs may handle the same SYN, or SYNs of two real
 * servers to the same client port.
 */
static enum ftpmark_ipvs_entry
ftpmark_ipvs_enter(struct ftpmark_net *ns, const struct ftpmark_flow *flow,
		   const struct ftpmark_active_match *match)
{
	struct netns_ipvs *ipvs = net_ipvs(ns->net);
	enum ftpmark_ipvs_entry entry;
	struct ip_vs_conn *cp = NULL;

	spin_lock_bh(&ns->ipvs_lock);
	entry = ftpmark_ipvs_known(ipvs, flow, match);
	if (entry == FTPMARK_IPVS_FAILED && match->has_vip)
		cp = ftpmark_ipvs_create(ipvs, flow, &match->vip);
	spin_unlock_bh(&ns->ipvs_lock);
	if (!cp)
		return entry;

	/* The timer owns the entry now, and IPVS finds it for this packet. */
	ip_vs_conn_put(cp);
	return FTPMARK_IPVS_NEW;
}

static noinline unsigned int ftpmark_ipvs_syn(struct ftpmark_net *ns,
					      struct sk_buff *skb, u8 family,
					      const struct tcphdr *tcp)
{
	enum ftpmark_ipvs_entry entry = FTPMARK_IPVS_FAILED;
	struct ftpmark_active_match match;
	struct ftpmark_flow flow;

	if (skb->ipvs_property)
		return NF_ACCEPT;

	ftpmark_flow_from_packet(&flow, skb, family, tcp);
	if (!ftpmark_active_lookup(rcu_dereference(ns->table), ns->net, &flow,
				   BIT(FTPMARK_ACTIVE_IPVS), &match))
		return NF_ACCEPT;

	if (ftpmark_ipvs_works(ns->net, family))
		entry = ftpmark_ipvs_enter(ns, &flow, &match);

	switch (entry) {
	case FTPMARK_IPVS_NEW:
		ftpmark_stat_inc(match.target->stats,
				 FTPMARK_STAT_ACTIVE_CONNECTIONS);
		fallthrough;
	case FTPMARK_IPVS_AGAIN:
		return NF_ACCEPT;
	case FTPMARK_IPVS_FAILED:
		break;
	}

	/* Untranslated, it would bear an address the client can't reach. */
	ftpmark_stat_inc(match.target->stats, FTPMARK_STAT_ACTIVE_FAILED);
	return NF_DROP;
}

/* Slow path: a packet that is not plain. */
static noinline unsigned int ftpmark_ipvs_rest(struct ftpmark_net *ns,
					       struct sk_buff *skb, u8 family)
{
	const struct tcphdr *tcp;
	struct tcphdr buffer;

	tcp = ftpmark_tcp_header(skb, family, &buffer);
	if (!tcp || !ftpmark_is_syn(tcp))
		return NF_ACCEPT;
	return ftpmark_ipvs_syn(ns, skb, family, tcp);
}

/**
 * ftpmark_ipvs_ipv4 - enter an active data connection of IPv4 into IPVS
 * @priv: the struct ftpmark_net
 * @skb: the packet
 * @state: unused
 *
 * Every forwarded packet passes here; all but SYNs leave at once. The slow path
 * is for TCP that is not plain.
 *
 * Context: RCU read-side critical section.
 * Return: NF_ACCEPT, or NF_DROP for a connection that can't be translated.
 */
unsigned int ftpmark_ipvs_ipv4(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);
	const struct tcphdr *tcp = (const struct tcphdr *)(ip + 1);

	if (ip->protocol != IPPROTO_TCP)
		return NF_ACCEPT;
	if (unlikely(!ftpmark_plain_tcp4(skb, ip)))
		return ftpmark_ipvs_rest(priv, skb, NFPROTO_IPV4);
	if (likely(!tcp->syn || !ftpmark_is_syn(tcp)))
		return NF_ACCEPT;
	return ftpmark_ipvs_syn(priv, skb, NFPROTO_IPV4, tcp);
}

/**
 * ftpmark_ipvs_ipv6 - enter an active data connection of IPv6 into IPVS
 * @priv: the struct ftpmark_net
 * @skb: the packet
 * @state: unused
 *
 * Context: RCU read-side critical section.
 * Return: NF_ACCEPT, or NF_DROP for a connection that can't be translated.
 */
unsigned int ftpmark_ipvs_ipv6(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip = ipv6_hdr(skb);
	const struct tcphdr *tcp = (const struct tcphdr *)(ip + 1);

	if (unlikely(ip->nexthdr != IPPROTO_TCP) &&
	    !ftpmark_before_tcp6(ip->nexthdr))
		return NF_ACCEPT;
	if (unlikely(!ftpmark_plain_tcp6(skb, ip)))
		return ftpmark_ipvs_rest(priv, skb, NFPROTO_IPV6);
	if (likely(!tcp->syn || !ftpmark_is_syn(tcp)))
		return NF_ACCEPT;
	return ftpmark_ipvs_syn(priv, skb, NFPROTO_IPV6, tcp);
}
