/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_PACKET_H
#define FTPMARK_PACKET_H

#include <linux/bits.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "index.h"

/**
 * struct ftpmark_flow - where a TCP packet comes from and goes to
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @source: address
 * @destination: address
 * @source_port: host byte order
 * @destination_port: host byte order
 */
struct ftpmark_flow {
	u8 family;
	union nf_inet_addr source;
	union nf_inet_addr destination;
	u16 source_port;
	u16 destination_port;
};

/* Whether this is a connection's first segment; the same as iptables' --syn. */
static inline bool ftpmark_is_syn(const struct tcphdr *tcp)
{
	return (tcp_flag_word(tcp) & (TCP_FLAG_SYN | TCP_FLAG_ACK |
				      TCP_FLAG_RST | TCP_FLAG_FIN)) ==
	       TCP_FLAG_SYN;
}

/* Whether this is the answer to a connection's first segment. */
static inline bool ftpmark_is_syn_ack(const struct tcphdr *tcp)
{
	return tcp->syn && tcp->ack;
}

/* Whether TCP is right behind 20 bytes of IP, without these bits of frag_off. */
static __always_inline bool ftpmark_tcp4(const struct sk_buff *skb,
					 const struct iphdr *ip, __be16 without)
{
	enum { VERSION_4_LENGTH_20 = 0x45 };

	return *(const u8 *)ip == VERSION_4_LENGTH_20 &&
	       skb_headlen(skb) >= sizeof(*ip) + sizeof(struct tcphdr) &&
	       ip->protocol == IPPROTO_TCP &&
	       !(ip->frag_off & without);
}

/*
 * Whether an IPv4 packet is plain. A plain packet has its TCP header right
 * behind an IP header without options or extensions, both lie in the skb's
 * linear data, and it is not a later fragment. So the fast path finds the TCP
 * header at a fixed offset. Netfilter calls hooks with skb->data at the IP
 * header.
 */
static inline bool ftpmark_plain_tcp4(const struct sk_buff *skb,
				      const struct iphdr *ip)
{
	return ftpmark_tcp4(skb, ip, htons(IP_OFFSET));
}

/* Whether it is plain, and no fragment at all. */
static inline bool ftpmark_whole_tcp4(const struct sk_buff *skb,
				      const struct iphdr *ip)
{
	return ftpmark_tcp4(skb, ip, ~htons(IP_DF));
}

/* Whether an IPv6 packet is plain; see ftpmark_plain_tcp4(). */
static inline bool ftpmark_plain_tcp6(const struct sk_buff *skb,
				      const struct ipv6hdr *ip)
{
	return ip->nexthdr == IPPROTO_TCP &&
	       skb_headlen(skb) >= sizeof(*ip) + sizeof(struct tcphdr);
}

/* Whether a TCP header may follow this header (RFC 8200, RFC 4302). */
static inline bool ftpmark_before_tcp6(u8 nexthdr)
{
	const u64 headers = BIT_ULL(NEXTHDR_HOP) | BIT_ULL(NEXTHDR_ROUTING) |
			    BIT_ULL(NEXTHDR_FRAGMENT) | BIT_ULL(NEXTHDR_AUTH) |
			    BIT_ULL(NEXTHDR_DEST) | BIT_ULL(NEXTHDR_TCP);

	return nexthdr < 64 && (headers >> nexthdr & 1);
}

const struct tcphdr *ftpmark_tcp_header(const struct sk_buff *skb, u8 family,
					struct tcphdr *buffer);
bool ftpmark_tcp_has_data(const struct sk_buff *skb, u8 family,
			  const struct tcphdr *tcp);
void ftpmark_flow_from_packet(struct ftpmark_flow *flow,
			      const struct sk_buff *skb, u8 family,
			      const struct tcphdr *tcp);

#endif
