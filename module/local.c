// SPDX-License-Identifier: GPL-2.0-only
/*
 * A director that is a real server itself: its own active data connections pass
 * LOCAL_OUT, not FORWARD. So does everything that IPVS sends to other real
 * servers, which is why the hook there is registered only when IPVS has given a
 * connection to an address of the director. That shows in LOCAL_IN behind IPVS,
 * where only what stays on the director arrives.
 */
#include <linux/bits.h>
#include <linux/workqueue.h>

#include "hooks.h"
#include "local.h"
#include "packet.h"
#include "state.h"

static unsigned long ftpmark_local_out(unsigned long hooks)
{
	unsigned long out = 0;

	if (hooks & BIT(FTPMARK_HOOK_IPVS4))
		out |= BIT(FTPMARK_HOOK_LOCAL_OUT4);
	if (hooks & BIT(FTPMARK_HOOK_IPVS6))
		out |= BIT(FTPMARK_HOOK_LOCAL_OUT6);
	return out;
}

/**
 * ftpmark_local_in - notice that IPVS gives connections to the director itself
 * @priv: the struct ftpmark_net
 * @skb: the packet
 * @state: the hook's family
 *
 * The client's SYN of a control connection comes first, and long before active
 * data.
 *
 * Context: RCU read-side critical section.
 * Return: NF_ACCEPT.
 */
unsigned int ftpmark_local_in(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct ftpmark_state *ns = container_of(priv, struct ftpmark_state,
						packets);
	const struct ftpmark_table *table;
	const struct tcphdr *tcp;
	struct ftpmark_flow flow;
	struct tcphdr buffer;

	if (!skb->ipvs_property || READ_ONCE(ns->is_real_server))
		return NF_ACCEPT;
	tcp = ftpmark_tcp_header(skb, state->pf, &buffer);
	if (!tcp)
		return NF_ACCEPT;

	/* IPVS has made the real server the destination. */
	ftpmark_flow_from_packet(&flow, skb, state->pf, tcp);
	table = rcu_dereference(ns->packets.table);
	if (ftpmark_realserver_find(&table->realserver[ftpmark_family(state->pf)],
				    &flow.destination))
		schedule_work(&ns->local);
	return NF_ACCEPT;
}

/* If memory is short, the next packet tries again. */
static void ftpmark_local_work(struct work_struct *work)
{
	struct ftpmark_state *ns = container_of(work, struct ftpmark_state,
						local);

	mutex_lock(&ns->lock);
	if (!ns->exiting && !ftpmark_hooks_add(ns, ftpmark_local_out(ns->hooks)))
		WRITE_ONCE(ns->is_real_server, true);
	mutex_unlock(&ns->lock);
}

/**
 * ftpmark_local_init - prepare a namespace
 * @ns: the namespace
 */
void ftpmark_local_init(struct ftpmark_state *ns)
{
	INIT_WORK(&ns->local, ftpmark_local_work);
}

/**
 * ftpmark_local_hooks - which hooks the director needs as a real server
 * @ns: the namespace, its lock held
 * @hooks: what the table to be published needs; without any, the director is
 *	forgotten to be one
 *
 * Return: bits of enum ftpmark_hook.
 */
unsigned long ftpmark_local_hooks(struct ftpmark_state *ns, unsigned long hooks)
{
	lockdep_assert_held(&ns->lock);

	if (!hooks)
		WRITE_ONCE(ns->is_real_server, false);
	return ns->is_real_server ? ftpmark_local_out(hooks) : 0;
}

/**
 * ftpmark_local_stop - wait for what ftpmark_local_in() has begun
 * @ns: the namespace, without hooks for a grace period; its lock not held
 *
 * Context: may sleep.
 */
void ftpmark_local_stop(struct ftpmark_state *ns)
{
	cancel_work_sync(&ns->local);
}
