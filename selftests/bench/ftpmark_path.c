// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts what a router does with the packets of an FTP session, from
 * netif_receive_skb() to the driver of a sink device. Written to the parameter
 * "measure", in the network namespace of the router:
 *
 *	KIND FAMILY MARK	e.g. passive 4 21
 *
 * where KIND is one of
 *
 *	control		packets of the established control connection
 *	passive		those of an established passive data connection
 *	passive_ack	the same without data
 *	passive_gso	the same, each PATH_SEGMENTS packets that were merged
 *	passive_flows	the same, of PATH_FLOWS connections in turn
 *	passive_slow	the same, of one connection, PATH_APART ms apart
 *	active		those of an established active data connection
 *	new_passive	opening a passive connection: SYN, SYN-ACK, ACK, first data
 *	new_active	the same for one that the server opens from port 20
 *
 * and MARK is what packets to the VIP must bear in the end, or "plain": then they
 * go to the real server's own address. Read from it: the price on the way to the
 * real server and to the client, of one packet or of one opening.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/inet.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/net_namespace.h>

#include "ftpmark_clock.h"
#include "ftpmark_packet.h"
#include "ftpmark_sink.h"

enum {
	PATH_PORT_CONTROL	= 21,
	PATH_PORT_ACTIVE	= 20,
	PATH_PORT_CLIENT	= 40000,
	PATH_PORT_DATA		= 12345,
	PATH_PAYLOAD		= 1428,
	PATH_WARM_UP		= 64,
	/* More than the short way waits for. */
	PATH_WARM_UP_FLOW	= 12,
	PATH_CONNECTIONS	= 256,
	PATH_SEGMENTS		= 40,
	PATH_FLOWS		= 10000,
	PATH_SLOW		= 4,
	PATH_APART		= 1500,
	PATH_SETTLE		= 5000,
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
static u32 path_mark;
static u8 path_pf;

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

	ftpmark_sink.expected = skb;
	ftpmark_sink.ticks = 0;
	local_bh_disable();
	local_irq_save(flags);
	begin = ftpmark_clock();
	netif_receive_skb(skb);
	local_irq_restore(flags);
	local_bh_enable();
	ftpmark_sink.expected = NULL;

	if (!ftpmark_sink.ticks) {
		pr_err("port %u to %u was not sent\n", packet->sport,
		       packet->dport);
		return -EIO;
	}
	path_ticks[direction] += ftpmark_sink.ticks - begin;
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
static int path_step(int direction, u16 sport, u16 dport, __be32 flags,
		     unsigned int payload, const char *text)
{
	bool to_server = direction == PATH_TO_SERVER;
	struct packet left, packet = {
		.saddr = to_server ? path_client : path_server,
		.daddr = to_server ? path_vip : path_client,
		.sport = sport,
		.dport = dport,
		.flags = flags,
		.payload = payload,
		.text = text,
	};
	int err = path_send(direction, &packet, &left);

	if (err)
		return err;
	if (!ipv6_addr_equal(&left.saddr, to_server ? &path_client : &path_vip) ||
	    !ipv6_addr_equal(&left.daddr,
			     to_server ? &path_server : &path_client) ||
	    (to_server && left.mark != path_mark))
		return path_wrong("a packet", &left);
	return 0;
}

static int path_open(u16 client_port, u16 port)
{
	int err = path_step(PATH_TO_SERVER, client_port, port, TCP_FLAG_SYN, 0,
			    NULL);

	if (!err)
		err = path_step(PATH_TO_CLIENT, port, client_port,
				TCP_FLAG_SYN | TCP_FLAG_ACK, 0, NULL);
	if (!err)
		err = path_step(PATH_TO_SERVER, client_port, port,
				TCP_FLAG_ACK, 0, NULL);
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
	return path_step(PATH_TO_CLIENT, PATH_PORT_CONTROL, PATH_PORT_CLIENT,
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
	return path_step(PATH_TO_SERVER, PATH_PORT_CLIENT, PATH_PORT_CONTROL,
			 TCP_FLAG_ACK | TCP_FLAG_PSH, strlen(text), text);
}

/**
 * struct path_flow - an established connection
 * @client_port: of the client, host byte order
 * @vip: what the client sees as the server's address
 * @vport: and its port, host byte order
 * @server_port: the real server's port, host byte order
 */
struct path_flow {
	u16 client_port;
	struct in6_addr vip;
	u16 vport;
	u16 server_port;
};

/* Sends one packet each way. */
static int path_both_ways(const struct path_flow *flow, unsigned int payload,
			  unsigned int segments)
{
	struct packet left, packet = {
		.saddr = path_client,
		.daddr = flow->vip,
		.sport = flow->client_port,
		.dport = flow->vport,
		.flags = TCP_FLAG_ACK,
		.payload = payload * segments,
		.segments = segments,
	};
	int err = path_send(PATH_TO_SERVER, &packet, &left);

	if (err)
		return err;
	if (!ipv6_addr_equal(&left.daddr, &path_server) ||
	    left.dport != flow->server_port)
		return path_wrong("a packet to the server", &left);

	packet.saddr = path_server;
	packet.daddr = path_client;
	packet.sport = flow->server_port;
	packet.dport = flow->client_port;
	err = path_send(PATH_TO_CLIENT, &packet, &left);
	if (err)
		return err;
	if (!ipv6_addr_equal(&left.saddr, &flow->vip) ||
	    left.sport != flow->vport)
		return path_wrong("a packet to the client", &left);
	return 0;
}

/*
 * Of connections in turn, whose client ports follow each other. Those that are
 * measured come one by one if they are @apart, in ms.
 */
static int path_established(struct path_flow flow, unsigned int flows,
			    unsigned int payload, unsigned int segments,
			    unsigned int apart)
{
	u16 first = flow.client_port;
	uint warm_up = max_t(uint, PATH_WARM_UP, PATH_WARM_UP_FLOW * flows);
	uint count = warm_up + (apart ? PATH_SLOW : packets);
	uint i;
	int err = 0;

	for (i = 0; i < count && !err; i++) {
		if (i == warm_up)
			memset(path_ticks, 0, sizeof(path_ticks));
		if (i >= warm_up && apart)
			msleep(apart);
		flow.client_port = first + i % flows;
		err = path_both_ways(&flow, payload, segments);
		cond_resched();
	}
	return err;
}

static int path_new_passive(u16 client_port)
{
	int err = path_open(client_port, PATH_PORT_DATA);

	if (!err)
		err = path_step(PATH_TO_SERVER, client_port, PATH_PORT_DATA,
				TCP_FLAG_ACK, PATH_PAYLOAD, NULL);
	return err;
}

/* The client answers to the address that it saw, which is left in @seen. */
static int path_new_active(u16 client_port, struct packet *seen)
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
	struct packet left, packet;
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
			packet.daddr = seen->saddr;
			packet.sport = client_port;
			packet.dport = seen->sport;
		}
		err = path_send(steps[i].direction, &packet, &left);
		if (err)
			return err;
		if (steps[i].direction == PATH_TO_CLIENT) {
			if (ipv6_addr_equal(&left.saddr, &path_server))
				return path_wrong("active data", &left);
			*seen = left;
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
	struct packet seen;
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
		err = active ? path_new_active(port, &seen) :
			       path_new_passive(port);
		if (err)
			return err;
		for (d = 0; d < PATH_DIRECTIONS && i >= PATH_WARM_UP; d++)
			sum[d] += path_ticks[d];
		cond_resched();
	}
	memcpy(path_ticks, sum, sizeof(sum));
	return 0;
}

