/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_IPVS_KEEP_H
#define FTPMARK_IPVS_KEEP_H

#include <linux/netfilter.h>

#include "packet.h"
#include "sessions.h"

struct ip_vs_conn;

/* Connections that are told to IPVS's sync daemon at a time. */
#define FTPMARK_IPVS_BATCH 32

/**
 * struct ftpmark_ipvs_batch - control connections to be kept
 * @net: the namespace
 * @count: number of entries
 * @conn: with a reference each
 */
struct ftpmark_ipvs_batch {
	struct net *net;
	unsigned int count;
	struct ip_vs_conn *conn[FTPMARK_IPVS_BATCH];
};

/**
 * struct ftpmark_ipvs_data - a data connection, as IPVS has it
 * @server: its real server
 * @family: of that
 * @known: IPVS has it; if not, the rest is unknown
 * @established: neither end has closed it
 * @copied: another director has told this one of it
 */
struct ftpmark_ipvs_data {
	union nf_inet_addr server;
	u16 family;
	bool known;
	bool established;
	bool copied;
};

unsigned long ftpmark_ipvs_timeout(struct net *net);
bool ftpmark_ipvs_replicates(struct net *net);
void ftpmark_ipvs_data(struct net *net, const struct ftpmark_flow *flow,
		       struct ftpmark_ipvs_data *data);
enum ftpmark_session_state
ftpmark_ipvs_session(struct net *net, const struct ftpmark_flow *flow);
bool ftpmark_ipvs_keep(struct ftpmark_ipvs_batch *batch,
		       const struct ftpmark_flow *flow,
		       const struct ftpmark_ipvs_data *data);
void ftpmark_ipvs_kept(struct ftpmark_ipvs_batch *batch);

#endif
