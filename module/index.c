// SPDX-License-Identifier: GPL-2.0-only
/* Building the perfect hash that index.h looks up. */
#include <linux/bitmap.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "index.h"

/* Random multipliers fail with a probability well below 3/4 each time. */
#define FTPMARK_INDEX_TRIES 128

/**
 * struct ftpmark_index_work - what building needs and lookups do not
 * @hash: of each key
 * @order: indexes of keys, grouped by bucket
 * @start: for each bucket, where it begins in @order, and the end of the last
 * @taken: slots in use
 * @slot_shift: logarithm of a slot's size
 */
struct ftpmark_index_work {
	u32 *hash;
	u32 *order;
	u32 *start;
	unsigned long *taken;
	unsigned int slot_shift;
};

static u32 ftpmark_index_buckets(u32 count)
{
	return roundup_pow_of_two(count);
}

/**
 * ftpmark_index_slots - how many slots an index has
 * @count: number of keys, 1 to FTPMARK_INDEX_KEYS_MAX
 *
 * At least a fifth of the slots stays free, so that the last keys find one.
 *
 * Return: a power of two, at most two and a half times @count.
 */
u32 ftpmark_index_slots(u32 count)
{
	return roundup_pow_of_two(count + count / 4);
}

static void ftpmark_index_work_free(struct ftpmark_index_work *work)
{
	kvfree(work->hash);
	kvfree(work->order);
	kvfree(work->start);
	kvfree(work->taken);
}

static int ftpmark_index_work_alloc(struct ftpmark_index_work *work, u32 count)
{
	u32 slots = ftpmark_index_slots(count);

	work->hash = kvmalloc_array(count, sizeof(u32), GFP_KERNEL);
	work->order = kvmalloc_array(count, sizeof(u32), GFP_KERNEL);
	work->start = kvmalloc_array(ftpmark_index_buckets(count) + 1,
				     sizeof(u32), GFP_KERNEL);
	work->taken = kvmalloc_array(BITS_TO_LONGS(slots),
				     sizeof(unsigned long), GFP_KERNEL);
	if (work->hash && work->order && work->start && work->taken)
		return 0;

	ftpmark_index_work_free(work);
	return -ENOMEM;
}

/* Counting sort of the keys by bucket; returns the largest bucket's size. */
static u32 ftpmark_index_group(const struct ftpmark_index *index,
			       struct ftpmark_index_work *work, u32 count)
{
	u32 buckets = index->bucket_mask + 1;
	u32 largest = 0;
	u32 begin = 0;
	u32 i;

	memset(work->start, 0, (buckets + 1) * sizeof(*work->start));
	for (i = 0; i < count; i++)
		work->start[work->hash[i] & index->bucket_mask]++;

	for (i = 0; i < buckets; i++) {
		u32 size = work->start[i];

		largest = max(largest, size);
		begin += size;
		work->start[i] = begin;
	}
	work->start[buckets] = begin;

	/* Places keys from the end of each bucket, moving its start down. */
	for (i = 0; i < count; i++)
		work->order[--work->start[work->hash[i] & index->bucket_mask]] = i;

	return largest;
}

/* Returns the number of a key's slot under the current pilots. */
static u32 ftpmark_index_number(const struct ftpmark_index *index,
				const struct ftpmark_index_work *work, u32 key)
{
	return ftpmark_index_slot(index, work->hash[key], work->slot_shift) >>
	       work->slot_shift;
}

/* Takes a slot for each key of a bucket; on a clash takes none. */
static bool ftpmark_index_place(const struct ftpmark_index *index,
				struct ftpmark_index_work *work, u32 bucket)
{
	u32 end = work->start[bucket + 1];
	u32 i;

	for (i = work->start[bucket]; i < end; i++) {
		if (__test_and_set_bit(ftpmark_index_number(index, work,
							    work->order[i]),
				       work->taken))
			break;
	}
	if (i == end)
		return true;

	while (i-- > work->start[bucket])
		__clear_bit(ftpmark_index_number(index, work, work->order[i]),
			    work->taken);
	return false;
}

/*
 * Whether a pilot can separate the keys of a bucket. A pilot is XORed to all of
 * them, so keys with equal slot bits stay together.
 */
