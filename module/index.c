// SPDX-License-Identifier: GPL-2.0-only
/* Choosing the slots of the index that index.h looks up. */
#include <linux/bitmap.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched.h>

#include "index.h"

/* Few keys get more free slots, since so many cost nothing. */
#define FTPMARK_INDEX_SLOTS_MIN	16U

/*
 * The longest run of slots in use that is accepted, which bounds what a lookup
 * reads. Few draws of the multiplier leave a longer one, or have the keys pass
 * more slots than random ones would; not for addresses that differ in one byte
 * either. After the last draw the index stays as it is: it finds every key all
 * the same.
 */
#define FTPMARK_INDEX_RUN_MAX	24U
#define FTPMARK_INDEX_DRAWS	64U

/**
 * ftpmark_index_slots - how many slots an index has
 * @count: number of keys, 1 to FTPMARK_INDEX_KEYS_MAX
 *
 * Return: a power of two, at least four times @count.
 */
u32 ftpmark_index_slots(u32 count)
{
	return roundup_pow_of_two(max(4 * count, FTPMARK_INDEX_SLOTS_MIN));
}

/*
 * Takes a slot for each key, as the caller will. Returns how many slots in use
 * the keys have passed.
 */
static u32 ftpmark_index_take(const struct ftpmark_index *index,
			      const union nf_inet_addr *keys, u32 count,
			      bool ipv6, unsigned int slot_shift,
			      unsigned long *taken)
{
	u32 passed = 0;
	u32 i;

	for (i = 0; i < count; i++) {
		u64 hash = ipv6 ? ftpmark_index_hash6(index, &keys[i]) :
				  ftpmark_index_hash4(index, keys[i].ip);
		unsigned long at = ftpmark_index_first(index, hash, slot_shift);

		while (__test_and_set_bit(at >> slot_shift, taken)) {
			at = ftpmark_index_next(index, at, slot_shift);
			passed++;
		}
	}
	return passed;
}

/* Returns the length of the longest run of taken slots. */
static u32 ftpmark_index_run(const unsigned long *taken, u32 slots)
{
	/* A run that goes on at the first slot counts as two. */
	u32 begin, end = 0, longest = 0;

	while ((begin = find_next_bit(taken, slots, end)) < slots) {
		end = find_next_zero_bit(taken, slots, begin);
		longest = max(longest, end - begin);
	}
	return longest;
}

/**
 * ftpmark_index_build - make an index for a set of keys
 * @index: where; the caller allocates @index->slots, as many as
 *	ftpmark_index_slots() says, and puts each key into the first free slot
 *	of its lookup
 * @keys: distinct
 * @count: 1 to FTPMARK_INDEX_KEYS_MAX
 * @ipv6: whether the keys are IPv6, or IPv4 and only their first word counts
 * @slot_shift: logarithm of the size of the caller's slots
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int ftpmark_index_build(struct ftpmark_index *index,
			const union nf_inet_addr *keys, u32 count, bool ipv6,
			unsigned int slot_shift)
{
	u32 slots = ftpmark_index_slots(count);
	unsigned long *taken;
	unsigned int draws;
	u32 passed;

	taken = kvmalloc_array(BITS_TO_LONGS(slots), sizeof(*taken),
			       GFP_KERNEL);
	if (!taken)
		return -ENOMEM;

	index->slot_mask = (slots - 1UL) << slot_shift;
	for (draws = 0; draws < FTPMARK_INDEX_DRAWS; draws++) {
		get_random_bytes(index->multiplier, sizeof(index->multiplier));
		bitmap_zero(taken, slots);
		passed = ftpmark_index_take(index, keys, count, ipv6,
					    slot_shift, taken);
		if (passed <= count / 4 &&
		    ftpmark_index_run(taken, slots) <= FTPMARK_INDEX_RUN_MAX)
			break;
		cond_resched();
	}
	kvfree(taken);
	return 0;
}
