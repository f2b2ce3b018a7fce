/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_ACTIVE_H
#define FTPMARK_ACTIVE_H

#include "packet.h"
#include "table.h"

/**
 * struct ftpmark_active_match - an active data connection
 * @target: the service it belongs to
 * @vip: the VIP it should come from
 * @has_vip: whether the service has one of the family
 */
struct ftpmark_active_match {
	const struct ftpmark_target *target;
	union nf_inet_addr vip;
	bool has_vip;
};

const struct ftpmark_target *
ftpmark_active_by_vip(const struct ftpmark_table *table,
		      const struct ftpmark_flow *flow,
		      const union nf_inet_addr *vip);
bool ftpmark_active_lookup(const struct ftpmark_table *table, struct net *net,
			   const struct ftpmark_flow *flow,
			   unsigned long modes,
			   struct ftpmark_active_match *match);

#endif
