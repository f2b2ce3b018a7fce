/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_IPVS_H
#define FTPMARK_IPVS_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

#if IS_ENABLED(CONFIG_IP_VS)
bool ftpmark_ipvs_dynamic(u16 port);
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
