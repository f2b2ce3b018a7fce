/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_FLOWS_H
#define FTPMARK_FLOWS_H

#include <linux/netfilter.h>

#include "packet.h"

/* Upper bound on the data connections that are remembered. */
#define FTPMARK_FLOWS_MAX 1024

struct ftpmark_flows;

/**
 * struct ftpmark_data - a data connection that a sample has met
 * @flow: from the client to the VIP
 * @seen: by the last sample, too
 * @old: it was there before the last sample
 * @searched: its control connections have been searched for
 */
struct ftpmark_data {
	struct ftpmark_flow flow;
	bool seen;
	bool old;
	bool searched;
};

struct ftpmark_flows *ftpmark_flows_create(void);
void ftpmark_flows_destroy(struct ftpmark_flows *flows);
void ftpmark_flows_note(struct ftpmark_flows *flows,
			const struct ftpmark_flow *flow);
bool ftpmark_flows_read(struct ftpmark_flows *flows, unsigned int i,
			struct ftpmark_data *data);
void ftpmark_flows_keep(struct ftpmark_flows *flows, unsigned int i,
			bool searched);
void ftpmark_flows_drop(struct ftpmark_flows *flows, unsigned int i);

#if IS_ENABLED(CONFIG_IP_VS)
unsigned int ftpmark_sample(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state);
#else
/* No sample is ever taken then. */
#define ftpmark_sample NULL
#endif

#endif
