// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sessions of any length: IPVS keeps a control connection as long as data of its
 * client flows, although the control connection has no packets meanwhile.
 *
 * Now and then a sample (flows.c) shows which clients have data. Their control
 * connections are known by their SYN (sessions.c). Those that are not, because
 * another director had them before or because memory was full, are searched
 * for: IPVS is asked about every port of the client. IPVS alone decides what is
 * established, so nothing is kept that it would not keep with its next packet.
 */
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "flows.h"
#include "hooks.h"
#include "ipvs_keep.h"
#include "ipvs_lookup.h"
#include "keep.h"
#include "sessions.h"
#include "state.h"
#include "work.h"

enum {
	/* Of IPVS's timeout a control connection gets one in so many parts. */
	FTPMARK_KEEP_PARTS	= 4,
	FTPMARK_KEEP_INTERVAL	= 60 * HZ,
	/*
	 * The backup director hears of a kept control connection this often,
	 * and IPVS lets it live a minute there: enough for the backup to keep
	 * it in turn, should it become the master.
	 */
	FTPMARK_KEEP_REPLICATED	= 15 * HZ,
	/* A sample takes one in so many parts of the time, but at least this. */
	FTPMARK_KEEP_SAMPLE	= 30,
	FTPMARK_KEEP_WINDOW	= HZ / 2,
	/* Searches take one in so many parts of the time. */
	FTPMARK_KEEP_SEARCH	= 4,
	/* Ports of a VIP that are searched, and client ports in one go. */
	FTPMARK_KEEP_PORTS	= 4,
	FTPMARK_KEEP_GO		= 1024,
};

#define FTPMARK_KEEP_HOOKS \
	(BIT(FTPMARK_HOOK_SAMPLE4) | BIT(FTPMARK_HOOK_SAMPLE6))

/**
 * struct ftpmark_keep_run - one run over all data connections
 * @ns: the namespace
 * @deadline: jiffies; no search begins later
 * @batch: control connections to be kept
 * @found: control connections of one client
 */
struct ftpmark_keep_run {
	struct ftpmark_state *ns;
	unsigned long deadline;
	struct ftpmark_ipvs_batch batch;
	struct ftpmark_session_end found[FTPMARK_SESSIONS_MAX];
};

static unsigned long ftpmark_keep_interval(struct ftpmark_state *ns)
{
	struct net *net = ns->packets.net;
	unsigned long interval;

	interval = ftpmark_ipvs_timeout(net) / FTPMARK_KEEP_PARTS;
	return min_t(unsigned long, interval, ftpmark_ipvs_replicates(net) ?
		     FTPMARK_KEEP_REPLICATED : FTPMARK_KEEP_INTERVAL);
}

/* The slower data flows, the longer it takes to meet one of its packets. */
static unsigned long ftpmark_keep_window(unsigned long interval)
{
	unsigned long window = max_t(unsigned long, FTPMARK_KEEP_WINDOW,
				     interval / FTPMARK_KEEP_SAMPLE);

	return min(window, interval / 2);
}

/* Lists the first control ports of a VIP, and returns their number. */
static unsigned int ftpmark_keep_ports(struct ftpmark_state *ns,
				       const struct ftpmark_flow *data,
				       u16 ports[FTPMARK_KEEP_PORTS])
{
	const struct ftpmark_port_map *map;
	unsigned int count = 0;
	u32 i, port;

	rcu_read_lock();
	map = ftpmark_vips_ports(&rcu_dereference(ns->packets.table)->vips,
				 data->family, &data->destination);
	for (i = 0; map && i < map->count; i++) {
		const struct ftpmark_port_rule *rule = &map->rule[i];

		if (rule->stat != FTPMARK_STAT_CONTROL_PACKETS)
			continue;
		for (port = rule->first; port <= rule->last &&
		     count < FTPMARK_KEEP_PORTS; port++)
			ports[count++] = port;
	}
	rcu_read_unlock();
	return count;
}

/* Finds all control connections of a data connection's client, and keeps them. */
static void ftpmark_keep_search(struct ftpmark_keep_run *run,
				const struct ftpmark_flow *flow,
				const struct ftpmark_ipvs_data *data)
{
	struct ftpmark_flow control = *flow;
	u16 ports[FTPMARK_KEEP_PORTS];
	unsigned int count, i;
	u32 client_port;

	count = ftpmark_keep_ports(run->ns, flow, ports);
	for (client_port = 1; client_port <= U16_MAX; client_port++) {
		control.source_port = client_port;
		for (i = 0; i < count; i++) {
			control.destination_port = ports[i];
			if (ftpmark_ipvs_keep(&run->batch, &control, data))
				ftpmark_sessions_note(run->ns->sessions,
						      &control);
		}
		if (client_port % FTPMARK_KEEP_GO == 0)
			cond_resched();
	}
}

/*
 * Keeps the control connections of a data connection's client. Returns whether
 * they have been searched for. If the client fills the memory, it may have more
 * of them than that holds; if another director has begun the data, that knew
 * them.
 */
