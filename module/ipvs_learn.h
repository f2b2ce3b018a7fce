/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_IPVS_LEARN_H
#define FTPMARK_IPVS_LEARN_H

#include "ends.h"

struct net;

/**
 * struct ftpmark_ipvs_way - how IPVS translates a connection
 * @client: address of the client
 * @vip: where the client has connected to, or is connected from
 * @server: address of the real server
 * @client_port: of the client
 * @vip_port: of the VIP
 * @server_port: of the real server
 * @lease: jiffies for which IPVS need not see its packets
 */
struct ftpmark_ipvs_way {
	union nf_inet_addr client;
	union nf_inet_addr vip;
	union nf_inet_addr server;
	__be16 client_port;
	__be16 vip_port;
	__be16 server_port;
	unsigned long lease;
};

bool ftpmark_ipvs_way(struct net *net, u8 family,
		      const union ftpmark_ends *ends, bool to_client,
		      struct ftpmark_ipvs_way *way);
void ftpmark_ipvs_count(struct net *net, u8 family,
			const union ftpmark_ends *ends, bool to_client,
			u64 packets, u64 bytes);

#endif
