// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts what a router does with a packet of an FTP data connection through
 * IPVS NAT, from netif_receive_skb() to the end of POSTROUTING. Writing the
 * expected mark to the parameter "measure" opens a connection in the writer's
 * network namespace and measures it; reading it shows the packet's price on
 * the way to the real server and to the client.
 *
 * The unit is that of the time stamp counter. Under QEMU's -icount with
 * shift=0 that counter counts instructions, and the result is exact.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/etherdevice.h>
#include <linux/inet.h>
#include <linux/ip.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/net_namespace.h>

#include <asm/msr.h>

enum {
	PATH_PORT_CLIENT	= 40000,
	PATH_PORT_DATA		= 12345,
	PATH_PAYLOAD		= 1448,
	PATH_WARM_UP		= 64,
	PATH_PACKETS		= 4096,
};

static char *client = "198.51.100.2";
module_param(client, charp, 0);
MODULE_PARM_DESC(client, "address of the client");

static char *vip = "192.0.2.10";
module_param(vip, charp, 0);
MODULE_PARM_DESC(vip, "virtual address, the router's own");

static char *server = "10.0.0.2";
module_param(server, charp, 0);
MODULE_PARM_DESC(server, "address of the real server");

static char *client_dev = "front";
module_param(client_dev, charp, 0);
MODULE_PARM_DESC(client_dev, "where packets of the client arrive");

static char *server_dev = "back";
module_param(server_dev, charp, 0);
MODULE_PARM_DESC(server_dev, "where packets of the real server arrive");

/* One direction of the connection, as it enters the router and leaves it. */
struct path_flow {
	struct net_device *dev;
	__be32 saddr;
	__be32 daddr;
	__be32 leaves_saddr;
	__be32 leaves_daddr;
	__be16 sport;
	__be16 dport;
	u32 mark;
	u32 ticks;
};

enum {
	PATH_TO_SERVER,
	PATH_TO_CLIENT,
	PATH_FLOWS,
};

/* The parameters' lock keeps all of these to one writer. */
static struct path_flow path_flows[PATH_FLOWS];
static struct sk_buff *path_skb;
static u64 path_end_ticks;

static unsigned int path_end(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	if (skb != path_skb)
		return NF_ACCEPT;

	path_end_ticks = rdtsc_ordered();
	return NF_STOLEN;
}

/*
 * Of hooks with one priority the latest comes first. This one is there from
 * the birth of a namespace, so that conntrack's last hook precedes it.
 */
static const struct nf_hook_ops path_end_ops = {
	.hook		= path_end,
	.pf		= NFPROTO_IPV4,
	.hooknum	= NF_INET_POST_ROUTING,
	.priority	= INT_MAX,
};

/* As a driver hands it over: checksum verified, all in one piece. */
static struct sk_buff *path_skb_create(const struct path_flow *flow,
				       __be32 flags, unsigned int payload)
{
	unsigned int len = sizeof(struct iphdr) + sizeof(struct tcphdr) +
			   payload;
	struct sk_buff *skb;
	struct ethhdr *eth;
	struct tcphdr *tcp;
	struct iphdr *ip;

	skb = netdev_alloc_skb_ip_align(flow->dev, ETH_HLEN + len);
	if (!skb)
		return NULL;

	eth = skb_put_zero(skb, ETH_HLEN + len);
	ether_addr_copy(eth->h_dest, flow->dev->dev_addr);
	eth->h_proto = htons(ETH_P_IP);

	ip = (struct iphdr *)(eth + 1);
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->tot_len = htons(len);
	ip->ttl = 64;
	ip->protocol = IPPROTO_TCP;
	ip->saddr = flow->saddr;
	ip->daddr = flow->daddr;
	ip_send_check(ip);

	tcp = (struct tcphdr *)(ip + 1);
	tcp->source = flow->sport;
	tcp->dest = flow->dport;
	tcp->window = htons(U16_MAX);
	tcp->doff = sizeof(*tcp) / 4;
	tcp_flag_word(tcp) |= flags;

	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->protocol = eth_type_trans(skb, flow->dev);
	return skb;
}

/* Without the translation and the mark, something else was measured. */
static int path_check(const struct path_flow *flow, const struct sk_buff *skb)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (ip->saddr == flow->leaves_saddr &&
	    ip->daddr == flow->leaves_daddr && skb->mark == flow->mark)
		return 0;

	pr_err("%pI4 to %pI4 left as %pI4 to %pI4 with mark %u\n",
	       &flow->saddr, &flow->daddr, &ip->saddr, &ip->daddr, skb->mark);
	return -EBADMSG;
}

