/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_CLAIMS_H
#define FTPMARK_CLAIMS_H

#include "target.h"

/**
 * struct ftpmark_claim - a service claims a VIP
 * @key: the address
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @source: the service, by its place in name order
 */
struct ftpmark_claim {
	union nf_inet_addr key;
	u32 family;
	u32 source;
};

/**
 * struct ftpmark_claims - which services claim which VIPs
 * @claim: all of IPv4 first; the claims of one VIP lie side by side, in name
 *	order
 * @count: number of claims
 * @vips: number of distinct VIPs of each family (ftpmark_family())
 * @shared: number of VIPs that several services claim
 */
struct ftpmark_claims {
	struct ftpmark_claim *claim;
	u32 count;
	u32 vips[2];
	u32 shared;
};

int ftpmark_claims_build(struct ftpmark_claims *claims,
			 const struct ftpmark_source *sources, u32 count);
void ftpmark_claims_destroy(struct ftpmark_claims *claims);
u32 ftpmark_claims_begin(const struct ftpmark_claims *claims, bool ipv6);
u32 ftpmark_claims_end(const struct ftpmark_claims *claims, u32 at);

#endif