static int path_passive(unsigned int flows, unsigned int payload,
			unsigned int segments, unsigned int apart)
{
	u16 port = PATH_PORT_CLIENT + 1;
	unsigned int i;
	int err = 0;

	/* For a while new devices change the routes of IPv6, which ends all leases. */
	if (flows > 1 || apart)
		msleep(PATH_SETTLE);
	for (i = 0; i < flows && !err; i++) {
		err = path_open(port + i, PATH_PORT_DATA);
		cond_resched();
	}
	return err ?: path_established((struct path_flow){
		.client_port = port,
		.vip = path_vip,
		.vport = PATH_PORT_DATA,
		.server_port = PATH_PORT_DATA,
	}, flows, payload, segments, apart);
}

static int path_active(void)
{
	u16 port = PATH_PORT_CLIENT + 1;
	struct packet seen;
	int err;

	err = path_announce_active(port);
	if (!err)
		err = path_new_active(port, &seen);
	if (err)
		return err;
	return path_established((struct path_flow){
		.client_port = port,
		.vip = seen.saddr,
		.vport = seen.sport,
		.server_port = PATH_PORT_ACTIVE,
	}, 1, PATH_PAYLOAD, 1, 0);
}

static int path_kind(const char *kind)
{
	if (!strcmp(kind, "control"))
		return path_established((struct path_flow){
			.client_port = PATH_PORT_CLIENT,
			.vip = path_vip,
			.vport = PATH_PORT_CONTROL,
			.server_port = PATH_PORT_CONTROL,
		}, 1, 32, 1, 0);
	if (!strcmp(kind, "passive"))
		return path_passive(1, PATH_PAYLOAD, 1, 0);
	if (!strcmp(kind, "passive_ack"))
		return path_passive(1, 0, 1, 0);
	if (!strcmp(kind, "passive_gso"))
		return path_passive(1, PATH_PAYLOAD, PATH_SEGMENTS, 0);
	if (!strcmp(kind, "passive_flows"))
		return path_passive(PATH_FLOWS, PATH_PAYLOAD, 1, 0);
	if (!strcmp(kind, "passive_slow"))
		return path_passive(1, PATH_PAYLOAD, 1, PATH_APART);
	if (!strcmp(kind, "active"))
		return path_active();
	if (!strcmp(kind, "new_passive"))
		return path_opened(false);
	if (!strcmp(kind, "new_active"))
		return path_opened(true);
	return -EINVAL;
}

/* How many packets or connections are measured in each direction. */
static uint path_count(const char *kind)
{
	if (!strncmp(kind, "new_", 4))
		return PATH_CONNECTIONS;
	return strcmp(kind, "passive_slow") ? packets : PATH_SLOW;
}

/* Every kind runs in a session with a control connection. */
static int path_measure(const char *kind)
{
	struct ftpmark_span span;
	int err, i;

	ftpmark_span_begin(&span);
	err = path_open(PATH_PORT_CLIENT, PATH_PORT_CONTROL);
	if (!err)
		err = path_announce();
	if (!err)
		err = path_kind(kind);
	ftpmark_span_end(&span);
	for (i = 0; i < PATH_DIRECTIONS && !err; i++)
		path_result[i] = ftpmark_clock_result(path_ticks[i],
						      path_count(kind), &span);
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
	char kind[16], mark[16];
	int err;
	int i;

	if (sscanf(value, "%15s %u %15s", kind, &family, mark) != 3)
		return -EINVAL;

	memset(path_dev, 0, sizeof(path_dev));
	err = path_prepare(current->nsproxy->net_ns, family);
	path_mark = 0;
	if (!strcmp(mark, "plain"))
		path_vip = path_server;
	else if (!err)
		err = kstrtou32(mark, 0, &path_mark);
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

MODULE_DESCRIPTION("Counts what a router does with packets of FTP sessions");
MODULE_AUTHOR("nf_ftpmark maintainers");
MODULE_LICENSE("GPL");
