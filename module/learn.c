// SPDX-License-Identifier: GPL-2.0-only
/*
 * fast = 1: at the end of POSTROUTING a packet that IPVS has translated shows what
 * becomes of its direction of a connection. By that fast.c may send the next ones,
 * for a lease. What a rule has dropped never arrives here, and what a rule has
 * changed shows: then the next packet does not arrive as this one leaves.
 */
#include <linux/netdevice.h>
#include <linux/tcp.h>
#include <net/arp.h>
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/netfilter/nf_conntrack.h>

#include "active.h"
#include "flows.h"
#include "ipvs_learn.h"
#include "learn.h"
#include "lease.h"
#include "net.h"
#include "packet.h"
#include "route.h"
#include "table.h"

/**
 * struct ftpmark_learn_packet - a packet that IPVS has translated
 * @skb: it
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @tcp: its header
 * @ends: of it, as it leaves
 */
struct ftpmark_learn_packet {
	struct sk_buff *skb;
	u8 family;
	const struct tcphdr *tcp;
	union ftpmark_ends ends;
};

/* Reads a packet; returns whether it is one that could leave by a lease. */
static bool ftpmark_learn_read(struct ftpmark_learn_packet *packet)
{
	const struct sk_buff *skb = packet->skb;
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	const struct iphdr *ip4 = ip_hdr(skb);

	memset(&packet->ends, 0, sizeof(packet->ends));
	if (packet->family == NFPROTO_IPV4) {
		if (!ftpmark_whole_tcp4(skb, ip4))
			return false;
		packet->tcp = (const struct tcphdr *)(ip4 + 1);
		packet->ends.v4 = *ftpmark_ends4(ip4);
	} else {
		if (!ftpmark_plain_tcp6(skb, ip6))
			return false;
		packet->tcp = (const struct tcphdr *)(ip6 + 1);
		packet->ends.v6 = *ftpmark_ends6(ip6);
	}
	return true;
}

/*
 * Whether what a packet bears is all known when it arrives: it is no local one,
 * has not come by IPsec, a VRF or a bridge with br_netfilter, and conntrack does
 * not track it.
 */
static bool ftpmark_learn_fits(const struct ftpmark_learn_packet *packet,
			       const struct nf_hook_state *state)
{
	struct sk_buff *skb = packet->skb;
	enum ip_conntrack_info info;
	bool vrf;

	vrf = packet->family == NFPROTO_IPV4 ?
	      ipv4_l3mdev_skb(IPCB(skb)->flags) :
	      ipv6_l3mdev_skb(IP6CB(skb)->flags);
	return !vrf && !skb->sk && skb->skb_iif && !skb_has_extensions(skb) &&
	       !nf_ct_get(skb, &info) && skb->dev == state->out;
}

static bool ftpmark_learn_route4(struct net *net, struct dst_entry *dst,
				 struct net_device *dev,
				 struct ftpmark_lease *shown)
{
	const struct rtable *rt = ftpmark_route4(dst);
	__be32 nexthop;

	if (dst->ops->family != AF_INET || dst->output != ip_output ||
	    rt->rt_type != RTN_UNICAST || rt->rt_gw_family == AF_INET6 ||
	    !ftpmark_route_valid4(net, dst))
		return false;
	nexthop = rt_nexthop(rt, shown->to.v4.destination);
	shown->neigh = __ipv4_neigh_lookup(dev, (__force u32)nexthop);
	return shown->neigh;
}

static bool ftpmark_learn_route6(struct dst_entry *dst,
				 struct net_device *dev,
				 struct ftpmark_lease *shown)
{
	const u32 special = RTF_REJECT | RTF_LOCAL | RTF_ANYCAST;
	const struct rt6_info *rt = ftpmark_route6(dst);
	const struct in6_addr *nexthop;

	if (!IS_ENABLED(CONFIG_IP_VS_IPV6) || dst->ops->family != AF_INET6 ||
	    (rt->rt6i_flags & special))
		return false;
	shown->cookie = rt6_get_cookie(rt);
	if (!ftpmark_route_valid6(dst, shown->cookie))
		return false;
	nexthop = rt6_nexthop(rt, &shown->to.v6.destination);
	shown->neigh = __ipv6_neigh_lookup(dev, nexthop);
	return shown->neigh;
}

/*
 * Reads the route, which has to be a plain one to another host whose address is
 * known. Leaves a reference to that neighbour.
 */
static bool ftpmark_learn_route(const struct ftpmark_learn_packet *packet,
				struct net *net, struct ftpmark_lease *shown)
{
	struct dst_entry *dst = skb_dst(packet->skb);
	struct net_device *dev;

