// SPDX-License-Identifier: GPL-2.0-only
/* Messages to nf_tables that take effect all at once. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "router/netlink.h"
#include "trace/batch.h"
#include "trace/trace.h"

/* Offsets of fields, and sizes. */
enum {
	FM_TCP_FLAGS_AT = 13,
	FM_SOURCE4_AT = 12,
	FM_SOURCE6_AT = 8,
	FM_BATCH_BUFFER = 8 << 20,
};

/**
 * fm_batch_open() - open a socket for batches
 * @err: 0 or -errno
 *
 * Return: the socket, or NULL.
 */
struct nl_sock *fm_batch_open(int *err)
{
	struct nl_sock *sock = fm_netlink_open(NETLINK_NETFILTER, err);
	int size = FM_BATCH_BUFFER;

	/* Many services make a large batch. */
	if (sock)
		setsockopt(nl_socket_get_fd(sock), SOL_SOCKET, SO_SNDBUFFORCE,
			   &size, sizeof(size));
	return sock;
}

/* Appends the message that is complete. */
static void fm_batch_end(struct fm_batch *batch)
{
	struct nlmsghdr *header;
	char *grown;
	size_t size;

	if (!batch->msg)
		return;
	if (batch->rule)
		nla_nest_end(batch->msg, batch->rule);
	batch->rule = NULL;
	header = nlmsg_hdr(batch->msg);
	size = NLMSG_ALIGN(header->nlmsg_len);
	grown = batch->failed ? NULL :
		realloc(batch->data, batch->size + size);
	if (grown) {
		header->nlmsg_seq = ++batch->sequence;
		memset(grown + batch->size, 0, size);
		memcpy(grown + batch->size, header, header->nlmsg_len);
		batch->data = grown;
		batch->size += size;
	} else {
		batch->failed = true;
	}
	nlmsg_free(batch->msg);
	batch->msg = NULL;
}

static void fm_batch_message(struct fm_batch *batch, int type, int flags,
			     int family, unsigned int resource)
{
	struct nfgenmsg header = {
		.nfgen_family = family,
		.version = NFNETLINK_V0,
		.res_id = htons(resource),
	};

	fm_batch_end(batch);
	batch->msg = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);
	if (!batch->msg ||
	    nlmsg_append(batch->msg, &header, sizeof(header), NLMSG_ALIGNTO))
		batch->failed = true;
}

static void fm_batch_nft(struct fm_batch *batch, int type, int flags)
{
	fm_batch_message(batch, NFNL_SUBSYS_NFTABLES << 8 | type, flags,
			 NFPROTO_INET, 0);
}

static void fm_put(struct fm_batch *batch, int type, const void *data,
		   size_t size)
{
	if (!batch->failed && nla_put(batch->msg, type, size, data))
		batch->failed = true;
}

static void fm_put_u32(struct fm_batch *batch, int type, uint32_t value)
{
	value = htonl(value);
	fm_put(batch, type, &value, sizeof(value));
}

static void fm_put_text(struct fm_batch *batch, int type, const char *text)
{
	fm_put(batch, type, text, strlen(text) + 1);
}

static struct nlattr *fm_nest(struct fm_batch *batch, int type)
{
	struct nlattr *nest = batch->failed ? NULL :
			      nla_nest_start(batch->msg, type);

	if (!nest)
		batch->failed = true;
	return nest;
}

static void fm_nest_end(struct fm_batch *batch, struct nlattr *nest)
{
	if (nest)
		nla_nest_end(batch->msg, nest);
}

/**
 * fm_batch_begin() - begin a batch
 * @batch: the batch, zeroed
 */
void fm_batch_begin(struct fm_batch *batch)
{
	fm_batch_message(batch, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC,
			 NFNL_SUBSYS_NFTABLES);
}

/* Reads answers until one is an error, or that to the last message. */
static int fm_batch_answer(struct nl_sock *sock, uint32_t last)
{
	char buffer[16384];
	struct nlmsghdr *header;
	struct nlmsgerr *error;
	int length;

	for (;;) {
		length = recv(nl_socket_get_fd(sock), buffer, sizeof(buffer),
			      0);
		/* Many messages may have failed after the first that did. */
		if (length < 0 && (errno == EINTR || errno == ENOBUFS))
			continue;
		if (length < 0)
			return -errno;
		for (header = (struct nlmsghdr *)buffer;
		     nlmsg_ok(header, length);
		     header = nlmsg_next(header, &length)) {
			error = nlmsg_data(header);
			if (header->nlmsg_type != NLMSG_ERROR)
				continue;
			if (error->error || header->nlmsg_seq == last)
				return error->error;
		}
	}
}

/**
 * fm_batch_send() - send a batch, and free it
 * @batch: the batch
 * @sock: the socket
 *
 * Return: 0, or -errno with nothing changed.
 */