static bool ftpmark_keep_controls(struct ftpmark_keep_run *run,
				  const struct ftpmark_data *data,
				  const struct ftpmark_ipvs_data *ipvs)
{
	const struct ftpmark_flow *flow = &data->flow;
	unsigned int count, i, kept = 0;

	count = ftpmark_sessions_find(run->ns->sessions, flow->family,
				      &flow->source, run->found);
	for (i = 0; i < count; i++) {
		struct ftpmark_flow control;

		if (memcmp(&run->found[i].vip, &flow->destination,
			   sizeof(flow->destination)))
			continue;
		control = ftpmark_session_flow(flow->family, &flow->source,
					       &run->found[i]);
		kept += ftpmark_ipvs_keep(&run->batch, &control, ipvs);
	}

	/* Most data connections end before this is worth the time. */
	if (!ipvs->known || !data->old ||
	    time_after(jiffies, run->deadline))
		return data->searched;
	if (count < FTPMARK_SESSIONS_MAX &&
	    (data->searched || (kept && !ipvs->copied)))
		return data->searched;
	ftpmark_keep_search(run, flow, ipvs);
	return true;
}

/*
 * A data connection counts while IPVS has it as established, whether the sample
 * has met it again or not. One that nf_nat translates has to be met again.
 */
static void ftpmark_keep_data(struct ftpmark_keep_run *run, unsigned int i,
			      const struct ftpmark_data *data)
{
	struct net *net = run->ns->packets.net;
	struct ftpmark_flows *flows = run->ns->packets.flows;
	struct ftpmark_ipvs_data ipvs;

	if (!ftpmark_ipvs_works(net, data->flow.family)) {
		ftpmark_flows_drop(flows, i);
		return;
	}
	ftpmark_ipvs_data(net, &data->flow, &ipvs);
	if (ipvs.known ? !ipvs.established : !data->seen) {
		ftpmark_flows_drop(flows, i);
		return;
	}
	ftpmark_flows_keep(flows, i, ftpmark_keep_controls(run, data, &ipvs));
}

static void ftpmark_keep_all(struct ftpmark_state *ns, unsigned long interval)
{
	struct ftpmark_keep_run run = {
		.ns		= ns,
		.deadline	= jiffies + interval / FTPMARK_KEEP_SEARCH,
		.batch		= { .net = ns->packets.net },
	};
	struct ftpmark_data data;
	unsigned int i;

	ftpmark_sessions_review(ns->sessions, ns->packets.net,
				ftpmark_ipvs_session);
	for (i = 0; i < FTPMARK_FLOWS_MAX; i++) {
		if (ftpmark_flows_read(ns->packets.flows, i, &data))
			ftpmark_keep_data(&run, i, &data);
		cond_resched();
	}
	ftpmark_ipvs_kept(&run.batch);
}

/*
 * Begins a sample or ends it, in turn. Returns whether one has ended, or an
 * error if no service is enabled. If memory is short, the next turn tries again.
 */
static int ftpmark_keep_turn(struct ftpmark_state *ns)
{
	unsigned long hooks = 0;
	int ended;

	mutex_lock(&ns->lock);
	if (ns->exiting ||
	    rcu_access_pointer(ns->packets.table) == &ftpmark_table_empty) {
		mutex_unlock(&ns->lock);
		return -ENOENT;
	}

	ended = !!(ns->hooks & FTPMARK_KEEP_HOOKS);
	if (ended) {
		ftpmark_hooks_del(ns, FTPMARK_KEEP_HOOKS);
	} else {
		if (ns->hooks & BIT(FTPMARK_HOOK_MARK4))
			hooks |= BIT(FTPMARK_HOOK_SAMPLE4);
		if (ns->hooks & BIT(FTPMARK_HOOK_MARK6))
			hooks |= BIT(FTPMARK_HOOK_SAMPLE6);
		ftpmark_hooks_add(ns, hooks);
	}
	mutex_unlock(&ns->lock);
	return ended;
}

static void ftpmark_keep_work(struct work_struct *work)
{
	struct ftpmark_state *ns = container_of(to_delayed_work(work),
						struct ftpmark_state, keep);
	unsigned long interval = ftpmark_keep_interval(ns);
	unsigned long delay = ftpmark_keep_window(interval);
	int ended = ftpmark_keep_turn(ns);

	if (ended < 0)
		return;
	if (ended) {
		ftpmark_keep_all(ns, interval);
		delay = interval - delay;
	}
	queue_delayed_work(ftpmark_work_queue, &ns->keep, delay);
}

/**
 * ftpmark_keep_init - prepare a namespace for keeping sessions
 * @ns: the namespace
 */
void ftpmark_keep_init(struct ftpmark_state *ns)
{
	INIT_DELAYED_WORK(&ns->keep, ftpmark_keep_work);
}

/**
 * ftpmark_keep_prepare - take the memory for keeping sessions
 * @ns: the namespace, its lock held
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int ftpmark_keep_prepare(struct ftpmark_state *ns)
{
	lockdep_assert_held(&ns->lock);

	if (!ns->packets.flows)
		ns->packets.flows = ftpmark_flows_create();
	return ns->packets.flows ? 0 : -ENOMEM;
}

/**
 * ftpmark_keep_start - keep sessions from now on, while a service is enabled
 * @ns: the namespace, its lock held, prepared and with a table
 */
void ftpmark_keep_start(struct ftpmark_state *ns)
{
	lockdep_assert_held(&ns->lock);

	queue_delayed_work(ftpmark_work_queue, &ns->keep,
			   ftpmark_keep_interval(ns));
}

/**
 * ftpmark_keep_stop - keep no session any more
 * @ns: the namespace, which is exiting; its lock not held
 *
 * Context: may sleep.
 */
void ftpmark_keep_stop(struct ftpmark_state *ns)
{
	cancel_delayed_work_sync(&ns->keep);
}

/**
 * ftpmark_keep_destroy - free what keeping sessions has taken
 * @ns: the namespace, stopped a grace period ago
 */
void ftpmark_keep_destroy(struct ftpmark_state *ns)
{
	ftpmark_flows_destroy(ns->packets.flows);
}
