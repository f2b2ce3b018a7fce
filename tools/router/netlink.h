/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions to the kernel over netlink. */
#ifndef FTPMARK_NETLINK_H
#define FTPMARK_NETLINK_H

#include <netlink/msg.h>
#include <netlink/netlink.h>

struct nl_sock *ftpmark_netlink_open(int protocol, int *err);
int ftpmark_netlink_ask(struct nl_sock *sock, struct nl_msg *msg,
			nl_recvmsg_msg_cb_t answer, void *arg);

#endif /* FTPMARK_NETLINK_H */
