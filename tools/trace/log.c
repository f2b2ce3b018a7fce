// SPDX-License-Identifier: GPL-2.0-only
/* Reads the packets that the kernel logs to a group. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "router/netlink.h"
#include "trace/trace.h"

enum {
	/* Headers of IPv6, and that of TCP. */
	FM_LOG_BYTES = 256,
	FM_LOG_BUFFER = 16 << 20,
	/* Packets wait for so many others, and so long, in 1/100 s. */
	FM_LOG_BATCH = 32,
	FM_LOG_WAIT = 5,
	FM_LOG_GROUPS = 16,
};

/**
 * struct fm_log - the log
 * @sock: the socket that it is read from
 * @group: its group
 */
struct fm_log {
	struct nl_sock *sock;
	unsigned int group;
};

static int fm_log_error(struct sockaddr_nl *from, struct nlmsgerr *error,
			void *arg)
{
	(void)from;
	*(int *)arg = error->error;
	return NL_STOP;
}

/* Sends one setting of the group, and waits for the kernel's answer. */
static int fm_log_set(struct fm_log *log, int type, const void *data,
		      size_t size)
{
	struct nfgenmsg header = {
		.nfgen_family = AF_UNSPEC,
		.version = NFNETLINK_V0,
		.res_id = htons(log->group),
	};
	struct nl_msg *msg;
	int err, refused = 0;

	msg = nlmsg_alloc_simple(NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG,
				 NLM_F_REQUEST | NLM_F_ACK);
	if (!msg)
		return -ENOMEM;
	if (nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO) ||
	    nla_put(msg, type, size, data)) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	nl_socket_modify_err_cb(log->sock, NL_CB_CUSTOM, fm_log_error,
				&refused);
	err = nl_send_auto(log->sock, msg);
	nlmsg_free(msg);
	if (err >= 0)
		err = nl_wait_for_ack(log->sock);
	return refused ? refused : err < 0 ? -EIO : 0;
}

/* Another program may read the group that is asked for. */
static int fm_log_bind(struct fm_log *log)
{
	struct nfulnl_msg_config_cmd command = {
		.command = NFULNL_CFG_CMD_BIND,
	};
	int i, err = -EBUSY;

	for (i = 0; i < FM_LOG_GROUPS && err == -EBUSY; i++) {
		log->group = 0x8000 | ((getpid() + i) & 0x7fff);
		err = fm_log_set(log, NFULA_CFG_CMD, &command,
				 sizeof(command));
	}
	return err;
}

static int fm_log_setup(struct fm_log *log)
{
	struct nfulnl_msg_config_mode mode = {
		.copy_range = htonl(FM_LOG_BYTES),
		.copy_mode = NFULNL_COPY_PACKET,
	};
	uint32_t batch = htonl(FM_LOG_BATCH), wait = htonl(FM_LOG_WAIT);
	int size = FM_LOG_BUFFER;
	int err;

	setsockopt(nl_socket_get_fd(log->sock), SOL_SOCKET, SO_RCVBUFFORCE,
		   &size, sizeof(size));
	err = fm_log_bind(log);
	if (!err)
		err = fm_log_set(log, NFULA_CFG_MODE, &mode, sizeof(mode));
	if (!err)
		err = fm_log_set(log, NFULA_CFG_QTHRESH, &batch, sizeof(batch));
	if (!err)
		err = fm_log_set(log, NFULA_CFG_TIMEOUT, &wait, sizeof(wait));
	return err;
}

/**
 * fm_log_open() - begin to read a group that nobody reads
 * @err: 0 or -errno
 *
 * Return: the log, or NULL.
 */
struct fm_log *fm_log_open(int *err)
{
	struct fm_log *log = calloc(1, sizeof(*log));

	*err = -ENOMEM;
	if (!log)
		return NULL;
	log->sock = fm_netlink_open(NETLINK_NETFILTER, err);
	if (!*err)
		*err = fm_log_setup(log);
	if (!*err)
		return log;
	fm_log_close(log);
	return NULL;
}

/**
 * fm_log_close() - read it no longer
 * @log: the log
 */
void fm_log_close(struct fm_log *log)
{
	if (log)
		nl_socket_free(log->sock);
	free(log);
}

/**
 * fm_log_group() - ask for the group
 * @log: the log
 *
 * Return: its number.
 */
unsigned int fm_log_group(const struct fm_log *log)
{
	return log->group;
}

/**
 * fm_log_fd() - ask for the file descriptor to wait for
 * @log: the log
 *
 * Return: the file descriptor.
 */
