// SPDX-License-Identifier: GPL-2.0-only
/* Reading packets on the slow path, where the header need not be plain. */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "packet.h"

/*
 * Finds the TCP header, behind extension headers too. Returns a negative errno
 * if the packet has none, or is a later fragment.
 */
static int ftpmark_tcp6_offset(const struct sk_buff *skb)
{
	unsigned short fragment_offset;
	unsigned int offset = 0;
	int protocol;

	if (ipv6_hdr(skb)->nexthdr == IPPROTO_TCP)
		return sizeof(struct ipv6hdr);
	if (!ftpmark_before_tcp6(ipv6_hdr(skb)->nexthdr))
		return -ENOENT;

	protocol = ipv6_find_hdr(skb, &offset, -1, &fragment_offset, NULL);
	if (protocol != IPPROTO_TCP || fragment_offset)
		return -ENOENT;
	return offset;
}

static int ftpmark_tcp_offset(const struct sk_buff *skb, u8 family)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (family != NFPROTO_IPV4)
		return ftpmark_tcp6_offset(skb);
	if (ip->protocol != IPPROTO_TCP || (ip->frag_off & htons(IP_OFFSET)))
		return -ENOENT;
	return ip->ihl * 4;
}

/**
 * ftpmark_tcp_header - find the TCP header of a packet
 * @skb: the packet, its data at the IP header
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @buffer: for a header that is not in one piece
 *
 * Return: the header, or NULL if the packet has no whole one.
 */
const struct tcphdr *ftpmark_tcp_header(const struct sk_buff *skb, u8 family,
					struct tcphdr *buffer)
{
	int offset = ftpmark_tcp_offset(skb, family);

	if (offset < 0)
		return NULL;
	return skb_header_pointer(skb, offset, sizeof(*buffer), buffer);
}

/**
 * ftpmark_tcp_has_data - whether there is data behind the TCP header
 * @skb: the packet, its data at the IP header
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @tcp: its TCP header
 *
 * Return: true if there is.
 */
bool ftpmark_tcp_has_data(const struct sk_buff *skb, u8 family,
			  const struct tcphdr *tcp)
{
	int offset = ftpmark_tcp_offset(skb, family);

	return offset >= 0 && skb->len > (u32)offset + tcp->doff * 4;
}

/**
 * ftpmark_flow_from_packet - read addresses and ports
 * @flow: where they go
 * @skb: the packet
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @tcp: its TCP header
 */
void ftpmark_flow_from_packet(struct ftpmark_flow *flow,
			      const struct sk_buff *skb, u8 family,
			      const struct tcphdr *tcp)
{
	memset(flow, 0, sizeof(*flow));
	flow->family = family;
	if (family == NFPROTO_IPV4) {
		flow->source.ip = ip_hdr(skb)->saddr;
		flow->destination.ip = ip_hdr(skb)->daddr;
	} else {
		flow->source.in6 = ipv6_hdr(skb)->saddr;
		flow->destination.in6 = ipv6_hdr(skb)->daddr;
	}
	flow->source_port = ntohs(tcp->source);
	flow->destination_port = ntohs(tcp->dest);
}
