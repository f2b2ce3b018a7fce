// SPDX-License-Identifier: GPL-2.0-only
/*
 * fast = 1: in PREROUTING, ahead of all that translates, packets with a lease are
 * translated and handed to the neighbour. Packets without one leave early. Where
 * there is any doubt a packet goes the usual way, before a byte of it is changed.
 */
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include <net/neighbour.h>

#include "fast.h"
#include "lease.h"
#include "net.h"
#include "packet.h"
#include "route.h"
#include "table.h"

/* Has a packet go the usual way, and counts why. */
static unsigned int ftpmark_fast_usual(const struct ftpmark_lease *lease,
				       enum ftpmark_stat why)
{
	ftpmark_stat_inc(lease->stats, why);
	return NF_ACCEPT;
}

/* Not a plain ACK: both directions go the usual way from here on. */
static noinline unsigned int
ftpmark_fast_end(struct ftpmark_leases *leases,
		 const struct ftpmark_lease *lease)
{
	ftpmark_lease_end_both(leases, lease);
	return ftpmark_fast_usual(lease, FTPMARK_STAT_FAST_ENDED);
}

/*
 * Whether a packet arrives as the one did that showed the way, and bears nothing
 * that somebody on the usual way would look at. In a bridge with br_netfilter it
 * has an extension, and behind IPsec, too. ip_rcv() and ip6_rcv(), and br_netfilter,
 * have seen to it that it is not shared and ends where its header says.
 */
static __always_inline bool
ftpmark_fast_fits(const struct ftpmark_lease *lease, struct sk_buff *skb,
		  const struct nf_hook_state *state)
{
	return likely(state->in->ifindex == lease->iif) &&
	       likely(skb->pkt_type == PACKET_HOST) &&
	       likely(!(skb->_skb_refdst | (unsigned long)skb->sk |
			skb_get_nfct(skb) | skb->mark)) &&
	       likely(skb_headroom(skb) >= lease->headroom) &&
	       likely(!skb_vlan_tag_present(skb)) &&
	       likely(!skb_has_extensions(skb));
}

/*
 * Whether a packet that is longer than the MTU leaves in pieces that are not: as
 * skb_gso_validate_network_len(), of a plain packet of TCP.
 */
static noinline bool ftpmark_fast_segments(const struct ftpmark_lease *lease,
					   struct sk_buff *skb,
					   unsigned int network,
					   const struct tcphdr *tcp)
{
	const struct skb_shared_info *shared = skb_shinfo(skb);

	/*
	 * A packet that is not cut may have a type, too. LRO has none: what it has
	 * merged must not be sent on.
	 */
	if (!shared->gso_size ||
	    !(shared->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)) ||
	    network + tcp->doff * 4 + shared->gso_size > lease->mtu)
		return false;
	/* It may be unset so early. */
	skb_set_transport_header(skb, network);
	return true;
}

/*
 * Whether the headers of a clone may be written to, or have been copied. Behind a
 * packet socket they belong to another packet, too.
 */
static noinline bool ftpmark_fast_own(struct sk_buff *skb, unsigned int headers)
{
	return skb_clone_writable(skb, headers) ||
	       !skb_ensure_writable(skb, headers);
}

/* As time_before(jiffies, until), without what its type check puts on the stack. */
static __always_inline bool ftpmark_fast_runs(const struct ftpmark_lease *lease)
{
	return (long)(jiffies - READ_ONCE(lease->until)) < 0;
}

static __always_inline void
ftpmark_fast_tcp_csum(const struct ftpmark_lease *lease, struct sk_buff *skb,
		      struct tcphdr *tcp)
{
	const u8 summed = skb->ip_summed;

