/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_ROUTE_H
#define FTPMARK_ROUTE_H

#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/route.h>

static inline struct rtable *ftpmark_route4(struct dst_entry *dst)
{
	return container_of(dst, struct rtable, dst);
}

static inline struct rt6_info *ftpmark_route6(struct dst_entry *dst)
{
	return container_of(dst, struct rt6_info, dst);
}

/* As ipv4_dst_check(): whether no route of the namespace has changed since. */
static inline bool ftpmark_route_valid4(struct net *net, struct dst_entry *dst)
{
	return READ_ONCE(dst->obsolete) == DST_OBSOLETE_FORCE_CHK &&
	       ftpmark_route4(dst)->rt_genid == rt_genid_ipv4(net);
}

static inline bool ftpmark_route_valid6(struct dst_entry *dst, u32 cookie)
{
	return dst->ops->check(dst, cookie);
}

static inline bool ftpmark_route_valid(struct net *net, u8 family,
				       struct dst_entry *dst, u32 cookie)
{
	return family == NFPROTO_IPV4 ? ftpmark_route_valid4(net, dst) :
					ftpmark_route_valid6(dst, cookie);
}

#endif
