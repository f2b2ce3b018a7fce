// SPDX-License-Identifier: GPL-2.0-only
/* Reading the counters of a service: slow path only. */
#include <linux/compiler.h>
#include <linux/cpumask.h>

#include "stats.h"

/**
 * ftpmark_stat_sum - read a counter
 * @stats: counters of a service
 * @stat: which one
 *
 * A 32-bit machine reads a counter in two halves, so it reads until two values
 * are the same. If another CPU is just writing a carry, the sum may still be off
 * by 2^32, once.
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
