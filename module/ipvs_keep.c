// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeping control connections in IPVS's table: what keep.c asks IPVS, and has it
 * do.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <net/ip_vs.h>

#include "ipvs_keep.h"
#include "ipvs_lookup.h"

enum {
	/* IPVS's default. */
	FTPMARK_IPVS_TIMEOUT	= 15 * 60 * HZ,
	/* How often, and how long, to wait for timers to run. */
	FTPMARK_IPVS_TRIES	= 10,
	FTPMARK_IPVS_PAUSE_MS	= 10,
};

/**
 * ftpmark_ipvs_timeout - how long IPVS remembers an established connection
 * @net: the namespace
 *
 * Return: jiffies, at least one second.
 */
unsigned long ftpmark_ipvs_timeout(struct net *net)
{
	struct netns_ipvs *ipvs = net_ipvs(net);
	const struct ip_vs_proto_data *pd = NULL;
	int timeout = FTPMARK_IPVS_TIMEOUT;

	if (ipvs)
		pd = ip_vs_proto_data_get(ipvs, IPPROTO_TCP);
	if (pd && pd->timeout_table)
		timeout = READ_ONCE(pd->timeout_table[IP_VS_TCP_S_ESTABLISHED]);
	return max(timeout, HZ);
}

/**
 * ftpmark_ipvs_replicates - whether directors tell each other of connections
 * @net: the namespace
 *
 * Return: true if IPVS's sync daemon runs here.
 */
bool ftpmark_ipvs_replicates(struct net *net)
{
	const struct netns_ipvs *ipvs = net_ipvs(net);

	return ipvs && ipvs->sync_state != IP_VS_STATE_NONE;
}

/**
 * ftpmark_ipvs_data - ask IPVS for a data connection
 * @net: the namespace, for which ftpmark_ipvs_works()
 * @flow: from the client to the VIP
 * @data: what IPVS has
 */
void ftpmark_ipvs_data(struct net *net, const struct ftpmark_flow *flow,
		       struct ftpmark_ipvs_data *data)
{
	struct ip_vs_conn *cp = ftpmark_ipvs_in_get(net, flow);

	memset(data, 0, sizeof(*data));
	if (!cp)
		return;
	data->known = true;
	data->established = READ_ONCE(cp->state) == IP_VS_TCP_S_ESTABLISHED;
	data->copied = READ_ONCE(cp->flags) & IP_VS_CONN_F_SYNC;
	data->family = cp->daf;
	ip_vs_addr_copy(cp->daf, &data->server, &cp->daddr);
	__ip_vs_conn_put(cp);
}

/**
 * ftpmark_ipvs_session - ask IPVS for a control connection
 * @net: the namespace
 * @flow: from the client to the VIP
 *
 * Context: any but hard interrupt.
 * Return: what became of it.
 */
enum ftpmark_session_state
ftpmark_ipvs_session(struct net *net, const struct ftpmark_flow *flow)
{
	struct ftpmark_ipvs_data data;

	if (!ftpmark_ipvs_works(net, flow->family))
		return FTPMARK_SESSION_GONE;
	ftpmark_ipvs_data(net, flow, &data);
	if (!data.known)
		return FTPMARK_SESSION_GONE;
	return data.established ? FTPMARK_SESSION_OPEN :
				  FTPMARK_SESSION_OPENING;
}

/*
 * Has the sync daemon tell the backup director of connections, which it does
 * only when they have packets, or when their time is over but something still
 * refers to them: then IPVS also gives them another minute. The batch refers to
 * them until their timers have run.
 */
static void ftpmark_ipvs_tell(struct ftpmark_ipvs_batch *batch)
{
	unsigned long begin = jiffies;
	unsigned int tries, i;

	for (i = 0; i < batch->count; i++)
		mod_timer_pending(&batch->conn[i]->timer, begin);
	for (i = 0, tries = 0; i < batch->count && tries < FTPMARK_IPVS_TRIES; ) {
		if (time_after(READ_ONCE(batch->conn[i]->timer.expires),
			       begin)) {
			i++;
			continue;
		}
		msleep(FTPMARK_IPVS_PAUSE_MS);
		tries++;
	}
}

/**
 * ftpmark_ipvs_kept - keep the control connections of a batch
 * @batch: empty afterwards
 *
 * Restarts their timers.
 *
 * Context: may sleep.
 */
void ftpmark_ipvs_kept(struct ftpmark_ipvs_batch *batch)
{
	unsigned long timeout = ftpmark_ipvs_timeout(batch->net);
	unsigned int i;

	if (batch->count &&
	    net_ipvs(batch->net)->sync_state & IP_VS_STATE_MASTER)
		ftpmark_ipvs_tell(batch);

	for (i = 0; i < batch->count; i++) {
		struct ip_vs_conn *cp = batch->conn[i];

		spin_lock_bh(&cp->lock);
		if (cp->state == IP_VS_TCP_S_ESTABLISHED)
			cp->timeout = timeout;
		spin_unlock_bh(&cp->lock);
		ip_vs_conn_put(cp);
	}
	batch->count = 0;
}

/**
 * ftpmark_ipvs_keep - keep a control connection, if IPVS has it
 * @batch: where to put it; ftpmark_ipvs_kept() is due
 * @flow: the control connection, from the client to the VIP
 * @data: a data connection of that client
 *
 * Context: may sleep.
 * Return: true if it is established and has the same real server.
 */
bool ftpmark_ipvs_keep(struct ftpmark_ipvs_batch *batch,
		       const struct ftpmark_flow *flow,
		       const struct ftpmark_ipvs_data *data)
{
	struct ip_vs_conn *cp = ftpmark_ipvs_in_get(batch->net, flow);

	if (!cp)
		return false;
	if (READ_ONCE(cp->state) != IP_VS_TCP_S_ESTABLISHED ||
	    (data->known &&
	     (cp->daf != data->family ||
	      !ip_vs_addr_equal(cp->daf, &cp->daddr, &data->server)))) {
		__ip_vs_conn_put(cp);
		return false;
	}

	batch->conn[batch->count++] = cp;
	if (batch->count == FTPMARK_IPVS_BATCH)
		ftpmark_ipvs_kept(batch);
	return true;
}