/* Return: what the packet took, or an error. */
static s64 path_send(const struct path_flow *flow, __be32 flags,
		     unsigned int payload)
{
	struct sk_buff *skb = path_skb_create(flow, flags, payload);
	unsigned long irq_flags;
	u64 begin;
	int err;

	if (!skb)
		return -ENOMEM;

	path_skb = skb;
	path_end_ticks = 0;
	local_bh_disable();
	local_irq_save(irq_flags);
	begin = rdtsc_ordered();
	netif_receive_skb(skb);
	local_irq_restore(irq_flags);
	local_bh_enable();
	path_skb = NULL;

	if (!path_end_ticks) {
		pr_err("%pI4 to %pI4 did not reach the end of POSTROUTING\n",
		       &flow->saddr, &flow->daddr);
		return -EIO;
	}
	err = path_check(flow, skb);
	kfree_skb(skb);
	return err ?: path_end_ticks - begin;
}

static int path_connect(void)
{
	s64 ret = path_send(&path_flows[PATH_TO_SERVER], TCP_FLAG_SYN, 0);

	if (ret >= 0)
		ret = path_send(&path_flows[PATH_TO_CLIENT],
				TCP_FLAG_SYN | TCP_FLAG_ACK, 0);
	if (ret >= 0)
		ret = path_send(&path_flows[PATH_TO_SERVER], TCP_FLAG_ACK, 0);
	return ret < 0 ? ret : 0;
}

static int path_measure_flow(struct path_flow *flow)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < PATH_WARM_UP + PATH_PACKETS; i++) {
		s64 ticks = path_send(flow, TCP_FLAG_ACK, PATH_PAYLOAD);

		if (ticks < 0)
			return ticks;
		if (i >= PATH_WARM_UP)
			sum += ticks;
		cond_resched();
	}
	flow->ticks = DIV_ROUND_CLOSEST_ULL(sum, PATH_PACKETS);
	return 0;
}

static int path_prepare(struct net *net, u32 mark)
{
	struct path_flow *in = &path_flows[PATH_TO_SERVER];
	struct path_flow *out = &path_flows[PATH_TO_CLIENT];

	if (!in4_pton(client, -1, (u8 *)&in->saddr, -1, NULL) ||
	    !in4_pton(vip, -1, (u8 *)&in->daddr, -1, NULL) ||
	    !in4_pton(server, -1, (u8 *)&out->saddr, -1, NULL))
		return -EINVAL;

	in->leaves_saddr = in->saddr;
	in->leaves_daddr = out->saddr;
	in->sport = htons(PATH_PORT_CLIENT);
	in->dport = htons(PATH_PORT_DATA);
	in->mark = mark;

	out->daddr = in->saddr;
	out->leaves_saddr = in->daddr;
	out->leaves_daddr = in->saddr;
	out->sport = in->dport;
	out->dport = in->sport;

	in->dev = dev_get_by_name(net, client_dev);
	out->dev = dev_get_by_name(net, server_dev);
	return in->dev && out->dev ? 0 : -ENODEV;
}

static int path_measure_set(const char *value, const struct kernel_param *kp)
{
	u32 mark;
	int err;
	int i;

	err = kstrtou32(value, 0, &mark);
	if (err)
		return err;

	memset(path_flows, 0, sizeof(path_flows));
	err = path_prepare(current->nsproxy->net_ns, mark);
	if (!err)
		err = path_connect();
	for (i = 0; i < PATH_FLOWS && !err; i++)
		err = path_measure_flow(&path_flows[i]);

	for (i = 0; i < PATH_FLOWS; i++)
		dev_put(path_flows[i].dev);
	return err;
}

static int path_measure_get(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%u %u\n", path_flows[PATH_TO_SERVER].ticks,
			  path_flows[PATH_TO_CLIENT].ticks);
}

static const struct kernel_param_ops path_measure_ops = {
	.set	= path_measure_set,
	.get	= path_measure_get,
};
module_param_cb(measure, &path_measure_ops, NULL, 0600);
MODULE_PARM_DESC(measure, "written: expected mark; read: to server, to client");

static int __net_init path_net_init(struct net *net)
{
	return nf_register_net_hook(net, &path_end_ops);
}

static void __net_exit path_net_exit(struct net *net)
{
	nf_unregister_net_hook(net, &path_end_ops);
}

static struct pernet_operations path_net_ops = {
	.init	= path_net_init,
	.exit	= path_net_exit,
};

static int __init path_init(void)
{
	return register_pernet_subsys(&path_net_ops);
}
module_init(path_init);

static void __exit path_exit(void)
{
	unregister_pernet_subsys(&path_net_ops);
}
module_exit(path_exit);

MODULE_DESCRIPTION("Counts what a router does with an FTP data packet");
MODULE_AUTHOR("nf_ftpmark maintainers");
MODULE_LICENSE("GPL");
