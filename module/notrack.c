// SPDX-License-Identifier: GPL-2.0-only
/*
 * notrack: keeps the control and passive flows of a service out of conntrack,
 * on a router that needs conntrack for something else. Without this, conntrack
 * creates an entry for each of their packets, and IPVS frees it again.
 */
#include <net/netfilter/nf_conntrack.h>

#include "net.h"
#include "notrack.h"
#include "packet.h"
#include "ports.h"
#include "table.h"

static bool ftpmark_notrack_to_vip(const struct ftpmark_table *table,
				   const struct ftpmark_flow *flow)
{
	const struct ftpmark_port_map *map;
	const struct ftpmark_port_rule *rule;

	map = ftpmark_vips_ports(&table->vips, flow->family, &flow->destination);
	if (!map)
		return false;

	rule = ftpmark_port_map_find(map, flow->destination_port);
	return rule && rule->target->notrack;
}

/* An answer of a real server, whose source IPVS has not translated yet. */
static bool ftpmark_notrack_from_server(const struct ftpmark_table *table,
					const struct ftpmark_flow *flow)
{
	const struct ftpmark_realserver_set *set =
		&table->realserver[ftpmark_family(flow->family)];
	const struct ftpmark_realserver *prefix;

	prefix = ftpmark_realserver_find(set, &flow->source);
	while (prefix) {
		if (prefix->notrack &&
		    ftpmark_ports_hold(prefix->notrack, flow->source_port))
			return !ftpmark_realserver_find(set, &flow->destination);
		if (prefix->parent < 0)
			break;
		prefix = &set->prefix[prefix->parent];
	}
	return false;
}

/**
 * ftpmark_notrack - keep a packet out of conntrack
 * @priv: the struct ftpmark_net
 * @skb: the packet
 * @state: tells its family
 *
 * Context: RCU read-side critical section, before conntrack.
 * Return: NF_ACCEPT.
 */
unsigned int ftpmark_notrack(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	const struct ftpmark_net *ns = priv;
	const struct ftpmark_table *table;
	const struct tcphdr *tcp;
	struct ftpmark_flow flow;
	struct tcphdr buffer;

	if (skb->_nfct)
		return NF_ACCEPT;
	tcp = ftpmark_tcp_header(skb, state->pf, &buffer);
	if (!tcp)
		return NF_ACCEPT;

	table = rcu_dereference(ns->table);
	ftpmark_flow_from_packet(&flow, skb, state->pf, tcp);
	if (ftpmark_notrack_to_vip(table, &flow) ||
	    ftpmark_notrack_from_server(table, &flow))
		nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
	return NF_ACCEPT;
}