	if (!dst || dst->error || dst_xfrm(dst) || dst->lwtstate)
		return false;
	dev = READ_ONCE(dst->dev);
	if (dev != packet->skb->dev || (dev->flags & IFF_LOOPBACK) ||
	    netif_is_l3_master(dev))
		return false;
	shown->dst = dst;
	shown->mtu = dst_mtu(dst);
	shown->headroom = max_t(u16, LL_RESERVED_SPACE(dev), HH_DATA_MOD);
	return packet->family == NFPROTO_IPV4 ?
	       ftpmark_learn_route4(net, dst, dev, shown) :
	       ftpmark_learn_route6(dst, dev, shown);
}

static __be16 ftpmark_learn_difference(const union ftpmark_ends *from,
				       const union ftpmark_ends *to,
				       size_t size)
{
	__wsum difference = csum_sub(csum_partial(to, size, 0),
				     csum_partial(from, size, 0));

	return (__force __be16)~csum_fold(difference);
}

/* Computes what is to be added to checksums. */
static void ftpmark_learn_csums(struct ftpmark_lease *shown)
{
	size_t size = ftpmark_ends_size(shown->family);

	shown->csum_tcp = ftpmark_learn_difference(&shown->from, &shown->to,
						   size);
	/* Without the ports. */
	size -= 2 * sizeof(__be16);
	shown->csum_pseudo = ftpmark_learn_difference(&shown->from, &shown->to,
						      size);
	/* One hop less. */
	shown->csum_ip = (__force __be16)
		csum16_sub((__force __sum16)shown->csum_pseudo, htons(0x0100));
}

/* The service that has a connection, if its data takes the short way. */
static const struct ftpmark_target *
ftpmark_learn_target(const struct ftpmark_table *table, u8 family,
		     const struct ftpmark_ipvs_way *way, bool *passive)
{
	const struct ftpmark_port_rule *rule;
	const struct ftpmark_target *target;
	const struct ftpmark_port_map *map;
	struct ftpmark_flow flow;

	map = ftpmark_vips_ports(&table->vips, family, &way->vip);
	if (!map)
		return NULL;
	rule = ftpmark_port_map_find(map, ntohs(way->vip_port));
	*passive = rule;
	if (rule)
		return rule->target->fast &&
		       rule->stat == FTPMARK_STAT_PASSIVE_PACKETS ?
		       rule->target : NULL;

	flow = (struct ftpmark_flow) {
		.family = family,
		.source = way->server,
		.source_port = ntohs(way->server_port),
		.destination = way->client,
		.destination_port = ntohs(way->client_port),
	};
	target = ftpmark_active_by_vip(table, &flow, &way->vip);
	return target && target->fast &&
	       target->active == FTPMARK_ACTIVE_IPVS ? target : NULL;
}

/* Reads from IPVS's translation what arrives and what leaves. */
static bool ftpmark_learn_ends(const struct ftpmark_learn_packet *packet,
			       const struct ftpmark_ipvs_way *way,
			       struct ftpmark_lease *shown)
{
	u8 family = packet->family;

	if (shown->to_client) {
		ftpmark_ends_set(&shown->from, family, &way->server,
				 way->server_port, &way->client,
				 way->client_port);
		ftpmark_ends_set(&shown->to, family, &way->vip, way->vip_port,
				 &way->client, way->client_port);
	} else {
		ftpmark_ends_set(&shown->from, family, &way->client,
				 way->client_port, &way->vip, way->vip_port);
		ftpmark_ends_set(&shown->to, family, &way->client,
				 way->client_port, &way->server,
				 way->server_port);
	}
	return !memcmp(&shown->to, &packet->ends, sizeof(packet->ends));
}

/* Reads the rest of what a packet shows. */
static bool ftpmark_learn_show(const struct ftpmark_learn_packet *packet,
			       struct ftpmark_lease *shown)
{
	const struct sk_buff *skb = packet->skb;
	u8 hops, field;

	if (packet->family == NFPROTO_IPV4) {
		hops = ip_hdr(skb)->ttl;
		field = ip_hdr(skb)->tos;
	} else {
		hops = ipv6_hdr(skb)->hop_limit;
		field = ipv6_get_dsfield(ipv6_hdr(skb));
	}
	if (!hops || hops == U8_MAX)
		return false;
	shown->hops = hops + 1;
	shown->dscp = field & ~INET_ECN_MASK;
	shown->iif = skb->skb_iif;
	shown->mark = skb->mark;
	shown->priority = skb->priority;
	ftpmark_learn_csums(shown);
	return true;
}

/* A sample does not see packets that have a lease, so it is told of them here. */
static void ftpmark_learn_note(const struct ftpmark_net *ns, u8 family,
			       const struct ftpmark_ipvs_way *way)
{
	struct ftpmark_flow flow = {
		.family = family,
		.source = way->client,
		.source_port = ntohs(way->client_port),
		.destination = way->vip,
		.destination_port = ntohs(way->vip_port),
	};

	ftpmark_flows_note(ns->flows, &flow);
}