int fm_batch_send(struct fm_batch *batch, struct nl_sock *sock)
{
	uint32_t last;
	int err;

	/* The last message asks for an answer. */
	if (batch->msg)
		nlmsg_hdr(batch->msg)->nlmsg_flags |= NLM_F_ACK;
	fm_batch_end(batch);
	last = batch->sequence;
	fm_batch_message(batch, NFNL_MSG_BATCH_END, 0, AF_UNSPEC,
			 NFNL_SUBSYS_NFTABLES);
	fm_batch_end(batch);
	if (batch->failed)
		err = -ENOMEM;
	else if (send(nl_socket_get_fd(sock), batch->data, batch->size, 0) < 0)
		err = -errno;
	else
		err = fm_batch_answer(sock, last);
	free(batch->data);
	batch->data = NULL;
	return err;
}

/**
 * fm_batch_table() - make or delete the table
 * @batch: the batch
 * @type: NFT_MSG_NEWTABLE or NFT_MSG_DELTABLE
 * @flags: flags of a new table
 */
void fm_batch_table(struct fm_batch *batch, int type, uint32_t flags)
{
	fm_batch_nft(batch, type,
		     type == NFT_MSG_NEWTABLE ? NLM_F_CREATE : 0);
	fm_put_text(batch, NFTA_TABLE_NAME, FM_TRACE_TABLE);
	if (type == NFT_MSG_NEWTABLE)
		fm_put_u32(batch, NFTA_TABLE_FLAGS, flags);
}

/**
 * fm_batch_chain() - make a chain
 * @batch: the batch
 * @name: its name
 * @place: the place where it is a base chain, or NULL
 */
