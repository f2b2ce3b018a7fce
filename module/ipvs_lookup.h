/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_IPVS_LOOKUP_H
#define FTPMARK_IPVS_LOOKUP_H

#include "packet.h"

struct ip_vs_conn;
struct ip_vs_conn_param;
struct net;

/**
 * struct ftpmark_ipvs_virtual - the virtual end of a connection
 * @addr: address
 * @port: host byte order
 */
struct ftpmark_ipvs_virtual {
	union nf_inet_addr addr;
	u16 port;
};

bool ftpmark_ipvs_works(struct net *net, u8 family);
struct ip_vs_conn *ftpmark_ipvs_out_get(struct net *net,
					const struct ftpmark_flow *flow);
struct ip_vs_conn *ftpmark_ipvs_in_get(struct net *net,
				       const struct ftpmark_flow *flow);
bool ftpmark_ipvs_has(const struct ip_vs_conn_param *param);
bool ftpmark_ipvs_from_client(struct net *net, const struct ftpmark_flow *flow);
bool ftpmark_ipvs_from_server(struct net *net, const struct ftpmark_flow *flow,
			      struct ftpmark_ipvs_virtual *virtual);

#if IS_ENABLED(CONFIG_IP_VS)
bool ftpmark_ipvs_established(struct net *net,
			      const struct ftpmark_flow *flow);
bool ftpmark_ipvs_serves(struct net *net, const struct ftpmark_flow *flow,
			 const union nf_inet_addr *vip, u16 port,
			 u16 client_port);
#else
static inline bool
ftpmark_ipvs_established(struct net *net, const struct ftpmark_flow *flow)
{
	return false;
}

static inline bool
ftpmark_ipvs_serves(struct net *net, const struct ftpmark_flow *flow,
		    const union nf_inet_addr *vip, u16 port, u16 client_port)
{
	return false;
}
#endif

#endif
