/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_CLIENTS_H
#define FTPMARK_CLIENTS_H

#include <linux/skbuff.h>
#include <linux/tcp.h>

#include "index.h"

/* Upper bound on the VIPs that are remembered of one client. */
#define FTPMARK_CLIENT_VIPS 8

struct ftpmark_clients;

struct ftpmark_clients *ftpmark_clients_create(void);
void ftpmark_clients_destroy(struct ftpmark_clients *clients);
void ftpmark_clients_note(struct ftpmark_clients *clients,
			  const struct sk_buff *skb, const struct tcphdr *tcp);
unsigned int ftpmark_clients_find(struct ftpmark_clients *clients, u8 family,
				  const union ftpmark_key *client,
				  union ftpmark_key vips[FTPMARK_CLIENT_VIPS]);

#endif
