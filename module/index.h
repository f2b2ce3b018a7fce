/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_INDEX_H
#define FTPMARK_INDEX_H

#include <linux/bits.h>
#include <linux/cache.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/types.h>

/**
 * union ftpmark_key - an address as the tables compare it
 * @byte: network byte order; an IPv4 address fills the first four
 * @word: the same bytes, as the processor loads them
 */
union ftpmark_key {
	u8 byte[16];
	u32 word[4];
};

/**
 * struct ftpmark_index - a perfect hash: one probe finds a key or its absence
 * @bucket_mask: number of buckets less one
 * @slot_mask: number of slots less one, times the size of a slot
 * @pilots: for each bucket, a number that sends its keys to slots of their own;
 *	times the size of a slot, too
 * @slots: the slots; the caller decides what they hold
 * @multiplier: random, the same for all keys
 *
 * The method is "hash, displace and compress": a key's hash selects a bucket,
 * and building chooses each bucket's pilot so that no two keys share a slot. A
 * lookup costs the same for any number of keys, hit or miss.
 */
struct ftpmark_index {
	u32 bucket_mask;
	u32 slot_mask;
	const u32 *pilots;
	void *slots;
	u64 multiplier[4];
} ____cacheline_aligned;

/* A slot is selected by the hash's upper 17 bits, a bucket by its lower 16. */
#define FTPMARK_INDEX_HASH_SHIFT	15
#define FTPMARK_INDEX_KEYS_MAX		BIT(16)

/* The middle bits of a product depend on every bit of the word. */
static inline u32 ftpmark_index_hash4(const struct ftpmark_index *index,
				      u32 word)
{
	return (word * index->multiplier[0]) >> 32;
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
/* Returns the upper half of a 128-bit product. */
static inline u64 ftpmark_index_mul_high(u64 a, u64 b)
{
#ifdef CONFIG_X86_64
	u64 high;

	/* gcc aligns the stack of a function that has a 128-bit variable. */
	asm("mulq %2" : "=d" (high), "+a" (a) : "r" (b) : "cc");
	return high;
#else
	return mul_u64_u64_shr(a, b, 64);
#endif
}
#endif

/*
 * Middle bits of a product, as in ftpmark_index_hash4(). That takes one
 * multiplication on a processor with 128-bit products; others use multilinear
 * hashing in halves ("Strongly universal string hashing is fast", Lemire and
 * Kaser, 2014).
 */
static inline u32 ftpmark_index_hash6(const struct ftpmark_index *index,
				      const void *addr)
{
	u64 first = ftpmark_index_half(addr, 0);
	u64 second = ftpmark_index_half(addr, 1);
#ifdef CONFIG_ARCH_SUPPORTS_INT128
	return ftpmark_index_mul_high(first + index->multiplier[0],
				      second + index->multiplier[1]);
#else
	return (((u32)first + index->multiplier[0]) *
		((first >> 32) + index->multiplier[1]) +
		((u32)second + index->multiplier[2]) *
		((second >> 32) + index->multiplier[3])) >> 32;
#endif
}

/* Returns the offset of a key's slot; 1 << @slot_shift is a slot's size. */
static inline u32 ftpmark_index_slot(const struct ftpmark_index *index,
				     u32 hash, unsigned int slot_shift)
{
	u32 pilot = index->pilots[hash & index->bucket_mask];

	return ((hash >> (FTPMARK_INDEX_HASH_SHIFT - slot_shift)) ^ pilot) &
	       index->slot_mask;
}

u32 ftpmark_index_slots(u32 count);
int ftpmark_index_build(struct ftpmark_index *index,
			const union ftpmark_key *keys, u32 count, bool ipv6,
			unsigned int slot_shift);
void ftpmark_index_destroy(struct ftpmark_index *index);

#endif
