// SPDX-License-Identifier: GPL-2.0-only
/* Sets of ports as bitmaps. */

#include <string.h>

#include "model/portmap.h"

/**
 * ftpmark_portmap_add() - put ports into a set
 * @map: the set
 * @range: the ports
 */
void ftpmark_portmap_add(struct ftpmark_portmap *map,
			 const struct ftpmark_range *range)
{
	size_t first = range->first / 64;
	size_t last = range->last / 64;
	uint64_t head = UINT64_MAX << range->first % 64;
	uint64_t tail = UINT64_MAX >> (63 - range->last % 64);
	size_t i;

	if (first == last) {
		map->word[first] |= head & tail;
		return;
	}
	map->word[first] |= head;
	for (i = first + 1; i < last; i++)
		map->word[i] = UINT64_MAX;
	map->word[last] |= tail;
}

/**
 * ftpmark_portmap_join() - put the ports of one set into another
 * @map: the set
 * @other: which ports
 */
void ftpmark_portmap_join(struct ftpmark_portmap *map,
			  const struct ftpmark_portmap *other)
{
	size_t i;

	for (i = 0; i < FTPMARK_PORTMAP_WORDS; i++)
		map->word[i] |= other->word[i];
}

/**
 * ftpmark_portmap_take() - take the ports of one set out of another
 * @map: the set
 * @other: which ports
 *
 * Return: true if any was in it.
 */
bool ftpmark_portmap_take(struct ftpmark_portmap *map,
			  const struct ftpmark_portmap *other)
{
	bool any = false;
	size_t i;

	for (i = 0; i < FTPMARK_PORTMAP_WORDS; i++) {
		any |= map->word[i] & other->word[i];
		map->word[i] &= ~other->word[i];
	}
	return any;
}

/**
 * ftpmark_portmap_has() - is a port in a set
 * @map: the set
 * @port: the port
 *
 * Return: true if it is.
 */
bool ftpmark_portmap_has(const struct ftpmark_portmap *map, unsigned int port)
{
	return map->word[port / 64] >> port % 64 & 1;
}

/**
 * ftpmark_portmap_empty() - is a set empty
 * @map: the set
 *
 * Return: true if it is.
 */
bool ftpmark_portmap_empty(const struct ftpmark_portmap *map)
{
	size_t i;

	for (i = 0; i < FTPMARK_PORTMAP_WORDS; i++) {
		if (map->word[i])
			return false;
	}
	return true;
}

/**
 * ftpmark_portmap_equal() - are two sets the same
 * @map: one
 * @other: the other
 *
 * Return: true if they are.
 */
bool ftpmark_portmap_equal(const struct ftpmark_portmap *map,
			   const struct ftpmark_portmap *other)
{
	return !memcmp(map, other, sizeof(*map));
}

/* The first port from this one on that is in the set, or is not. */
static unsigned int ftpmark_portmap_next(const struct ftpmark_portmap *map,
					 unsigned int port, bool in)
{
	uint64_t word, skip = in ? 0 : UINT64_MAX;
	size_t i = port / 64;

	if (port > 65535)
		return 65536;
	word = (map->word[i] ^ skip) & (UINT64_MAX << port % 64);
	while (!word) {
		if (++i == FTPMARK_PORTMAP_WORDS)
			return 65536;
		word = map->word[i] ^ skip;
	}
	return 64 * i + __builtin_ctzll(word);
}

/**
 * ftpmark_portmap_ranges() - a set as ranges
 * @map: the set, without port 0
 * @set: the ranges
 *
 * Return: false if they are more than a setting takes.
 */
bool ftpmark_portmap_ranges(const struct ftpmark_portmap *map,
			    struct ftpmark_ranges *set)
{
	unsigned int first, behind;

	set->count = 0;
	for (first = ftpmark_portmap_next(map, 0, true); first < 65536;
	     first = ftpmark_portmap_next(map, behind, true)) {
		behind = ftpmark_portmap_next(map, first, false);
		if (set->count == FTPMARK_ITEMS_MAX)
			return false;
		set->item[set->count].first = first;
		set->item[set->count++].last = behind - 1;
	}
	return true;
}
