// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts what a router does with the packets of an FTP session through IPVS
 * NAT, from netif_receive_skb() to the end of POSTROUTING. Written to the
 * parameter "measure", in the network namespace of the router:
 *
 *	KIND FAMILY MARK	e.g. passive 4 21
 *
 * where KIND is one of
 *
 *	control		packets of the established control connection
 *	passive		those of an established passive data connection
 *	new_passive	opening such a connection: SYN, SYN-ACK, ACK, first data
 *	new_active	the same for one that the server opens from port 20
 *
 * and MARK is what packets to the VIP must bear in the end. Read from it: the
 * price on the way to the real server and on the way to the client, of one
 * packet or of one opening.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/inet.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <net/net_namespace.h>

#include "ftpmark_clock.h"
#include "ftpmark_packet.h"

enum {
	PATH_PORT_CONTROL	= 21,
	PATH_PORT_ACTIVE	= 20,
	PATH_PORT_CLIENT	= 40000,
	PATH_PORT_DATA		= 12345,
	PATH_PAYLOAD		= 1428,
	PATH_WARM_UP		= 64,
	PATH_CONNECTIONS	= 256,
};

/* IPv4 first. */
static char *client[] = { "198.51.100.2", "2001:db8:1::2" };
module_param_array(client, charp, NULL, 0);
MODULE_PARM_DESC(client, "addresses of the client");

static char *vip[] = { "192.0.2.10", "2001:db8:10::10" };
module_param_array(vip, charp, NULL, 0);
MODULE_PARM_DESC(vip, "virtual addresses, the router's own");

static char *server[] = { "10.0.0.2", "2001:db8:2::2" };
module_param_array(server, charp, NULL, 0);
MODULE_PARM_DESC(server, "addresses of the real server");

static char *client_dev = "front";
module_param(client_dev, charp, 0);
MODULE_PARM_DESC(client_dev, "where packets of the client arrive");

static char *server_dev = "back";
module_param(server_dev, charp, 0);
MODULE_PARM_DESC(server_dev, "where packets of the real server arrive");

static uint packets = 2048;
module_param(packets, uint, 0);
MODULE_PARM_DESC(packets, "how many are measured in each direction");

enum {
	PATH_TO_SERVER,
	PATH_TO_CLIENT,
	PATH_DIRECTIONS,
};

/* The lock of module parameters serializes writers of these. */
static struct net_device *path_dev[PATH_DIRECTIONS];
static struct in6_addr path_client, path_vip, path_server;
static u64 path_ticks[PATH_DIRECTIONS];
static u64 path_result[PATH_DIRECTIONS];
static struct sk_buff *path_skb;
static u64 path_end_ticks;
static u32 path_mark;
static u8 path_pf;

static unsigned int path_end(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	if (skb != path_skb)
		return NF_ACCEPT;

	path_end_ticks = ftpmark_clock();
	return NF_STOLEN;
}

/*
 * Of hooks with one priority the latest runs first. These are registered when a
 * namespace is created, so conntrack's last hook runs before them.
 */
static const struct nf_hook_ops path_end_ops[] = {
	{
		.hook		= path_end,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= INT_MAX,
	}, {
		.hook		= path_end,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= INT_MAX,
	},
};

/*
 * Sends one packet and learns how it left. Adds its cost to the sum of its
 * direction.
 */
static int path_send(int direction, const struct packet *packet,
		     struct packet *left)
{
	struct sk_buff *skb;
	unsigned long flags;
	u64 begin;

	skb = packet_skb(packet, path_pf, path_dev[direction]);
	if (!skb)
		return -ENOMEM;

	path_skb = skb;
	path_end_ticks = 0;
	local_bh_disable();
	local_irq_save(flags);
	begin = ftpmark_clock();
	netif_receive_skb(skb);
	local_irq_restore(flags);
	local_bh_enable();
	path_skb = NULL;

	if (!path_end_ticks) {
		pr_err("port %u to %u did not reach the end of POSTROUTING\n",
		       packet->sport, packet->dport);
		return -EIO;
	}
	path_ticks[direction] += path_end_ticks - begin;
	packet_read(skb, path_pf, left);
	kfree_skb(skb);
	return 0;
}

static int path_wrong(const char *what, const struct packet *left)
{
	pr_err("%s left as %pI6c:%u to %pI6c:%u with mark %u\n", what,
	       &left->saddr, left->sport, &left->daddr, left->dport,
	       left->mark);
	return -EBADMSG;
}

/* A packet without the translation and the mark took another path. */
static int path_to_server(u16 sport, u16 dport, __be32 flags,
			  unsigned int payload, const char *text)
{
	struct packet left, packet = {
		.saddr = path_client,
		.daddr = path_vip,
		.sport = sport,
		.dport = dport,
		.flags = flags,
		.payload = payload,
		.text = text,
	};
	int err = path_send(PATH_TO_SERVER, &packet, &left);

	if (err)
		return err;
	if (!ipv6_addr_equal(&left.saddr, &path_client) ||
	    !ipv6_addr_equal(&left.daddr, &path_server) ||
	    left.mark != path_mark)
		return path_wrong("a packet to the VIP", &left);
	return 0;
}

