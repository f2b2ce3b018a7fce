/* SPDX-License-Identifier: GPL-2.0-only */
/* Asks the kernel over netlink. */
#ifndef FM_ROUTER_NETLINK_H
#define FM_ROUTER_NETLINK_H

#include <netlink/msg.h>
#include <netlink/netlink.h>

struct nl_sock *fm_netlink_open(int protocol, int *err);
int fm_netlink_ask(struct nl_sock *sock, struct nl_msg *msg,
		   nl_recvmsg_msg_cb_t answer, void *arg);
int fm_netlink_dump(int type, int family, nl_recvmsg_msg_cb_t answer,
		    void *arg);

#endif /* FM_ROUTER_NETLINK_H */
