/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_LEARN_H
#define FTPMARK_LEARN_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

#if IS_ENABLED(CONFIG_IP_VS)
unsigned int ftpmark_learn(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state);
#else
/* No service can ask for the hook then. */
#define ftpmark_learn NULL
#endif

#endif
