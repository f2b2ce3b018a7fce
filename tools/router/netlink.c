// SPDX-License-Identifier: GPL-2.0-only
/* Asks the kernel over netlink. */

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>

#include "router/netlink.h"

/* Converts an error of libnl to a -errno, as far as callers tell them apart. */
static int fm_netlink_errno(int err)
{
	switch (err) {
	case -NLE_PERM:
	case -NLE_NOACCESS:
		return -EPERM;
	case -NLE_NOMEM:
		return -ENOMEM;
	case -NLE_OBJ_NOTFOUND:
	case -NLE_NODEV:
		return -ENOENT;
	default:
		return -EIO;
	}
}

/**
 * fm_netlink_open() - open a socket
 * @protocol: NETLINK_ROUTE or another
 * @err: 0 or -errno
 *
 * Return: the socket, or NULL.
 */
struct nl_sock *fm_netlink_open(int protocol, int *err)
{
	struct nl_sock *sock = nl_socket_alloc();
	int error;

	if (!sock) {
		*err = -ENOMEM;
		return NULL;
	}
	nl_socket_disable_auto_ack(sock);
	error = nl_connect(sock, protocol);
	if (error) {
		*err = fm_netlink_errno(error);
		nl_socket_free(sock);
		return NULL;
	}
	*err = 0;
	return sock;
}

/**
 * fm_netlink_ask() - send a question and receive the answers
 * @sock: the socket
 * @msg: the question, which is freed here; NULL gives -ENOMEM
 * @answer: called for each answer
 * @arg: argument for @answer
 *
 * Return: 0 or -errno.
 */
int fm_netlink_ask(struct nl_sock *sock, struct nl_msg *msg,
		   nl_recvmsg_msg_cb_t answer, void *arg)
{
	int err;

	if (!msg)
		return -ENOMEM;
	err = nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, answer, arg);
	if (!err)
		err = nl_send_auto(sock, msg);
	nlmsg_free(msg);
	if (err >= 0)
		err = nl_recvmsgs_default(sock);
	return err < 0 ? fm_netlink_errno(err) : 0;
}

/**
 * fm_netlink_dump() - ask rtnetlink for all of something
 * @type: RTM_GETLINK or another
 * @family: AF_INET, AF_INET6, or AF_UNSPEC for both
 * @answer: called for each answer
 * @arg: argument for @answer
 *
 * Return: 0 or -errno.
 */
int fm_netlink_dump(int type, int family, nl_recvmsg_msg_cb_t answer, void *arg)
{
	struct rtgenmsg question = { .rtgen_family = family };
	struct nl_sock *sock;
	struct nl_msg *msg;
	int err;

	sock = fm_netlink_open(NETLINK_ROUTE, &err);
	if (!sock)
		return err;
	msg = nlmsg_alloc_simple(type, NLM_F_REQUEST | NLM_F_DUMP);
	if (msg && nlmsg_append(msg, &question, sizeof(question),
				NLMSG_ALIGNTO)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	err = fm_netlink_ask(sock, msg, answer, arg);
	nl_socket_free(sock);
	return err;
}
