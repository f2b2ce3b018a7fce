/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What IPVS's own header calls differently, by kernel. Not a part of compat.h,
 * since it has to come behind <net/ip_vs.h> to see which names there are.
 */
#ifndef FTPMARK_COMPAT_IP_VS_H
#define FTPMARK_COMPAT_IP_VS_H

#include <linux/u64_stats_sync.h>
#include <net/ip_vs.h>

/*
 * Whether a real server is still part of its service. The flag moved to a word
 * of its own in 7.1, and in stable trees with that change.
 */
#ifdef IP_VS_DEST_CF_AVAILABLE
#define ftpmark_ipvs_dest_available(dest) \
	(READ_ONCE((dest)->cflags) & IP_VS_DEST_CF_AVAILABLE)
#else
#define ftpmark_ipvs_dest_available(dest) \
	(READ_ONCE((dest)->flags) & IP_VS_DEST_F_AVAILABLE)
#endif

/*
 * The statistics of all services of a namespace: a struct until 6.2, since then
 * a pointer to one that begins with it.
 */
#define ftpmark_ipvs_totals(ipvs) \
	((struct ip_vs_stats *)_Generic((ipvs)->tot_stats, \
					struct ip_vs_stats: &(ipvs)->tot_stats, \
					default: (ipvs)->tot_stats))

static inline void ftpmark_ipvs_u64_add(u64 *counter, unsigned long n)
{
	*counter += n;
}

/* A counter of a processor: u64 until 6.0, u64_stats_t since then. */
#define ftpmark_ipvs_counter_add(counter, n) \
	_Generic((counter), u64 *: ftpmark_ipvs_u64_add, \
		 default: u64_stats_add)((counter), (n))

#endif
