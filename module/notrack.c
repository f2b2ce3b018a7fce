// SPDX-License-Identifier: GPL-2.0-only
/*
 * notrack: keeps the control and passive flows of a service out of conntrack,
 * on a router that needs conntrack for something else. Without this, conntrack
 * creates an entry for each of their packets, and IPVS frees it again. Addresses
 * and ports alone do not tell these flows from others: IPVS is asked.
 */
#include <net/netfilter/nf_conntrack.h>

#include "ipvs_lookup.h"
#include "net.h"
#include "notrack.h"
#include "packet.h"
#include "table.h"

/* Whether an address and port belong to a service with notrack. */
static bool ftpmark_notrack_wants(const struct ftpmark_table *table, u8 family,
				  const union nf_inet_addr *addr, u16 port)
{
	const struct ftpmark_port_map *map;
	const struct ftpmark_port_rule *rule;

	map = ftpmark_vips_ports(&table->vips, family, addr);
	if (!map)
		return false;

	rule = ftpmark_port_map_find(map, port);
	return rule && rule->target->notrack;
}

/**
 * ftpmark_notrack - keep a packet out of conntrack
 * @priv: the struct ftpmark_net
 * @skb: the packet
 * @state: tells its family
 *
 * A packet to a VIP is untracked if IPVS has its connection, or may schedule it
 * as a new one. Others are tracked, such as answers to what NAT has given the
 * VIP as its source. A packet of a real server is untracked if IPVS will give
 * it a source that is untracked as a destination.
 *
 * Context: RCU read-side critical section, before conntrack.
 * Return: NF_ACCEPT.
 */
unsigned int ftpmark_notrack(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	const struct ftpmark_net *ns = priv;
	const struct ftpmark_table *table;
	struct ftpmark_ipvs_virtual virtual;
	const struct tcphdr *tcp;
	struct ftpmark_flow flow;
	struct tcphdr buffer;
	bool untracked;

	if (skb->_nfct || !ftpmark_ipvs_works(ns->net, state->pf))
		return NF_ACCEPT;
	tcp = ftpmark_tcp_header(skb, state->pf, &buffer);
	if (!tcp)
		return NF_ACCEPT;

	table = rcu_dereference(ns->table);
	ftpmark_flow_from_packet(&flow, skb, state->pf, tcp);
	if (ftpmark_notrack_wants(table, flow.family, &flow.destination,
				  flow.destination_port))
		untracked = ftpmark_is_syn(tcp) ||
			    ftpmark_ipvs_from_client(ns->net, &flow);
	else
		untracked = ftpmark_ipvs_from_server(ns->net, &flow, &virtual) &&
			    ftpmark_notrack_wants(table, flow.family,
						  &virtual.addr, virtual.port);
	if (untracked)
		nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
	return NF_ACCEPT;
}