static int path_to_client(u16 sport, u16 dport, __be32 flags,
			  unsigned int payload, const char *text)
{
	struct packet left, packet = {
		.saddr = path_server,
		.daddr = path_client,
		.sport = sport,
		.dport = dport,
		.flags = flags,
		.payload = payload,
		.text = text,
	};
	int err = path_send(PATH_TO_CLIENT, &packet, &left);

	if (err)
		return err;
	if (!ipv6_addr_equal(&left.saddr, &path_vip) ||
	    !ipv6_addr_equal(&left.daddr, &path_client))
		return path_wrong("a packet to the client", &left);
	return 0;
}

static int path_open(u16 client_port, u16 port)
{
	int err = path_to_server(client_port, port, TCP_FLAG_SYN, 0, NULL);

	if (!err)
		err = path_to_client(port, client_port,
				     TCP_FLAG_SYN | TCP_FLAG_ACK, 0, NULL);
	if (!err)
		err = path_to_server(client_port, port, TCP_FLAG_ACK, 0, NULL);
	return err;
}

/* The server announces its data port, which a helper may read. */
static int path_announce(void)
{
	char text[64];

	if (path_pf == NFPROTO_IPV4)
		snprintf(text, sizeof(text),
			 "227 Entering Passive Mode (%u,%u,%u,%u,%u,%u).\r\n",
			 path_server.s6_addr[12], path_server.s6_addr[13],
			 path_server.s6_addr[14], path_server.s6_addr[15],
			 PATH_PORT_DATA >> 8, PATH_PORT_DATA & 255);
	else
		snprintf(text, sizeof(text),
			 "229 Entering Extended Passive Mode (|||%u|)\r\n",
			 PATH_PORT_DATA);
	return path_to_client(PATH_PORT_CONTROL, PATH_PORT_CLIENT,
			      TCP_FLAG_ACK | TCP_FLAG_PSH, strlen(text), text);
}

/* The client announces its data port. */
static int path_announce_active(u16 port)
{
	char text[96];

	if (path_pf == NFPROTO_IPV4)
		snprintf(text, sizeof(text), "PORT %u,%u,%u,%u,%u,%u\r\n",
			 path_client.s6_addr[12], path_client.s6_addr[13],
			 path_client.s6_addr[14], path_client.s6_addr[15],
			 port >> 8, port & 255);
	else
		snprintf(text, sizeof(text), "EPRT |2|%pI6c|%u|\r\n",
			 &path_client, port);
	return path_to_server(PATH_PORT_CLIENT, PATH_PORT_CONTROL,
			      TCP_FLAG_ACK | TCP_FLAG_PSH, strlen(text), text);
}

static int path_established(u16 client_port, u16 port, unsigned int payload)
{
	uint i;
	int err = 0;

	for (i = 0; i < PATH_WARM_UP + packets && !err; i++) {
		if (i == PATH_WARM_UP)
			memset(path_ticks, 0, sizeof(path_ticks));
		err = path_to_server(client_port, port, TCP_FLAG_ACK, payload,
				     NULL);
		if (!err)
			err = path_to_client(port, client_port, TCP_FLAG_ACK,
					     payload, NULL);
		cond_resched();
	}
	return err;
}

static int path_new_passive(u16 client_port)
{
	int err = path_open(client_port, PATH_PORT_DATA);

	if (!err)
		err = path_to_server(client_port, PATH_PORT_DATA, TCP_FLAG_ACK,
				     PATH_PAYLOAD, NULL);
	return err;
}

/* The client answers to the address that it saw. */
static int path_new_active(u16 client_port)
{
	static const struct {
		int direction;
		__be32 flags;
		unsigned int payload;
	} steps[] = {
		{ PATH_TO_CLIENT, TCP_FLAG_SYN, 0 },
		{ PATH_TO_SERVER, TCP_FLAG_SYN | TCP_FLAG_ACK, 0 },
		{ PATH_TO_CLIENT, TCP_FLAG_ACK, 0 },
		{ PATH_TO_CLIENT, TCP_FLAG_ACK, PATH_PAYLOAD },
	};
	struct packet seen, left, packet;
	int err;
	int i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		packet = (struct packet) {
			.saddr = path_server,
			.daddr = path_client,
			.sport = PATH_PORT_ACTIVE,
			.dport = client_port,
			.flags = steps[i].flags,
			.payload = steps[i].payload,
		};
		if (steps[i].direction == PATH_TO_SERVER) {
			packet.saddr = path_client;
			packet.daddr = seen.saddr;
			packet.sport = client_port;
			packet.dport = seen.sport;
		}
		err = path_send(steps[i].direction, &packet, &left);
		if (err)
			return err;
		if (steps[i].direction == PATH_TO_CLIENT) {
			if (ipv6_addr_equal(&left.saddr, &path_server))
				return path_wrong("active data", &left);
			seen = left;
		} else if (!ipv6_addr_equal(&left.daddr, &path_server) ||
			   left.dport != PATH_PORT_ACTIVE) {
			return path_wrong("an answer to active data", &left);
		}
	}
	return 0;
}

