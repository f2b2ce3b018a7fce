/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_CLIENTS_H
#define FTPMARK_CLIENTS_H

#include <linux/skbuff.h>
#include <linux/tcp.h>

#include "index.h"

struct ftpmark_clients;
struct ftpmark_flow;
struct net;

/* Upper bound on the VIPs that are remembered of one client. */
#define FTPMARK_CLIENT_VIPS 8

/* Upper bound on the control connections of a client to one VIP. */
#define FTPMARK_CLIENT_CONNECTIONS 4

/**
 * struct ftpmark_client_connection - a control connection of a client to a VIP
 * @port: the control port, host byte order; 0 if there is no connection
 * @client_port: the client's port
 */
struct ftpmark_client_connection {
	u16 port;
	u16 client_port;
};

/**
 * struct ftpmark_client_use - a client uses a VIP
 * @vip: the VIP
 * @last: its control connections, most recently used first
 */
struct ftpmark_client_use {
	union nf_inet_addr vip;
	struct ftpmark_client_connection last[FTPMARK_CLIENT_CONNECTIONS];
};

/**
 * struct ftpmark_client_memories - what a namespace remembers of clients
 * @net: the namespace
 * @seen: clients whose control packets were seen; for active data connections.
 *	NULL if none could come from more than one VIP
 * @connected: clients whose control connections IPVS has confirmed; for passive
 *	ports that are for clients only. NULL if there are none
 */
struct ftpmark_client_memories {
	struct net *net;
	struct ftpmark_clients *seen;
	struct ftpmark_clients *connected;
};

struct ftpmark_clients *ftpmark_clients_create(struct net *net);
void ftpmark_clients_destroy(struct ftpmark_clients *clients);
void ftpmark_clients_note(struct ftpmark_clients *clients,
			  const struct sk_buff *skb, const struct tcphdr *tcp);
bool ftpmark_clients_connected(struct ftpmark_clients *clients,
			       const struct ftpmark_flow *flow);
unsigned int
ftpmark_clients_find(struct ftpmark_clients *clients, u8 family,
		     const union nf_inet_addr *client,
		     struct ftpmark_client_use used[FTPMARK_CLIENT_VIPS]);

#endif
