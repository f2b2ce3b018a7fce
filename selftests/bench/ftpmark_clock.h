/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the benchmarks read before and after: the time stamp counter. Under
 * QEMU's -icount with shift=0 it counts instructions, and a result is exact.
 * A kernel in user mode reads that of the processor; there results are
 * picoseconds, by a comparison with the kernel's clock.
 */
#ifndef FTPMARK_CLOCK_H
#define FTPMARK_CLOCK_H

#include <linux/kconfig.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/types.h>

#ifdef CONFIG_UML
static inline u64 ftpmark_clock(void)
{
	u32 low, high;

	/* Ordered against the instructions before and after it. */
	asm volatile("lfence; rdtsc; lfence"
		     : "=a" (low), "=d" (high) : : "memory");
	return (u64)high << 32 | low;
}
#else
#include <asm/msr.h>

static inline u64 ftpmark_clock(void)
{
	return rdtsc_ordered();
}
#endif

/**
 * struct ftpmark_span - a time on both clocks
 * @ticks: of ftpmark_clock()
 * @ns: of the kernel
 */
struct ftpmark_span {
	u64 ticks;
	u64 ns;
};

static inline void ftpmark_span_begin(struct ftpmark_span *span)
{
	span->ticks = ftpmark_clock();
	span->ns = ktime_get_ns();
}

/* The span has to last milliseconds, or the scale is coarse. */
static inline void ftpmark_span_end(struct ftpmark_span *span)
{
	span->ticks = ftpmark_clock() - span->ticks;
	span->ns = ktime_get_ns() - span->ns;
}

/**
 * ftpmark_clock_result() - the unit of a result
 * @ticks: what was counted
 * @count: of how many packets
 * @span: around all of it
 *
 * Return: instructions or picoseconds of one packet.
 */
static inline u64 ftpmark_clock_result(u64 ticks, u32 count,
				       const struct ftpmark_span *span)
{
	if (IS_ENABLED(CONFIG_UML))
		ticks = mul_u64_u64_div_u64(ticks, span->ns * 1000,
					    span->ticks);
	return div_u64(ticks + count / 2, count);
}

#endif /* FTPMARK_CLOCK_H */
