// SPDX-License-Identifier: GPL-2.0-only
/* The names of a service's counters, and reading them: slow path only. */
#include <linux/compiler.h>
#include <linux/cpumask.h>

#include "stats.h"

const char *const ftpmark_stat_names[FTPMARK_STAT_COUNT] = {
	[FTPMARK_STAT_CONTROL_PACKETS]		= "control_packets",
	[FTPMARK_STAT_PASSIVE_PACKETS]		= "passive_packets",
	[FTPMARK_STAT_BYTES]			= "bytes",
	[FTPMARK_STAT_FAST_PACKETS]		= "fast_packets",
	[FTPMARK_STAT_OUT_OF_RANGE]		= "out_of_range",
	[FTPMARK_STAT_ALREADY_MARKED]		= "already_marked",
	[FTPMARK_STAT_ACTIVE_CONNECTIONS]	= "active_connections",
	[FTPMARK_STAT_ACTIVE_UNMATCHED]		= "active_unmatched",
	[FTPMARK_STAT_ACTIVE_FAILED]		= "active_failed",
	[FTPMARK_STAT_REFUSED]			= "refused",
	[FTPMARK_STAT_FAST_LEASES]		= "fast_leases",
	[FTPMARK_STAT_FAST_EXPIRED]		= "fast_expired",
	[FTPMARK_STAT_FAST_ENDED]		= "fast_ended",
	[FTPMARK_STAT_FAST_UNFIT]		= "fast_unfit",
	[FTPMARK_STAT_FAST_TOO_LONG]		= "fast_too_long",
	[FTPMARK_STAT_FAST_ROUTE]		= "fast_route",
	[FTPMARK_STAT_FAST_FULL]		= "fast_full",
};

/**
 * ftpmark_stat_sum - read a counter
 * @stats: counters of a service
 * @stat: which one
 *
 * A 32-bit machine reads a counter in two halves, so it reads until two values
 * are the same. If another CPU is just writing a carry, the sum may still be
 * off by 2^32, once.
 *
 * Return: the sum over all CPUs.
 */
u64 ftpmark_stat_sum(struct ftpmark_stats __percpu *stats,
		     enum ftpmark_stat stat)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const u64 *counter = &per_cpu_ptr(stats, cpu)->counter[stat];
		u64 value;

		do {
			value = READ_ONCE(*counter);
		} while (!IS_ENABLED(CONFIG_64BIT) &&
			 value != READ_ONCE(*counter));
		sum += value;
	}
	return sum;
}