static bool ftpmark_index_separable(const struct ftpmark_index *index,
				    const struct ftpmark_index_work *work,
				    u32 bucket)
{
	u32 end = work->start[bucket + 1];
	u32 i, j;

	for (i = work->start[bucket]; i < end; i++) {
		for (j = i + 1; j < end; j++) {
			u32 differ = work->hash[work->order[i]] ^
				     work->hash[work->order[j]];

			if (!((differ >> (FTPMARK_INDEX_HASH_SHIFT -
					  work->slot_shift)) &
			      index->slot_mask))
				return false;
		}
	}
	return true;
}

static bool ftpmark_index_pilot(const struct ftpmark_index *index,
				struct ftpmark_index_work *work, u32 *pilots,
				u32 bucket)
{
	u32 step = 1u << work->slot_shift;
	u32 pilot;

	if (!ftpmark_index_separable(index, work, bucket))
		return false;

	for (pilot = 0; pilot <= index->slot_mask; pilot += step) {
		pilots[bucket] = pilot;
		if (ftpmark_index_place(index, work, bucket))
			return true;
	}
	return false;
}

static bool ftpmark_index_try(struct ftpmark_index *index,
			      struct ftpmark_index_work *work, u32 *pilots,
			      const union ftpmark_key *keys, u32 count,
			      bool ipv6)
{
	u32 bucket, size, i;

	get_random_bytes(index->multiplier, sizeof(index->multiplier));
	index->multiplier[0] |= 1;

	for (i = 0; i < count; i++)
		work->hash[i] = ipv6 ?
			ftpmark_index_hash6(index, &keys[i]) :
			ftpmark_index_hash4(index, keys[i].word[0]);

	bitmap_zero(work->taken, (index->slot_mask >> work->slot_shift) + 1);
	/* Place large buckets first, while most slots are free. */
	for (size = ftpmark_index_group(index, work, count); size; size--) {
		for (bucket = 0; bucket <= index->bucket_mask; bucket++) {
			if (work->start[bucket + 1] - work->start[bucket] != size)
				continue;
			if (!ftpmark_index_pilot(index, work, pilots, bucket))
				return false;
		}
		cond_resched();
	}
	return true;
}

/**
 * ftpmark_index_build - make an index over a set of keys
 * @index: where; the caller allocates @index->slots, as many as
 *	ftpmark_index_slots() says
 * @keys: distinct
 * @count: 1 to FTPMARK_INDEX_KEYS_MAX
 * @ipv6: whether the whole key counts, or its first word only
 * @slot_shift: logarithm of the size of the caller's slots
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or -EAGAIN if no perfect hash was found, which happens
 * once in 2^50 builds.
 */
int ftpmark_index_build(struct ftpmark_index *index,
			const union ftpmark_key *keys, u32 count, bool ipv6,
			unsigned int slot_shift)
{
	struct ftpmark_index_work work = { .slot_shift = slot_shift };
	unsigned int tries;
	u32 *pilots;
	int err;

	index->bucket_mask = ftpmark_index_buckets(count) - 1;
	index->slot_mask = (ftpmark_index_slots(count) - 1) << slot_shift;

	err = ftpmark_index_work_alloc(&work, count);
	if (err)
		return err;

	err = -ENOMEM;
	pilots = kvcalloc(index->bucket_mask + 1, sizeof(*pilots),
			  GFP_KERNEL_ACCOUNT);
	if (!pilots)
		goto out;

	index->pilots = pilots;
	for (tries = 0; tries < FTPMARK_INDEX_TRIES; tries++) {
		if (ftpmark_index_try(index, &work, pilots, keys, count, ipv6)) {
			err = 0;
			goto out;
		}
	}
	err = -EAGAIN;
	kvfree(pilots);
	index->pilots = NULL;
out:
	ftpmark_index_work_free(&work);
	return err;
}

/**
 * ftpmark_index_destroy - free what ftpmark_index_build() allocated
 * @index: the index; the caller frees its slots
 */
void ftpmark_index_destroy(struct ftpmark_index *index)
{
	kvfree(index->pilots);
}
