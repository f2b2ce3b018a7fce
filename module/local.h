/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_LOCAL_H
#define FTPMARK_LOCAL_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

struct ftpmark_state;

#if IS_ENABLED(CONFIG_IP_VS)
unsigned int ftpmark_local_in(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state);
void ftpmark_local_init(struct ftpmark_state *ns);
unsigned long ftpmark_local_hooks(struct ftpmark_state *ns,
				  unsigned long hooks);
void ftpmark_local_stop(struct ftpmark_state *ns);
#else
#define ftpmark_local_in NULL

static inline void ftpmark_local_init(struct ftpmark_state *ns)
{
}

static inline unsigned long ftpmark_local_hooks(struct ftpmark_state *ns,
						unsigned long hooks)
{
	return 0;
}

static inline void ftpmark_local_stop(struct ftpmark_state *ns)
{
}
#endif

#endif
