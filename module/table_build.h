/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_TABLE_BUILD_H
#define FTPMARK_TABLE_BUILD_H

#include "table.h"

/**
 * struct ftpmark_claim - a service has a VIP
 * @key: the address
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @source: the service, in name order
 */
struct ftpmark_claim {
	union ftpmark_key key;
	u32 family;
	u32 source;
};

/**
 * struct ftpmark_build - a table in the making
 * @table: the table
 * @sources: enabled services in name order
 * @count: number of services
 * @refusal: for the reason, should it fail
 * @claims: VIPs of all services, in order
 * @claims_count: number of claims
 * @vips: distinct addresses, by family: IPv4 first
 * @shared_vips: VIPs that several services have
 * @maps_used: port maps handed out
 * @rules_used: port rules handed out
 */
struct ftpmark_build {
	struct ftpmark_table *table;
	const struct ftpmark_table_source *sources;
	u32 count;
	struct ftpmark_refusal *refusal;
	struct ftpmark_claim *claims;
	u32 claims_count;
	u32 vips[2];
	u32 shared_vips;
	u32 maps_used;
	u32 rules_used;
};

void *ftpmark_table_part(struct ftpmark_table *table, size_t n, size_t size);
int ftpmark_build_vips(struct ftpmark_build *build);

#endif
