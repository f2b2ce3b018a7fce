/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_NAT_H
#define FTPMARK_NAT_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

int ftpmark_nat_init(void);
void ftpmark_nat_exit(void);
unsigned int ftpmark_nat(void *priv, struct sk_buff *skb,
			 const struct nf_hook_state *state);
int ftpmark_nat_register(struct net *net, const struct nf_hook_ops *ops);
void ftpmark_nat_unregister(struct net *net, const struct nf_hook_ops *ops);

#endif
