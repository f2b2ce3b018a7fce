/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FM_TOOL_RANDOM_H
#define FM_TOOL_RANDOM_H

/* The numbers are the same in every run: xorshift from a fixed seed. */
static inline unsigned int test_random(unsigned int below)
{
	static unsigned int state = 2463534242u;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % below;
}

#endif /* FM_TOOL_RANDOM_H */
