/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_MARK_H
#define FTPMARK_MARK_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

unsigned int ftpmark_mark_ipv4(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state);
unsigned int ftpmark_mark_ipv6(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state);

#endif
