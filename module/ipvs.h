/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_IPVS_H
#define FTPMARK_IPVS_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "packet.h"

/**
 * struct ftpmark_ipvs_virtual - the virtual end of a connection
 * @addr: address
 * @port: host byte order
 */
struct ftpmark_ipvs_virtual {
	union ftpmark_key addr;
	u16 port;
};

#if IS_ENABLED(CONFIG_IP_VS)
bool ftpmark_ipvs_works(struct net *net, u8 family);
bool ftpmark_ipvs_from_client(struct net *net, const struct ftpmark_flow *flow);
bool ftpmark_ipvs_from_server(struct net *net, const struct ftpmark_flow *flow,
			      struct ftpmark_ipvs_virtual *virtual);

unsigned int ftpmark_ipvs_ipv4(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state);
unsigned int ftpmark_ipvs_ipv6(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state);
#else
/* No service can ask for the hooks then. */
#define ftpmark_ipvs_ipv4 NULL
#define ftpmark_ipvs_ipv6 NULL
#endif

#endif
