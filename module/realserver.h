/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_REALSERVER_H
#define FTPMARK_REALSERVER_H

#include "index.h"
#include "target.h"

/**
 * struct ftpmark_realserver - a prefix that services list
 * @addr: its address
 * @len: its length
 * @parent: the longest prefix around it, or -1
 * @first: index of its first service in the set's @member; in name order, but
 *	services whose active is off come last
 * @count: number of its services
 */
struct ftpmark_realserver {
	union nf_inet_addr addr;
	u8 len;
	s32 parent;
	u32 first;
	u32 count;
};

/**
 * struct ftpmark_realserver_set - the prefixes of one family
 * @count: number of prefixes
 * @prefix: ascending by address, then length
 * @member: services; of those that list one prefix with the same source ports,
 *	only the first
 */
struct ftpmark_realserver_set {
	u32 count;
	struct ftpmark_realserver *prefix;
	const struct ftpmark_target **member;
};

int ftpmark_realserver_set_build(struct ftpmark_realserver_set *set,
				 const struct ftpmark_source *sources,
				 const struct ftpmark_target *targets,
				 u32 count, u8 family, size_t *bytes);
void ftpmark_realserver_set_destroy(struct ftpmark_realserver_set *set);

const struct ftpmark_realserver *
ftpmark_realserver_find(const struct ftpmark_realserver_set *set,
			const union nf_inet_addr *addr);

#endif
