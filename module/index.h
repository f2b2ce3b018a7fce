/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_INDEX_H
#define FTPMARK_INDEX_H

#include <linux/bits.h>
#include <linux/cache.h>
#include <linux/math64.h>
#include <linux/netfilter.h>
#include <linux/string.h>
#include <linux/types.h>

/**
 * struct ftpmark_index - where in an array of slots a key, an address, is
 * @slot_mask: number of slots less one, times the size of a slot
 * @slots: the slots; the caller decides what they hold
 * @multiplier: random, the same for all keys
 *
 * A key's hash selects a slot. If another key has it, the next free one is
 * taken (linear probing), so an index of any keys can be built. A lookup ends
 * at the key, or at a slot that no key has passed on its way. At most a quarter
 * of the slots is taken: nearly all lookups read one slot, however many keys
 * there are.
 *
 * Packets choose only the key that is looked up: how many slots a lookup reads
 * at most is decided when the index is built. Whoever chooses the keys does not
 * know the multiplier, and building draws another one if slots in use lie too
 * close together for it.
 */
struct ftpmark_index {
	unsigned long slot_mask;
	void *slots;
	u64 multiplier[4];
} ____cacheline_aligned;

/* The bits of a hash that select a slot begin here. */
#define FTPMARK_INDEX_HASH_SHIFT	32
#define FTPMARK_INDEX_KEYS_MAX		BIT(16)

/* The middle bits of a product depend on every bit of the address. */
static inline u64 ftpmark_index_hash4(const struct ftpmark_index *index,
				      __be32 addr)
{
	return (__force u32)addr * index->multiplier[0];
}

/* Loads half of an IPv6 address, 0 or 1, which packets need not align. */
static inline u64 ftpmark_index_half(const void *addr, unsigned int half)
{
	u64 value;

	memcpy(&value, addr + half * sizeof(value), sizeof(value));
	return value;
}

static inline bool ftpmark_index_equal6(const void *a, const void *b)
{
	/* The second half first: addresses of one network differ there. */
	return ftpmark_index_half(a, 1) == ftpmark_index_half(b, 1) &&
	       ftpmark_index_half(a, 0) == ftpmark_index_half(b, 0);
}

#ifdef CONFIG_ARCH_SUPPORTS_INT128
/* Returns both halves of a 128-bit product, XORed. */
static inline u64 ftpmark_index_mul_fold(u64 a, u64 b)
{
#ifdef CONFIG_X86_64
	u64 high;

	/* gcc aligns the stack of a function that has a 128-bit variable. */
	asm("mulq %2" : "=d" (high), "+a" (a) : "r" (b) : "cc");
	return high ^ a;
#else
	return mul_u64_u64_shr(a, b, 64) ^ a * b;
#endif
}
#endif

/*
 * One multiplication on a processor with 128-bit products. A bit of the address
 * changes the product from the same bit on, so the upper half alone would
 * hardly depend on the lower bits, and the lower half alone not on the upper
 * ones. Other processors use multilinear hashing in halves ("Strongly universal
 * string hashing is fast", Lemire and Kaser, 2014).
 */
static inline u64 ftpmark_index_hash6(const struct ftpmark_index *index,
				      const void *addr)
{
	u64 first = ftpmark_index_half(addr, 0);
	u64 second = ftpmark_index_half(addr, 1);
#ifdef CONFIG_ARCH_SUPPORTS_INT128
	return ftpmark_index_mul_fold(first + index->multiplier[0],
				      second + index->multiplier[1]);
#else
	return ((u32)first + index->multiplier[0]) *
	       ((first >> 32) + index->multiplier[1]) +
	       ((u32)second + index->multiplier[2]) *
	       ((second >> 32) + index->multiplier[3]);
#endif
}

/*
 * Returns the offset of the slot where a key's lookup begins;
 * 1 << @slot_shift is a slot's size.
 */
static inline unsigned long
ftpmark_index_first(const struct ftpmark_index *index, u64 hash,
		    unsigned int slot_shift)
{
	return (hash >> (FTPMARK_INDEX_HASH_SHIFT - slot_shift)) &
	       index->slot_mask;
}

/* Returns the offset of the slot behind another; the first follows the last. */
static inline unsigned long
ftpmark_index_next(const struct ftpmark_index *index, unsigned long offset,
		   unsigned int slot_shift)
{
	return (offset + BIT(slot_shift)) & index->slot_mask;
}

u32 ftpmark_index_slots(u32 count);
int ftpmark_index_build(struct ftpmark_index *index,
			const union nf_inet_addr *keys, u32 count, bool ipv6,
			unsigned int slot_shift);

#endif
