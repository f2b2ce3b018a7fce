/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_STATS_H
#define FTPMARK_STATS_H

#include <linux/cache.h>
#include <linux/irqflags.h>	/* <asm-generic/percpu.h> lacks it */
#include <linux/percpu.h>
#include <linux/types.h>

/**
 * enum ftpmark_stat - the counters of a service
 * @FTPMARK_STAT_CONTROL_PACKETS: packets marked on a control port
 * @FTPMARK_STAT_PASSIVE_PACKETS: packets marked on a passive port
 * @FTPMARK_STAT_BYTES: IP bytes of the packets marked, headers included
 * @FTPMARK_STAT_FAST_PACKETS: packets sent by a lease; those to a passive port
 *	count there, too
 * @FTPMARK_STAT_OUT_OF_RANGE: TCP SYNs to a VIP on no configured port
 * @FTPMARK_STAT_ALREADY_MARKED: packets that came with another mark
 * @FTPMARK_STAT_ACTIVE_CONNECTIONS: active data connections translated
 * @FTPMARK_STAT_ACTIVE_UNMATCHED: connections that a real server opened to the
 *	outside from a port that is not in active_ports
 * @FTPMARK_STAT_ACTIVE_FAILED: active data connections that could not be
 *	translated
 * @FTPMARK_STAT_REFUSED: packets with SYN to a passive port for clients only,
 *	from hosts that are none
 * @FTPMARK_STAT_FAST_LEASES: leases given to connections that had none, one a
 *	direction
 * @FTPMARK_STAT_FAST_EXPIRED: packets that went the usual way because a lease was
 *	over
 * @FTPMARK_STAT_FAST_ENDED: packets that ended a lease: SYN, FIN or RST
 * @FTPMARK_STAT_FAST_UNFIT: packets that went the usual way because they were not
 *	as the one that had shown it
 * @FTPMARK_STAT_FAST_TOO_LONG: the same because they were longer than the MTU
 * @FTPMARK_STAT_FAST_ROUTE: the same because a route had changed, or the
 *	neighbour has gone
 * @FTPMARK_STAT_FAST_FULL: packets that found no place for a lease
 * @FTPMARK_STAT_COUNT: number of counters
 */
enum ftpmark_stat {
	FTPMARK_STAT_CONTROL_PACKETS,
	FTPMARK_STAT_PASSIVE_PACKETS,
	FTPMARK_STAT_BYTES,
	FTPMARK_STAT_FAST_PACKETS,
	FTPMARK_STAT_OUT_OF_RANGE,
	FTPMARK_STAT_ALREADY_MARKED,
	FTPMARK_STAT_ACTIVE_CONNECTIONS,
	FTPMARK_STAT_ACTIVE_UNMATCHED,
	FTPMARK_STAT_ACTIVE_FAILED,
	FTPMARK_STAT_REFUSED,
	FTPMARK_STAT_FAST_LEASES,
	FTPMARK_STAT_FAST_EXPIRED,
	FTPMARK_STAT_FAST_ENDED,
	FTPMARK_STAT_FAST_UNFIT,
	FTPMARK_STAT_FAST_TOO_LONG,
	FTPMARK_STAT_FAST_ROUTE,
	FTPMARK_STAT_FAST_FULL,
	FTPMARK_STAT_COUNT,
};

/**
 * struct ftpmark_stats - the counters of a service on one CPU
 * @counter: by enum ftpmark_stat
 *
 * What the fast path counts comes first, in one cache line. Only this_cpu
 * operations change it, which are safe in any context: a packet that comes back
 * from a userspace queue runs the hooks with softirqs enabled.
 */
struct ftpmark_stats {
	u64 counter[FTPMARK_STAT_COUNT];
} ____cacheline_aligned;

static inline void ftpmark_stat_add(struct ftpmark_stats __percpu *stats,
				    enum ftpmark_stat stat, u64 n)
{
	this_cpu_add(stats->counter[stat], n);
}

static inline void ftpmark_stat_inc(struct ftpmark_stats __percpu *stats,
				    enum ftpmark_stat stat)
{
	this_cpu_inc(stats->counter[stat]);
}

extern const char *const ftpmark_stat_names[FTPMARK_STAT_COUNT];

u64 ftpmark_stat_sum(struct ftpmark_stats __percpu *stats,
		     enum ftpmark_stat stat);

#endif