	if (unlikely(summed == CHECKSUM_PARTIAL)) {
		tcp->check = csum16_add(tcp->check, lease->csum_pseudo);
		return;
	}
	tcp->check = ~csum16_add(~tcp->check, lease->csum_tcp);
	if (summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;
}

/* Counts a packet, for the service now and for IPVS when the lease is renewed. */
static __always_inline void ftpmark_fast_count(struct ftpmark_lease *lease,
					       unsigned int length)
{
	struct ftpmark_stats __percpu *stats = lease->stats;

	atomic64_add(BIT_ULL(FTPMARK_LEASE_BYTES_BITS) + length, &lease->sent);
	ftpmark_stat_inc(stats, FTPMARK_STAT_FAST_PACKETS);
	if (!lease->counted)
		return;
	ftpmark_stat_inc(stats, FTPMARK_STAT_PASSIVE_PACKETS);
	ftpmark_stat_add(stats, FTPMARK_STAT_BYTES, length);
}

static __always_inline unsigned int
ftpmark_fast_send(const struct ftpmark_lease *lease, struct sk_buff *skb)
{
	struct neighbour *neigh = lease->neigh;
	struct dst_entry *dst = lease->dst;

	skb->mark = lease->mark;
	skb->priority = lease->priority;
	skb->tstamp = 0;
	/* It always is one; the compiler does less if it knows. */
	if (likely(dst))
		skb_dst_set_noref(skb, dst);
	skb->dev = neigh->dev;
	neigh_output(neigh, skb, false);
	return NF_STOLEN;
}

/* Sends a packet of IPv4 by its lease, if it has one. */
static noinline unsigned int
ftpmark_fast_lease4(struct ftpmark_leases *leases, struct sk_buff *skb,
		    const struct nf_hook_state *state)
{
	struct iphdr *ip = (struct iphdr *)skb->data;
	struct tcphdr *tcp = (struct tcphdr *)(ip + 1);
	const unsigned int headers = sizeof(*ip) + sizeof(*tcp);
	struct ftpmark_lease *lease;

	lease = ftpmark_lease_find4(leases, ftpmark_ends4(ip));
	if (!lease || unlikely(lease->epoch != atomic_read(&leases->epoch)))
		return NF_ACCEPT;
	if (unlikely(!ftpmark_lease_goes_on(tcp)))
		return ftpmark_fast_end(leases, lease);
	if (unlikely(!ftpmark_fast_runs(lease)))
		return ftpmark_fast_usual(lease, FTPMARK_STAT_FAST_EXPIRED);
	if (unlikely(ip->ttl != lease->hops ||
		     (ip->tos & ~INET_ECN_MASK) != lease->dscp ||
		     !ftpmark_fast_fits(lease, skb, state)))
		return ftpmark_fast_usual(lease, FTPMARK_STAT_FAST_UNFIT);
	if (unlikely(skb->len > lease->mtu) &&
	    !ftpmark_fast_segments(lease, skb, sizeof(*ip), tcp))
		return ftpmark_fast_usual(lease, FTPMARK_STAT_FAST_TOO_LONG);

	if (unlikely(!ftpmark_route_valid4(state->net, lease->dst) ||
		     READ_ONCE(lease->neigh->dead)))
		return ftpmark_fast_usual(lease, FTPMARK_STAT_FAST_ROUTE);
	if (unlikely(skb_cloned(skb)) && !ftpmark_fast_own(skb, headers))
		return ftpmark_fast_usual(lease, FTPMARK_STAT_FAST_UNFIT);

	ftpmark_fast_count(lease, skb->len);
	ip = (struct iphdr *)skb->data;
	tcp = (struct tcphdr *)(ip + 1);
	*ftpmark_ends4(ip) = lease->to.v4;
	ip->ttl--;
	ip->check = ~csum16_add(~ip->check, lease->csum_ip);
	ftpmark_fast_tcp_csum(lease, skb, tcp);
	return ftpmark_fast_send(lease, skb);
}

/**
 * ftpmark_fast_ipv4 - send a packet of IPv4 by its lease
 * @priv: the struct ftpmark_net
 * @skb: the packet
 * @state: the device where it has arrived, and the namespace
 *
 * Context: RCU read-side critical section.
 * Return: NF_STOLEN if it was sent, else NF_ACCEPT.
 */
unsigned int ftpmark_fast_ipv4(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const struct iphdr *ip = (const struct iphdr *)skb->data;
	const struct ftpmark_net *ns = priv;
	struct ftpmark_leases *leases;

	leases = rcu_dereference(ns->table)->leases;
	if (unlikely(!leases) || !ftpmark_whole_tcp4(skb, ip) ||
	    !ftpmark_lease_ports(leases, ftpmark_ends4(ip)->source_port,
				 ftpmark_ends4(ip)->destination_port))
		return NF_ACCEPT;
	return ftpmark_fast_lease4(leases, skb, state);
}

#if IS_ENABLED(CONFIG_IP_VS_IPV6)
/* Sends a packet of IPv6 by its lease, if it has one. */
static noinline unsigned int
ftpmark_fast_lease6(struct ftpmark_leases *leases, struct sk_buff *skb,
		    const struct nf_hook_state *state)
{
	struct ipv6hdr *ip = (struct ipv6hdr *)skb->data;
	struct tcphdr *tcp = (struct tcphdr *)(ip + 1);
	const unsigned int headers = sizeof(*ip) + sizeof(*tcp);
	struct ftpmark_lease *lease;

	lease = ftpmark_lease_find6(leases, ftpmark_ends6(ip));
	if (!lease || unlikely(lease->epoch != atomic_read(&leases->epoch)))
		return NF_ACCEPT;
	if (unlikely(!ftpmark_lease_goes_on(tcp)))
		return ftpmark_fast_end(leases, lease);
	if (unlikely(!ftpmark_fast_runs(lease)))
		return ftpmark_fast_usual(lease, FTPMARK_STAT_FAST_EXPIRED);
	if (unlikely(ip->hop_limit != lease->hops ||
		     (ipv6_get_dsfield(ip) & ~INET_ECN_MASK) != lease->dscp ||
		     !ftpmark_fast_fits(lease, skb, state)))
		return ftpmark_fast_usual(lease, FTPMARK_STAT_FAST_UNFIT);
	if (unlikely(skb->len > lease->mtu) &&
	    !ftpmark_fast_segments(lease, skb, sizeof(*ip), tcp))
		return ftpmark_fast_usual(lease, FTPMARK_STAT_FAST_TOO_LONG);

	if (unlikely(!ftpmark_route_valid6(lease->dst, lease->cookie) ||
		     READ_ONCE(lease->neigh->dead)))
		return ftpmark_fast_usual(lease, FTPMARK_STAT_FAST_ROUTE);
	if (unlikely(skb_cloned(skb)) && !ftpmark_fast_own(skb, headers))
		return ftpmark_fast_usual(lease, FTPMARK_STAT_FAST_UNFIT);

	ftpmark_fast_count(lease, skb->len);
	ip = (struct ipv6hdr *)skb->data;
	tcp = (struct tcphdr *)(ip + 1);
	*ftpmark_ends6(ip) = lease->to.v6;
	ip->hop_limit--;
	ftpmark_fast_tcp_csum(lease, skb, tcp);
	return ftpmark_fast_send(lease, skb);
}

/**
 * ftpmark_fast_ipv6 - send a packet of IPv6 by its lease
 * @priv: the struct ftpmark_net
 * @skb: the packet
 * @state: the device where it has arrived
 *
 * Context: RCU read-side critical section.
 * Return: NF_STOLEN if it was sent, else NF_ACCEPT.
 */
unsigned int ftpmark_fast_ipv6(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip = (const struct ipv6hdr *)skb->data;
	const struct ftpmark_net *ns = priv;
	struct ftpmark_leases *leases;

	leases = rcu_dereference(ns->table)->leases;
	if (unlikely(!leases) || !ftpmark_plain_tcp6(skb, ip) ||
	    !ftpmark_lease_ports(leases, ftpmark_ends6(ip)->source_port,
				 ftpmark_ends6(ip)->destination_port))
		return NF_ACCEPT;
	return ftpmark_fast_lease6(leases, skb, state);
}
#else
unsigned int ftpmark_fast_ipv6(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}
#endif