/* Packets of the control connection before that are not counted. */
static int path_opened(bool active)
{
	u64 sum[PATH_DIRECTIONS] = {};
	u16 port;
	int err;
	int d;
	int i;

	for (i = 0; i < PATH_WARM_UP + PATH_CONNECTIONS; i++) {
		port = PATH_PORT_CLIENT + 2 + i;
		err = active ? path_announce_active(port) : path_announce();
		if (err)
			return err;
		memset(path_ticks, 0, sizeof(path_ticks));
		err = active ? path_new_active(port) : path_new_passive(port);
		if (err)
			return err;
		for (d = 0; d < PATH_DIRECTIONS && i >= PATH_WARM_UP; d++)
			sum[d] += path_ticks[d];
		cond_resched();
	}
	memcpy(path_ticks, sum, sizeof(sum));
	return 0;
}

/* Every kind runs in a session with a control connection. */
static int path_measure(const char *kind)
{
	struct ftpmark_span span;
	uint count = packets;
	int err;
	int i;

	ftpmark_span_begin(&span);
	err = path_open(PATH_PORT_CLIENT, PATH_PORT_CONTROL);
	if (!err)
		err = path_announce();
	if (err)
		return err;

	if (!strcmp(kind, "control")) {
		err = path_established(PATH_PORT_CLIENT, PATH_PORT_CONTROL, 32);
	} else if (!strcmp(kind, "passive")) {
		err = path_open(PATH_PORT_CLIENT + 1, PATH_PORT_DATA);
		if (!err)
			err = path_established(PATH_PORT_CLIENT + 1,
					       PATH_PORT_DATA, PATH_PAYLOAD);
	} else if (!strcmp(kind, "new_passive")) {
		count = PATH_CONNECTIONS;
		err = path_opened(false);
	} else if (!strcmp(kind, "new_active")) {
		count = PATH_CONNECTIONS;
		err = path_opened(true);
	} else {
		err = -EINVAL;
	}
	ftpmark_span_end(&span);
	for (i = 0; i < PATH_DIRECTIONS && !err; i++)
		path_result[i] = ftpmark_clock_result(path_ticks[i], count,
						      &span);
	return err;
}

static int path_prepare(struct net *net, unsigned int family)
{
	bool v6 = family == 6;

	if (family != 4 && family != 6)
		return -EINVAL;
	path_pf = v6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	if (!packet_address(client[v6], &path_client) ||
	    !packet_address(vip[v6], &path_vip) ||
	    !packet_address(server[v6], &path_server))
		return -EINVAL;

	memset(path_result, 0, sizeof(path_result));
	path_dev[PATH_TO_SERVER] = dev_get_by_name(net, client_dev);
	path_dev[PATH_TO_CLIENT] = dev_get_by_name(net, server_dev);
	return path_dev[PATH_TO_SERVER] && path_dev[PATH_TO_CLIENT] ?
	       0 : -ENODEV;
}

static int path_measure_set(const char *value, const struct kernel_param *kp)
{
	unsigned int family;
	char kind[16];
	int err;
	int i;

	if (sscanf(value, "%15s %u %u", kind, &family, &path_mark) != 3)
		return -EINVAL;

	memset(path_dev, 0, sizeof(path_dev));
	err = path_prepare(current->nsproxy->net_ns, family);
	if (!err)
		err = path_measure(kind);
	for (i = 0; i < PATH_DIRECTIONS; i++)
		dev_put(path_dev[i]);
	return err;
}

static int path_measure_get(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%llu %llu\n", path_result[PATH_TO_SERVER],
			  path_result[PATH_TO_CLIENT]);
}

static const struct kernel_param_ops path_measure_ops = {
	.set	= path_measure_set,
	.get	= path_measure_get,
};
module_param_cb(measure, &path_measure_ops, NULL, 0600);
MODULE_PARM_DESC(measure, "written: KIND FAMILY MARK; read: the price");

static int __net_init path_net_init(struct net *net)
{
	return nf_register_net_hooks(net, path_end_ops,
				     ARRAY_SIZE(path_end_ops));
}

static void __net_exit path_net_exit(struct net *net)
{
	nf_unregister_net_hooks(net, path_end_ops, ARRAY_SIZE(path_end_ops));
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

MODULE_DESCRIPTION("Counts what a router does with packets of FTP sessions");
MODULE_AUTHOR("nf_ftpmark maintainers");
MODULE_LICENSE("GPL");
