// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PREROUTING hook: marks TCP to a VIP's control and passive ports. Every
 * packet of the namespace passes here, so cheap tests come first, and most
 * packets leave after one lookup in the table.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <net/ipv6.h>

#include "clients.h"
#include "mark.h"
#include "net.h"
#include "packet.h"
#include "sessions.h"
#include "table.h"

/*
 * Whether the packet has been counted. Where an interface belongs to a VRF,
 * PREROUTING runs once for the interface and then once more for the VRF.
 */
static bool ftpmark_mark_again(const struct sk_buff *skb, u8 family)
{
	return family == NFPROTO_IPV4 ? ipv4_l3mdev_skb(IPCB(skb)->flags) :
					ipv6_l3mdev_skb(IP6CB(skb)->flags);
}

/*
 * Whether the sender of a packet accepts a connection that another host has
 * opened from the VIP: the director itself, say. IPVS must not see such a
 * SYN-ACK marked, for it would schedule it as a new connection to a service.
 * But if real servers answer clients directly, it is by this that their active
 * data connections find them; those have a source port of their own.
 */
static bool ftpmark_mark_foreign(const struct ftpmark_target *target,
				 const struct tcphdr *tcp)
{
	return ftpmark_is_syn_ack(tcp) &&
	       !ftpmark_target_sends(target, ntohs(tcp->dest));
}

/* Remembers a control connection that a client opens. */
static void ftpmark_mark_session(const struct ftpmark_target *target,
				 const struct sk_buff *skb, u8 family,
				 const struct tcphdr *tcp)
{
	struct ftpmark_flow flow;

	if (!ftpmark_is_syn(tcp))
		return;
	ftpmark_flow_from_packet(&flow, skb, family, tcp);
	ftpmark_sessions_note(target->sessions, &flow);
}

/*
 * Whether a packet opens a data connection that is for clients only, and its
 * sender is none. To IPVS, every packet with SYN opens one.
 */
static bool ftpmark_mark_refuses(const struct ftpmark_port_map *map,
				 const struct ftpmark_port_rule *rule,
				 const struct sk_buff *skb, u8 family,
				 const struct tcphdr *tcp)
{
	struct ftpmark_flow flow;

	if (!rule->target->clients_only || !tcp->syn ||
	    rule->stat != FTPMARK_STAT_PASSIVE_PACKETS)
		return false;
	ftpmark_flow_from_packet(&flow, skb, family, tcp);
	return !ftpmark_clients_connected(map->connected, &flow);
}

static void ftpmark_mark_note(const struct ftpmark_port_map *map,
			      const struct sk_buff *skb,
			      const struct tcphdr *tcp)
{
	if (map->seen)
		ftpmark_clients_note(map->seen, skb, tcp);
	if (map->connected)
		ftpmark_clients_note(map->connected, skb, tcp);
}

/*
 * Slow path: everything that ftpmark_mark_plain() does not handle. That is a
 * packet that is not plain, has SYN, or came with a mark; a port in a further
 * range of the service, of a further service of the VIP, or of no service; and
 * a control packet whose sender has to be remembered.
 *
 * A packet that comes again has its mark, and that is all there is to do. If a
 * rule has changed the mark in between, it is set again, but not counted. (If a
 * rule has set it to 0, the fast path counts the packet again: to know better
 * would cost every packet a test.)
 */
static noinline unsigned int
ftpmark_mark_rest(struct sk_buff *skb, u8 family,
		  const struct ftpmark_port_map *map)
{
	bool again = ftpmark_mark_again(skb, family);
	const struct ftpmark_port_rule *rule;
	const struct ftpmark_target *target;
	const struct tcphdr *tcp;
	struct tcphdr buffer;

	if (again && skb->mark == map->owner->mark)
		return NF_ACCEPT;

	tcp = ftpmark_tcp_header(skb, family, &buffer);
	if (!tcp)
		return NF_ACCEPT;

	rule = ftpmark_port_map_find(map, ntohs(tcp->dest));
	if (!rule) {
		if (!again && ftpmark_is_syn(tcp))
			ftpmark_stat_inc(map->owner->stats,
					 FTPMARK_STAT_OUT_OF_RANGE);
		return NF_ACCEPT;
	}

	target = rule->target;
	if (ftpmark_mark_foreign(target, tcp))
		return NF_ACCEPT;
	if (ftpmark_mark_refuses(map, rule, skb, family, tcp)) {
		if (!again)
			ftpmark_stat_inc(target->stats, FTPMARK_STAT_REFUSED);
		return NF_ACCEPT;
	}
	if (skb->mark && skb->mark != target->mark) {
		if (!again)
			ftpmark_stat_inc(target->stats,
					 FTPMARK_STAT_ALREADY_MARKED);
		if (target->keep)
			return NF_ACCEPT;
	}
	skb->mark = target->mark;
	if (again)
		return NF_ACCEPT;

	if (rule->stat == FTPMARK_STAT_CONTROL_PACKETS) {
		ftpmark_mark_note(map, skb, tcp);
		if (tcp->syn && target->sessions)
			ftpmark_mark_session(target, skb, family, tcp);
	}
	ftpmark_stat_inc(target->stats, rule->stat);
	ftpmark_stat_add(target->stats, FTPMARK_STAT_BYTES, skb->len);
	return NF_ACCEPT;
}