int fm_log_fd(const struct fm_log *log)
{
	return nl_socket_get_fd(log->sock);
}

static void fm_log_address(struct fm_end *end, int family, const void *byte)
{
	end->address.family = family;
	end->address.length = family == AF_INET6 ? 128 : 32;
	memcpy(end->address.byte, byte, end->address.length / 8);
}

/* Returns the offset of the header of TCP, or 0. */
static size_t fm_log_ipv6(const unsigned char *data, size_t size,
			  struct fm_sighting *sighting)
{
	const struct ip6_hdr *ip = (const struct ip6_hdr *)data;
	size_t at = sizeof(*ip), length;
	unsigned int next;

	if (size < sizeof(*ip))
		return 0;
	fm_log_address(&sighting->from, AF_INET6, &ip->ip6_src);
	fm_log_address(&sighting->to, AF_INET6, &ip->ip6_dst);
	for (next = ip->ip6_nxt; next != IPPROTO_TCP; at += length) {
		if ((next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING &&
		     next != IPPROTO_DSTOPTS) || at + 8 > size)
			return 0;
		next = data[at];
		length = (data[at + 1] + 1) * 8;
	}
	return at;
}

static size_t fm_log_ipv4(const unsigned char *data, size_t size,
			  struct fm_sighting *sighting)
{
	const struct iphdr *ip = (const struct iphdr *)data;

	if (size < sizeof(*ip) || ip->protocol != IPPROTO_TCP)
		return 0;
	fm_log_address(&sighting->from, AF_INET, &ip->saddr);
	fm_log_address(&sighting->to, AF_INET, &ip->daddr);
	return ip->ihl * 4;
}

static bool fm_log_packet(const unsigned char *data, size_t size,
			  struct fm_sighting *sighting)
{
	struct tcphdr tcp;
	size_t at;

	if (!size)
		return false;
	at = data[0] >> 4 == 6 ? fm_log_ipv6(data, size, sighting) :
				 fm_log_ipv4(data, size, sighting);
	if (!at || at + sizeof(tcp) > size)
		return false;
	memcpy(&tcp, data + at, sizeof(tcp));
	sighting->from.port = ntohs(tcp.source);
	sighting->to.port = ntohs(tcp.dest);
	sighting->sequence = ntohl(tcp.seq);
	sighting->acked = ntohl(tcp.ack_seq);
	sighting->flags = tcp.th_flags;
	return true;
}

static unsigned int fm_log_number(struct nlattr *attr)
{
	return attr ? ntohl(nla_get_u32(attr)) : 0;
}

static bool fm_log_parse(struct nlmsghdr *header, struct fm_sighting *sighting)
{
	struct nlattr *attr[NFULA_MAX + 1];

	if (header->nlmsg_type !=
	    (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET) ||
	    nlmsg_parse(header, sizeof(struct nfgenmsg), attr, NFULA_MAX,
			NULL) ||
	    !attr[NFULA_PREFIX] || !attr[NFULA_PAYLOAD])
		return false;
	memset(sighting, 0, sizeof(*sighting));
	sighting->place = atoi(nla_get_string(attr[NFULA_PREFIX]));
	sighting->mark = fm_log_number(attr[NFULA_MARK]);
	sighting->in = fm_log_number(attr[NFULA_IFINDEX_INDEV]);
	sighting->out = fm_log_number(attr[NFULA_IFINDEX_OUTDEV]);
	return sighting->place < FM_PLACES &&
	       fm_log_packet(nla_data(attr[NFULA_PAYLOAD]),
			     nla_len(attr[NFULA_PAYLOAD]), sighting);
}

/**
 * fm_log_read() - read what is there
 * @log: the log
 * @see: called for each packet
 * @arg: argument for @see
 *
 * Return: 0, -EAGAIN if nothing was there, -ENOBUFS if packets were lost, or
 * another -errno.
 */
int fm_log_read(struct fm_log *log,
		void (*see)(const struct fm_sighting *sighting, void *arg),
		void *arg)
{
	static char buffer[1 << 18];
	struct fm_sighting sighting;
	struct nlmsghdr *header;
	int length;

	length = recv(fm_log_fd(log), buffer, sizeof(buffer), MSG_DONTWAIT);
	if (length < 0)
		return -errno;
	for (header = (struct nlmsghdr *)buffer; nlmsg_ok(header, length);
	     header = nlmsg_next(header, &length)) {
		if (fm_log_parse(header, &sighting))
			see(&sighting, arg);
	}
	return 0;
}
