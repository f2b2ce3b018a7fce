// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts what the PREROUTING hooks of the caller's network namespace do with a
 * packet. Loading the module runs one measurement, logs it and fails with
 * ECANCELED, so that nothing is left to unload.
 *
 * See ftpmark_clock.h for the unit.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/inet.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/prandom.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>

#include "ftpmark_clock.h"

enum {
	BENCH_PACKETS_MAX	= 1024,
	BENCH_ROUNDS		= 4,
};

static uint packets = BENCH_PACKETS_MAX;
module_param(packets, uint, 0);
MODULE_PARM_DESC(packets, "how many to send, at most 1024");

static char *dst = "192.0.2.10";
module_param(dst, charp, 0);
MODULE_PARM_DESC(dst, "first destination address");

static uint addresses = 1;
module_param(addresses, uint, 0);
MODULE_PARM_DESC(addresses, "number of successive destination addresses");

static ushort port_first = 10000;
module_param(port_first, ushort, 0);
MODULE_PARM_DESC(port_first, "lowest destination port");

static ushort port_last = 20000;
module_param(port_last, ushort, 0);
MODULE_PARM_DESC(port_last, "highest destination port");

static uint protocol = IPPROTO_TCP;
module_param(protocol, uint, 0);
MODULE_PARM_DESC(protocol, "IP protocol");

static uint expect;
module_param(expect, uint, 0);
MODULE_PARM_DESC(expect, "mark that every packet must bear in the end");

static bool no_hooks;
module_param(no_hooks, bool, 0);
MODULE_PARM_DESC(no_hooks, "run the loop without calling the hooks");

static struct {
	u32 address;
	__be16 port;
} bench_packet[BENCH_PACKETS_MAX];

static int bench_okfn(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

static struct sk_buff *bench_skb(u8 pf, const struct in6_addr *addr)
{
	size_t ip_len = pf == NFPROTO_IPV4 ? sizeof(struct iphdr) :
					     sizeof(struct ipv6hdr);
	struct tcphdr *tcp;
	struct sk_buff *skb;

	skb = alloc_skb(ip_len + sizeof(*tcp), GFP_KERNEL);
	if (!skb)
		return NULL;

	skb_reset_network_header(skb);
	if (pf == NFPROTO_IPV4) {
		struct iphdr *ip = skb_put_zero(skb, ip_len);

		ip->version = 4;
		ip->ihl = ip_len / 4;
		ip->protocol = protocol;
		ip->tot_len = htons(ip_len + sizeof(*tcp));
		skb->protocol = htons(ETH_P_IP);
	} else {
		struct ipv6hdr *ip = skb_put_zero(skb, ip_len);

		ip->version = 6;
		ip->nexthdr = protocol;
		ip->payload_len = htons(sizeof(*tcp));
		ip->daddr = *addr;
		skb->protocol = htons(ETH_P_IPV6);
	}
	tcp = skb_put_zero(skb, sizeof(*tcp));
	tcp->doff = sizeof(*tcp) / 4;
	tcp->ack = 1;
	skb_set_transport_header(skb, ip_len);
	return skb;
}

/* The last word of the address and the port differ from packet to packet. */
static void bench_prepare(u32 first)
{
	struct rnd_state rnd;
	u32 i;

	prandom_seed_state(&rnd, 21);
	for (i = 0; i < packets; i++) {
		u32 ports = port_last - port_first + 1;

		bench_packet[i].address =
			(__force u32)htonl(first + prandom_u32_state(&rnd) %
					   addresses);
		bench_packet[i].port =
			htons(port_first + prandom_u32_state(&rnd) % ports);
	}
}

static u32 bench_round(struct net *net, struct sk_buff *skb, u8 pf,
		       u32 *wrong)
{
	u32 *address = pf == NFPROTO_IPV4 ?
		       (__force u32 *)&ip_hdr(skb)->daddr :
		       (__force u32 *)&ipv6_hdr(skb)->daddr.s6_addr32[3];
	struct tcphdr *tcp = tcp_hdr(skb);
	u64 begin, end;
	u32 i;

	*wrong = 0;
	begin = ftpmark_clock();
	for (i = 0; i < packets; i++) {
		*address = bench_packet[i].address;
		tcp->dest = bench_packet[i].port;
		skb->mark = 0;
		if (!no_hooks)
			nf_hook(pf, NF_INET_PRE_ROUTING, net, NULL, skb,
				net->loopback_dev, NULL, bench_okfn);
		*wrong += skb->mark != expect;
	}
	end = ftpmark_clock();
	return end - begin;
}

static int bench_run(struct net *net, struct sk_buff *skb, u8 pf)
{
	u32 ticks = U32_MAX;
	unsigned long flags;
	u32 wrong;
	int i;

	/* The minimum of some rounds: the first one may fault pages in. */
	for (i = 0; i < BENCH_ROUNDS; i++) {
		local_bh_disable();
		local_irq_save(flags);
		ticks = min(ticks, bench_round(net, skb, pf, &wrong));
		local_irq_restore(flags);
		local_bh_enable();
	}

	if (wrong) {
		pr_err("%u of %u packets do not bear mark %u\n", wrong,
		       packets, expect);
		return -EBADMSG;
	}
	pr_info("result %u.%02u\n", ticks / packets,
		ticks % packets * 100 / packets);
	return -ECANCELED;
}

static int __init bench_init(void)
{
	struct net *net = current->nsproxy->net_ns;
	u8 pf = strchr(dst, ':') ? NFPROTO_IPV6 : NFPROTO_IPV4;
	struct in6_addr addr = {};
	struct sk_buff *skb;
	int err;

	if (!addresses || port_last < port_first ||
	    !packets || packets > BENCH_PACKETS_MAX ||
	    !(pf == NFPROTO_IPV4 ? in4_pton(dst, -1, addr.s6_addr, -1, NULL) :
				   in6_pton(dst, -1, addr.s6_addr, -1, NULL)))
		return -EINVAL;

	bench_prepare(ntohl(addr.s6_addr32[pf == NFPROTO_IPV4 ? 0 : 3]));
	skb = bench_skb(pf, &addr);
	if (!skb)
		return -ENOMEM;

	err = bench_run(net, skb, pf);
	kfree_skb(skb);
	return err;
}
module_init(bench_init);

MODULE_DESCRIPTION("Counts what netfilter hooks do with a packet");
MODULE_AUTHOR("nf_ftpmark maintainers");
MODULE_LICENSE("GPL");