/*
 * Fast path: a plain packet to a VIP, without a mark. The first packet of a
 * connection leaves it, so that a SYN-ACK costs the others two instructions.
 */
static __always_inline unsigned int
ftpmark_mark_plain(struct sk_buff *skb, u8 family,
		   const struct ftpmark_vip *vip, const struct tcphdr *tcp)
{
	struct ftpmark_stats __percpu *stats = vip->stats;
	u16 port = ntohs(tcp->dest);

	if (unlikely(tcp->syn))
		return ftpmark_mark_rest(skb, family, vip->map);
	if (likely((u16)(port - vip->passive_first) < vip->passive_count)) {
		skb->mark = vip->mark;
		ftpmark_stat_inc(stats, FTPMARK_STAT_PASSIVE_PACKETS);
		ftpmark_stat_add(stats, FTPMARK_STAT_BYTES, skb->len);
		return NF_ACCEPT;
	}
	if ((u16)(port - vip->control_first) < vip->control_count &&
	    likely(!vip->map->notes)) {
		skb->mark = vip->mark;
		ftpmark_stat_inc(stats, FTPMARK_STAT_CONTROL_PACKETS);
		ftpmark_stat_add(stats, FTPMARK_STAT_BYTES, skb->len);
		return NF_ACCEPT;
	}
	if (!vip->map->more && !vip->map->notes)
		return NF_ACCEPT;
	return ftpmark_mark_rest(skb, family, vip->map);
}

/**
 * ftpmark_mark_ipv4 - mark an IPv4 packet
 * @priv: the struct ftpmark_net
 * @skb: the packet
 * @state: unused
 *
 * A first fragment is marked, since it has the ports, and later fragments are
 * not: the iptables rules do the same. Behind conntrack there are no fragments.
 *
 * Context: RCU read-side critical section.
 * Return: NF_ACCEPT.
 */
unsigned int ftpmark_mark_ipv4(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const struct ftpmark_net *ns = priv;
	const struct iphdr *ip = ip_hdr(skb);
	const struct ftpmark_vip *vip;

	if (ip->protocol != IPPROTO_TCP)
		return NF_ACCEPT;

	if (likely(!ftpmark_vip4_lookup(&rcu_dereference(ns->table)->vips,
					ip->daddr, &vip)))
		return NF_ACCEPT;

	if (unlikely(!ftpmark_plain_tcp4(skb, ip) || skb->mark))
		return ftpmark_mark_rest(skb, NFPROTO_IPV4, vip->map);
	return ftpmark_mark_plain(skb, NFPROTO_IPV4, vip,
				  (const struct tcphdr *)(ip + 1));
}

/**
 * ftpmark_mark_ipv6 - mark an IPv6 packet
 * @priv: the struct ftpmark_net
 * @skb: the packet
 * @state: unused
 *
 * Context: RCU read-side critical section.
 * Return: NF_ACCEPT.
 */
unsigned int ftpmark_mark_ipv6(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const struct ftpmark_net *ns = priv;
	const struct ipv6hdr *ip = ipv6_hdr(skb);
	const struct ftpmark_vip6 *vip6;

	if (unlikely(ip->nexthdr != IPPROTO_TCP) &&
	    !ftpmark_before_tcp6(ip->nexthdr))
		return NF_ACCEPT;

	if (likely(!ftpmark_vip6_lookup(&rcu_dereference(ns->table)->vips,
					&ip->daddr, &vip6)))
		return NF_ACCEPT;

	if (unlikely(!ftpmark_plain_tcp6(skb, ip) || skb->mark))
		return ftpmark_mark_rest(skb, NFPROTO_IPV6, vip6->vip.map);
	return ftpmark_mark_plain(skb, NFPROTO_IPV6, &vip6->vip,
				  (const struct tcphdr *)(ip + 1));
}