static void ftpmark_learn_give(const struct ftpmark_net *ns,
			       const struct ftpmark_table *table,
			       const struct ftpmark_learn_packet *packet,
			       bool to_client, u32 epoch, int ended)
{
	struct ftpmark_lease shown = {
		.family = packet->family,
		.to_client = to_client,
		.epoch = epoch,
	};
	const struct ftpmark_target *target;
	enum ftpmark_lease_result result;
	struct ftpmark_ipvs_way way;
	bool passive;

	if (!ftpmark_ipvs_way(ns->net, packet->family, &packet->ends,
			      to_client, &way) ||
	    !ftpmark_learn_ends(packet, &way, &shown))
		return;
	target = ftpmark_learn_target(table, packet->family, &way, &passive);
	if (!target || !ftpmark_learn_show(packet, &shown) ||
	    !ftpmark_learn_route(packet, ns->net, &shown))
		return;

	shown.stats = target->stats;
	shown.counted = passive && !to_client;
	shown.until = jiffies + way.lease;
	result = ftpmark_lease_give(table->leases, &shown, ended);
	neigh_release(shown.neigh);
	switch (result) {
	case FTPMARK_LEASE_NONE:
		return;
	case FTPMARK_LEASE_FULL:
		ftpmark_stat_inc(target->stats, FTPMARK_STAT_FAST_FULL);
		return;
	case FTPMARK_LEASE_GIVEN:
		ftpmark_stat_inc(target->stats, FTPMARK_STAT_FAST_LEASES);
		break;
	case FTPMARK_LEASE_RENEWED:
		break;
	}
	if (!to_client)
		ftpmark_learn_note(ns, packet->family, &way);
}

/* The answers to what opens or ends a connection go the usual way, too. */
static void ftpmark_learn_end(struct ftpmark_leases *leases,
			      const struct ftpmark_learn_packet *packet)
{
	union ftpmark_ends answer;

	ftpmark_ends_reverse(&answer, packet->family, &packet->ends);
	ftpmark_lease_end(leases, packet->family, &answer);
}

static bool ftpmark_learn_is_control(const struct ftpmark_port_map *map,
				     __be16 port)
{
	const struct ftpmark_port_rule *rule;

	rule = ftpmark_port_map_find(map, ntohs(port));
	return rule && rule->stat == FTPMARK_STAT_CONTROL_PACKETS;
}

/*
 * Whether the other direction has a lease. Packets to the client get theirs first,
 * since they bear the port of the VIP: so IPVS need not be asked about each packet
 * of a control connection.
 */
static bool ftpmark_learn_is_answered(struct ftpmark_leases *leases,
				      const struct ftpmark_learn_packet *packet)
{
	union ftpmark_ends answer;

	ftpmark_ends_reverse(&answer, packet->family, &packet->ends);
	return ftpmark_lease_find(leases, packet->family, &answer);
}

static noinline unsigned int
ftpmark_learn_packet(const struct ftpmark_net *ns, struct sk_buff *skb,
		     const struct nf_hook_state *state)
{
	struct ftpmark_learn_packet packet = { .skb = skb, .family = state->pf };
	union nf_inet_addr source = {}, destination = {};
	__be16 source_port, destination_port;
	const struct ftpmark_port_map *map;
	const struct ftpmark_table *table;
	struct ftpmark_leases *leases;
	u32 epoch;
	int ended;

	leases = rcu_dereference(ns->table)->leases;
	if (!leases || !ftpmark_learn_read(&packet))
		return NF_ACCEPT;
	if (!ftpmark_lease_goes_on(packet.tcp)) {
		ftpmark_learn_end(leases, &packet);
		return NF_ACCEPT;
	}
	if (!ftpmark_lease_pays(leases, state->pf, &packet.ends))
		return NF_ACCEPT;

	/* Ahead of all that it may depend on. */
	epoch = atomic_read_acquire(&leases->epoch);
	ended = ftpmark_leases_ended(leases);
	table = rcu_dereference(ns->table);
	if (table->leases != leases || !ftpmark_learn_fits(&packet, state))
		return NF_ACCEPT;
	ftpmark_ends_get(&packet.ends, state->pf, &source, &source_port,
			 &destination, &destination_port);
	map = ftpmark_vips_ports(&table->vips, state->pf, &source);
	if (map ? ftpmark_learn_is_control(map, source_port) :
		  !ftpmark_learn_is_answered(leases, &packet))
		return NF_ACCEPT;
	ftpmark_learn_give(ns, table, &packet, map, epoch, ended);
	return NF_ACCEPT;
}

/**
 * ftpmark_learn - learn what becomes of a packet that IPVS has translated
 * @priv: the struct ftpmark_net
 * @skb: the packet, about to leave
 * @state: the hook's family and namespace, and the device
 *
 * Every packet that leaves passes here, and those of IPVS are few.
 *
 * Context: RCU read-side critical section.
 * Return: NF_ACCEPT.
 */
unsigned int ftpmark_learn(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	if (!skb->ipvs_property)
		return NF_ACCEPT;
	return ftpmark_learn_packet(priv, skb, state);
}
