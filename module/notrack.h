/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_NOTRACK_H
#define FTPMARK_NOTRACK_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

#if IS_ENABLED(CONFIG_IP_VS)
unsigned int ftpmark_notrack(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state);
#else
/* No service can ask for the hook then. */
#define ftpmark_notrack NULL
#endif

#endif
