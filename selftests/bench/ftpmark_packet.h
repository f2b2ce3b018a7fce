/* SPDX-License-Identifier: GPL-2.0-only */
/* TCP packets of the path benchmark, as a driver hands them over. */
#ifndef FTPMARK_BENCH_PACKET_H
#define FTPMARK_BENCH_PACKET_H

#include <linux/etherdevice.h>
#include <linux/inet.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

/**
 * struct packet - what differs between packets
 * @saddr: source; IPv4 addresses are mapped ones
 * @daddr: destination
 * @sport: source port, host order
 * @dport: destination port, host order
 * @flags: TCP_FLAG_*
 * @payload: length of the data
 * @segments: of how many packets of the same length it was merged; 0 or 1: of one
 * @text: the data, or NULL for zeros
 * @mark: of a packet that has left
 */
struct packet {
	struct in6_addr saddr;
	struct in6_addr daddr;
	u16 sport;
	u16 dport;
	__be32 flags;
	unsigned int payload;
	unsigned int segments;
	const char *text;
	u32 mark;
};

static inline bool packet_address(const char *text, struct in6_addr *addr)
{
	__be32 ip;

	if (strchr(text, ':'))
		return in6_pton(text, -1, addr->s6_addr, -1, NULL);
	if (!in4_pton(text, -1, (u8 *)&ip, -1, NULL))
		return false;
	ipv6_addr_set_v4mapped(ip, addr);
	return true;
}

static inline void packet_ip(struct sk_buff *skb, const struct packet *packet,
			     u8 pf, unsigned int len)
{
	if (pf == NFPROTO_IPV4) {
		struct iphdr *ip = skb_put_zero(skb, sizeof(*ip));

		ip->version = 4;
		ip->ihl = sizeof(*ip) / 4;
		ip->tot_len = htons(sizeof(*ip) + len);
		ip->ttl = 64;
		ip->protocol = IPPROTO_TCP;
		ip->saddr = packet->saddr.s6_addr32[3];
		ip->daddr = packet->daddr.s6_addr32[3];
		ip_send_check(ip);
	} else {
		struct ipv6hdr *ip = skb_put_zero(skb, sizeof(*ip));

		ip->version = 6;
		ip->payload_len = htons(len);
		ip->hop_limit = 64;
		ip->nexthdr = IPPROTO_TCP;
		ip->saddr = packet->saddr;
		ip->daddr = packet->daddr;
	}
}

/* As GRO leaves what it has merged. */
static inline void packet_merged(struct sk_buff *skb, u8 pf,
				 const struct packet *packet,
				 struct tcphdr *tcp, unsigned int len)
{
	skb_shinfo(skb)->gso_size = packet->payload / packet->segments;
	skb_shinfo(skb)->gso_segs = packet->segments;
	skb_shinfo(skb)->gso_type = pf == NFPROTO_IPV4 ? SKB_GSO_TCPV4 :
							 SKB_GSO_TCPV6;
	skb_set_transport_header(skb, (u8 *)tcp - skb->data);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (u8 *)tcp - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
	if (pf == NFPROTO_IPV4)
		tcp->check = ~csum_tcpudp_magic(packet->saddr.s6_addr32[3],
						packet->daddr.s6_addr32[3],
						len, IPPROTO_TCP, 0);
	else
		tcp->check = ~csum_ipv6_magic(&packet->saddr, &packet->daddr,
					      len, IPPROTO_TCP, 0);
}

/*
 * Checksum verified, all in one piece. Sequence numbers begin with 0, and all
 * data is the first.
 */
static inline struct sk_buff *packet_skb(const struct packet *packet, u8 pf,
					 struct net_device *dev)
{
	unsigned int len = sizeof(struct tcphdr) + packet->payload;
	struct sk_buff *skb;
	struct ethhdr *eth;
	struct tcphdr *tcp;
	u8 *data;

	skb = netdev_alloc_skb_ip_align(dev, ETH_HLEN + sizeof(struct ipv6hdr) +
					len);
	if (!skb)
		return NULL;

	eth = skb_put_zero(skb, ETH_HLEN);
	ether_addr_copy(eth->h_dest, dev->dev_addr);
	eth->h_proto = htons(pf == NFPROTO_IPV4 ? ETH_P_IP : ETH_P_IPV6);
	packet_ip(skb, packet, pf, len);

	tcp = skb_put_zero(skb, sizeof(*tcp));
	tcp->source = htons(packet->sport);
	tcp->dest = htons(packet->dport);
	tcp->window = htons(U16_MAX);
	tcp->doff = sizeof(*tcp) / 4;
	tcp_flag_word(tcp) |= packet->flags;
	tcp->seq = htonl(!tcp->syn);
	tcp->ack_seq = htonl(tcp->ack);

	data = skb_put_zero(skb, packet->payload);
	if (packet->text)
		memcpy(data, packet->text, packet->payload);

	skb->ip_summed = CHECKSUM_UNNECESSARY;
	if (packet->segments > 1)
		packet_merged(skb, pf, packet, tcp, len);
	skb->protocol = eth_type_trans(skb, dev);
	return skb;
}

static inline void packet_read(const struct sk_buff *skb, u8 pf,
			       struct packet *packet)
{
	const struct tcphdr *tcp;

	memset(packet, 0, sizeof(*packet));
	if (pf == NFPROTO_IPV4) {
		const struct iphdr *ip = ip_hdr(skb);

		ipv6_addr_set_v4mapped(ip->saddr, &packet->saddr);
		ipv6_addr_set_v4mapped(ip->daddr, &packet->daddr);
		tcp = (void *)ip + ip_hdrlen(skb);
	} else {
		packet->saddr = ipv6_hdr(skb)->saddr;
		packet->daddr = ipv6_hdr(skb)->daddr;
		tcp = (void *)(ipv6_hdr(skb) + 1);
	}
	packet->sport = ntohs(tcp->source);
	packet->dport = ntohs(tcp->dest);
	packet->mark = skb->mark;
}

#endif /* FTPMARK_BENCH_PACKET_H */
