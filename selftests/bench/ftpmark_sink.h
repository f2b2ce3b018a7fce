/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_BENCH_SINK_H
#define FTPMARK_BENCH_SINK_H

#include <linux/types.h>

struct sk_buff;

/**
 * struct ftpmark_sink - the packet that a measurement waits for
 * @expected: kept when a sink device is to transmit it; NULL: none
 * @ticks: of the clock, when that was; 0: it has not come
 */
struct ftpmark_sink {
	struct sk_buff *expected;
	u64 ticks;
};

extern struct ftpmark_sink ftpmark_sink;

#endif
