/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_CLIENTS_H
#define FTPMARK_CLIENTS_H

#include <linux/skbuff.h>
#include <linux/tcp.h>

#include "index.h"

/* Upper bound on the VIPs that are remembered of one client. */
#define FTPMARK_CLIENT_VIPS 8

struct ftpmark_clients;

/**
 * struct ftpmark_client_use - a client uses a VIP
 * @vip: the VIP
 * @port: the control port there, host byte order
 * @client_port: the client's port of its last control packet
 */
struct ftpmark_client_use {
	union ftpmark_key vip;
	u16 port;
	u16 client_port;
};

struct ftpmark_clients *ftpmark_clients_create(void);
void ftpmark_clients_destroy(struct ftpmark_clients *clients);
void ftpmark_clients_note(struct ftpmark_clients *clients,
			  const struct sk_buff *skb, const struct tcphdr *tcp);
unsigned int
ftpmark_clients_find(struct ftpmark_clients *clients, u8 family,
		     const union ftpmark_key *client,
		     struct ftpmark_client_use used[FTPMARK_CLIENT_VIPS]);

#endif
