// SPDX-License-Identifier: GPL-2.0-only
/* Sets of ports as bitmaps. */

#include <string.h>

#include "model/portmap.h"

/**
 * fm_portmap_add() - add a range of ports to a set
 * @map: the set
 * @range: the range
 */
void fm_portmap_add(struct fm_portmap *map, const struct fm_range *range)
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
 * fm_portmap_join() - add the ports of one set to another
 * @map: the set that grows
 * @other: the ports to add
 */
void fm_portmap_join(struct fm_portmap *map, const struct fm_portmap *other)
{
	size_t i;

	for (i = 0; i < FM_PORTMAP_WORDS; i++)
		map->word[i] |= other->word[i];
}

/**
 * fm_portmap_take() - remove the ports of one set from another
 * @map: the set that shrinks
 * @other: the ports to remove
 *
 * Return: true if @map had any of them.
 */
bool fm_portmap_take(struct fm_portmap *map, const struct fm_portmap *other)
{
	bool any = false;
	size_t i;

	for (i = 0; i < FM_PORTMAP_WORDS; i++) {
		any |= map->word[i] & other->word[i];
		map->word[i] &= ~other->word[i];
	}
	return any;
}

/**
 * fm_portmap_has() - is a port in a set
 * @map: the set
 * @port: the port
 *
 * Return: true if it is.
 */
bool fm_portmap_has(const struct fm_portmap *map, unsigned int port)
{
	return map->word[port / 64] >> port % 64 & 1;
}

/**
 * fm_portmap_empty() - is a set empty
 * @map: the set
 *
 * Return: true if it is.
 */
bool fm_portmap_empty(const struct fm_portmap *map)
{
	size_t i;

	for (i = 0; i < FM_PORTMAP_WORDS; i++) {
		if (map->word[i])
			return false;
	}
	return true;
}

/**
 * fm_portmap_equal() - are two sets equal
 * @map: one set
 * @other: the other set
 *
 * Return: true if they are.
 */
bool fm_portmap_equal(const struct fm_portmap *map,
		      const struct fm_portmap *other)
{
	return !memcmp(map, other, sizeof(*map));
}

/* The first port from @port on that is in the set (or is not in it). */
static unsigned int fm_portmap_next(const struct fm_portmap *map,
				    unsigned int port, bool in)
{
	uint64_t word, skip = in ? 0 : UINT64_MAX;
	size_t i = port / 64;

	if (port > 65535)
		return 65536;
	word = (map->word[i] ^ skip) & (UINT64_MAX << port % 64);
	while (!word) {
		if (++i == FM_PORTMAP_WORDS)
			return 65536;
		word = map->word[i] ^ skip;
	}
	return 64 * i + __builtin_ctzll(word);
}

/**
 * fm_portmap_ranges() - convert a set to ranges
 * @map: the set, without port 0
 * @set: the ranges
 *
 * Return: false if there are more ranges than a setting takes.
 */
bool fm_portmap_ranges(const struct fm_portmap *map, struct fm_ranges *set)
{
	unsigned int first, behind;

	set->count = 0;
	for (first = fm_portmap_next(map, 0, true); first < 65536;
	     first = fm_portmap_next(map, behind, true)) {
		behind = fm_portmap_next(map, first, false);
		if (set->count == FM_ITEMS_MAX)
			return false;
		set->item[set->count].first = first;
		set->item[set->count++].last = behind - 1;
	}
	return true;
}
