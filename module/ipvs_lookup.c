// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions to IPVS's connection table: which connection a packet belongs to.
 * Only this file, ipvs.c, ipvs_keep.c and ipvs_learn.c know of IPVS's connections.
 */
#include <net/ip_vs.h>

#include "ipvs_lookup.h"

/**
 * ftpmark_ipvs_works - whether IPVS translates packets of a namespace
 * @net: the namespace
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * Without a service, IPVS has no hooks that would translate anything. Since 7.2
 * it has no connection table either (conn_tab is NULL), and looking for a
 * connection would oops. The test of ->enable, which IPVS sets after the table,
 * prevents that, so this has to come before every other use of IPVS.
 *
 * Return: true if it does.
 */
bool ftpmark_ipvs_works(struct net *net, u8 family)
{
	const struct netns_ipvs *ipvs = net_ipvs(net);
	unsigned int bit = family == NFPROTO_IPV4 ? 1 : 2;

	return ipvs && READ_ONCE(ipvs->enable) &&
	       (READ_ONCE(ipvs->hooks_afmask) & bit);
}

static void ftpmark_ipvs_param(struct net *net, const struct ftpmark_flow *flow,
			       struct ip_vs_conn_param *param)
{
	ip_vs_conn_fill_param(net_ipvs(net), flow->family, IPPROTO_TCP,
			      &flow->source, htons(flow->source_port),
			      &flow->destination, htons(flow->destination_port),
			      param);
}

/**
 * ftpmark_ipvs_out_get - get the connection of a real server's packet
 * @net: the namespace, for which ftpmark_ipvs_works()
 * @flow: the packet, which IPVS has not translated yet
 *
 * Return: the entry, to be put, or NULL.
 */
struct ip_vs_conn *ftpmark_ipvs_out_get(struct net *net,
					const struct ftpmark_flow *flow)
{
	struct ip_vs_conn_param param;

	ftpmark_ipvs_param(net, flow, &param);
	return ip_vs_conn_out_get(&param);
}

/**
 * ftpmark_ipvs_has - whether IPVS has the connection of a client's packet
 * @param: where it comes from and goes to; ftpmark_ipvs_works() there
 *
 * Return: true if it has.
 */
bool ftpmark_ipvs_has(const struct ip_vs_conn_param *param)
{
	struct ip_vs_conn *cp = ip_vs_conn_in_get(param);

	if (!cp)
		return false;
	/* Not ip_vs_conn_put(), which would restart the entry's timer. */
	__ip_vs_conn_put(cp);
	return true;
}

/**
 * ftpmark_ipvs_in_get - get the connection of a packet to a VIP
 * @net: the namespace, for which ftpmark_ipvs_works()
 * @flow: the packet
 *
 * Return: the entry, to be put, or NULL.
 */
struct ip_vs_conn *ftpmark_ipvs_in_get(struct net *net,
				       const struct ftpmark_flow *flow)
{
	struct ip_vs_conn_param param;

	ftpmark_ipvs_param(net, flow, &param);
	return ip_vs_conn_in_get(&param);
}

/**
 * ftpmark_ipvs_from_client - whether IPVS has the connection of a packet to a VIP
 * @net: the namespace, for which ftpmark_ipvs_works()
 * @flow: the packet
 *
 * Return: true if it has.
 */
bool ftpmark_ipvs_from_client(struct net *net, const struct ftpmark_flow *flow)
{
	struct ip_vs_conn_param param;

	ftpmark_ipvs_param(net, flow, &param);
	return ftpmark_ipvs_has(&param);
}

/**
 * ftpmark_ipvs_established - whether a client's connection is established
 * @net: the namespace
 * @flow: a packet of the client to a VIP
 *
 * A SYN alone does not establish a connection, and a FIN or RST of either side
 * ends it. IPVS replicates connections, so a backup director knows them, too.
 *
 * Context: any but hard interrupt.
 * Return: true if IPVS has it as established.
 */
bool ftpmark_ipvs_established(struct net *net, const struct ftpmark_flow *flow)
{
	struct ip_vs_conn *cp;
	bool established;

	if (!ftpmark_ipvs_works(net, flow->family))
		return false;
	cp = ftpmark_ipvs_in_get(net, flow);
	if (!cp)
		return false;
	established = READ_ONCE(cp->state) == IP_VS_TCP_S_ESTABLISHED;
	__ip_vs_conn_put(cp);
	return established;
}

/**
 * ftpmark_ipvs_from_server - look up the connection of a real server's packet
 * @net: the namespace, for which ftpmark_ipvs_works()
 * @flow: the packet, which IPVS has not translated yet
 * @virtual: the source that IPVS will give it
 *
 * Return: whether IPVS has the connection.
 */
bool ftpmark_ipvs_from_server(struct net *net, const struct ftpmark_flow *flow,
			      struct ftpmark_ipvs_virtual *virtual)
{
	struct ip_vs_conn *cp = ftpmark_ipvs_out_get(net, flow);

	if (!cp)
		return false;
	memset(&virtual->addr, 0, sizeof(virtual->addr));
	ip_vs_addr_set(flow->family, &virtual->addr, &cp->vaddr);
	virtual->port = ntohs(cp->vport);
	__ip_vs_conn_put(cp);
	return true;
}

/**
 * ftpmark_ipvs_serves - whether a real server has a client's connection
 * @net: the namespace
 * @flow: a packet from the real server to the client
 * @vip: where the client has connected to
 * @port: of the VIP, host byte order
 * @client_port: of the client, host byte order
 *
 * Return: true if IPVS has that connection and sends it to this server.
 */
bool ftpmark_ipvs_serves(struct net *net, const struct ftpmark_flow *flow,
			 const union nf_inet_addr *vip, u16 port,
			 u16 client_port)
{
	struct ip_vs_conn_param param;
	struct ip_vs_conn *cp;
	bool serves;

	if (!ftpmark_ipvs_works(net, flow->family))
		return false;
	ip_vs_conn_fill_param(net_ipvs(net), flow->family, IPPROTO_TCP,
			      &flow->destination,
			      htons(client_port),
			      vip, htons(port), &param);
	cp = ip_vs_conn_in_get(&param);
	if (!cp)
		return false;
	serves = cp->daf == flow->family &&
		 ip_vs_addr_equal(cp->daf, &cp->daddr, &flow->source);
	__ip_vs_conn_put(cp);
	return serves;
}