void fm_batch_chain(struct fm_batch *batch, const char *name,
		    const struct fm_place_entry *place)
{
	struct nlattr *hook;

	fm_batch_nft(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	fm_put_text(batch, NFTA_CHAIN_TABLE, FM_TRACE_TABLE);
	fm_put_text(batch, NFTA_CHAIN_NAME, name);
	if (!place)
		return;
	hook = fm_nest(batch, NFTA_CHAIN_HOOK);
	fm_put_u32(batch, NFTA_HOOK_HOOKNUM, place->number);
	fm_put_u32(batch, NFTA_HOOK_PRIORITY, place->priority);
	fm_nest_end(batch, hook);
	fm_put_text(batch, NFTA_CHAIN_TYPE, "filter");
}

/**
 * fm_batch_rule() - make a rule, the last of its chain
 * @batch: the batch; matches and statements that are added next are the rule's
 * @chain: the chain
 */
void fm_batch_rule(struct fm_batch *batch, const char *chain)
{
	fm_batch_nft(batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	fm_put_text(batch, NFTA_RULE_TABLE, FM_TRACE_TABLE);
	fm_put_text(batch, NFTA_RULE_CHAIN, chain);
	batch->rule = fm_nest(batch, NFTA_RULE_EXPRESSIONS);
}

/* The nest that @data is left in is that of the expression. */
static struct nlattr *fm_expression(struct fm_batch *batch, const char *name,
				    struct nlattr **data)
{
	struct nlattr *expression = fm_nest(batch, NFTA_LIST_ELEM);

	fm_put_text(batch, NFTA_EXPR_NAME, name);
	*data = fm_nest(batch, NFTA_EXPR_DATA);
	return expression;
}

static void fm_expression_end(struct fm_batch *batch,
			      struct nlattr *expression, struct nlattr *data)
{
	fm_nest_end(batch, data);
	fm_nest_end(batch, expression);
}

static void fm_put_value(struct fm_batch *batch, int type, const void *value,
			 size_t size)
{
	struct nlattr *nest = fm_nest(batch, type);

	fm_put(batch, NFTA_DATA_VALUE, value, size);
	fm_nest_end(batch, nest);
}

static void fm_load_meta(struct fm_batch *batch, enum nft_meta_keys key)
{
	struct nlattr *data, *expression = fm_expression(batch, "meta", &data);

	fm_put_u32(batch, NFTA_META_DREG, NFT_REG_1);
	fm_put_u32(batch, NFTA_META_KEY, key);
	fm_expression_end(batch, expression, data);
}

static void fm_load(struct fm_batch *batch, enum nft_payload_bases base,
		    unsigned int offset, unsigned int length)
{
	struct nlattr *data, *expression = fm_expression(batch, "payload",
							 &data);

	fm_put_u32(batch, NFTA_PAYLOAD_DREG, NFT_REG_1);
	fm_put_u32(batch, NFTA_PAYLOAD_BASE, base);
	fm_put_u32(batch, NFTA_PAYLOAD_OFFSET, offset);
	fm_put_u32(batch, NFTA_PAYLOAD_LEN, length);
	fm_expression_end(batch, expression, data);
}

static void fm_mask(struct fm_batch *batch, const void *mask, size_t size)
{
	static const unsigned char zero[16];
	struct nlattr *data, *expression = fm_expression(batch, "bitwise",
							 &data);

	fm_put_u32(batch, NFTA_BITWISE_SREG, NFT_REG_1);
	fm_put_u32(batch, NFTA_BITWISE_DREG, NFT_REG_1);
	fm_put_u32(batch, NFTA_BITWISE_LEN, size);
	fm_put_value(batch, NFTA_BITWISE_MASK, mask, size);
	fm_put_value(batch, NFTA_BITWISE_XOR, zero, size);
	fm_expression_end(batch, expression, data);
}

static void fm_compare(struct fm_batch *batch, enum nft_cmp_ops op,
		       const void *value, size_t size)
{
	struct nlattr *data, *expression = fm_expression(batch, "cmp", &data);

	fm_put_u32(batch, NFTA_CMP_SREG, NFT_REG_1);
	fm_put_u32(batch, NFTA_CMP_OP, op);
	fm_put_value(batch, NFTA_CMP_DATA, value, size);
	fm_expression_end(batch, expression, data);
}

/**
 * fm_batch_match_other() - match packets that are not TCP
 * @batch: the batch, with a rule
 */
void fm_batch_match_other(struct fm_batch *batch)
{
	static const unsigned char tcp = IPPROTO_TCP;

	fm_load_meta(batch, NFT_META_L4PROTO);
	fm_compare(batch, NFT_CMP_NEQ, &tcp, sizeof(tcp));
}

/**
 * fm_batch_match_unflagged() - match packets of TCP without SYN, FIN and RST
 * @batch: the batch, with a rule
 */
void fm_batch_match_unflagged(struct fm_batch *batch)
{
	static const unsigned char mask = FM_TCP_SYN | FM_TCP_FIN | FM_TCP_RST;
	static const unsigned char none;

	fm_load(batch, NFT_PAYLOAD_TRANSPORT_HEADER, FM_TCP_FLAGS_AT, 1);
	fm_mask(batch, &mask, sizeof(mask));
	fm_compare(batch, NFT_CMP_EQ, &none, sizeof(none));
}

/**
 * fm_batch_match_address() - match packets with an address
 * @batch: the batch, with a rule
 * @address: the address, or a prefix
 * @source: it is the source, not the destination
 */
void fm_batch_match_address(struct fm_batch *batch,
			    const struct fm_prefix *address, bool source)
{
	bool new = address->family == AF_INET6;
	unsigned char family = new ? NFPROTO_IPV6 : NFPROTO_IPV4;
	unsigned int size = new ? 16 : 4;
	unsigned char mask[16];
	unsigned int i;

	fm_load_meta(batch, NFT_META_NFPROTO);
	fm_compare(batch, NFT_CMP_EQ, &family, sizeof(family));
	fm_load(batch, NFT_PAYLOAD_NETWORK_HEADER,
		(new ? FM_SOURCE6_AT : FM_SOURCE4_AT) + (source ? 0 : size),
		size);
	for (i = 0; i < size; i++)
		mask[i] = address->length >= i * 8 + 8 ? 0xff :
			  address->length <= i * 8 ? 0 :
			  0xff << (i * 8 + 8 - address->length);
	if (address->length < size * 8)
		fm_mask(batch, mask, size);
	fm_compare(batch, NFT_CMP_EQ, address->byte, size);
}

/**
 * fm_batch_match_port() - match packets of TCP with a port
 * @batch: the batch, with a rule
 * @source: it is the source port, not that of the destination
 * @first: the first such port
 * @last: the last such port
 */
void fm_batch_match_port(struct fm_batch *batch, bool source,
			 unsigned int first, unsigned int last)
{
	uint16_t from = htons(first), to = htons(last);

	fm_load(batch, NFT_PAYLOAD_TRANSPORT_HEADER,
		source ? 0 : sizeof(from), sizeof(from));
	fm_compare(batch, NFT_CMP_GTE, &from, sizeof(from));
	fm_compare(batch, NFT_CMP_LTE, &to, sizeof(to));
}

/**
 * fm_batch_verdict() - decide what becomes of the packets that a rule matches
 * @batch: the batch, with a rule
 * @code: NF_ACCEPT or another
 * @chain: the chain to go to, or NULL
 */
void fm_batch_verdict(struct fm_batch *batch, int code, const char *chain)
{
	struct nlattr *data, *expression = fm_expression(batch, "immediate",
							 &data);
	struct nlattr *value, *verdict;

	fm_put_u32(batch, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	value = fm_nest(batch, NFTA_IMMEDIATE_DATA);
	verdict = fm_nest(batch, NFTA_DATA_VERDICT);
	fm_put_u32(batch, NFTA_VERDICT_CODE, code);
	if (chain)
		fm_put_text(batch, NFTA_VERDICT_CHAIN, chain);
	fm_nest_end(batch, verdict);
	fm_nest_end(batch, value);
	fm_expression_end(batch, expression, data);
}

/**
 * fm_batch_log() - show the packets that a rule matches
 * @batch: the batch, with a rule
 * @group: the group of the log
 * @prefix: what they are shown with
 */
void fm_batch_log(struct fm_batch *batch, unsigned int group,
		  const char *prefix)
{
	struct nlattr *data, *expression = fm_expression(batch, "log", &data);
	uint16_t number = htons(group);

	fm_put(batch, NFTA_LOG_GROUP, &number, sizeof(number));
	fm_put_text(batch, NFTA_LOG_PREFIX, prefix);
	fm_expression_end(batch, expression, data);
}
