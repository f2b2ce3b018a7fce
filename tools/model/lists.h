/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of addresses and sets of ports. No I/O. */
#ifndef FM_MODEL_LISTS_H
#define FM_MODEL_LISTS_H

#include <stdbool.h>
#include <stddef.h>

enum { FM_ITEMS_MAX = 64 };

/* AF_INET and AF_INET6, to loop over. */
extern const int fm_families[2];

/**
 * struct fm_prefix - an address, or a prefix
 * @family: AF_INET or AF_INET6
 * @length: length of the prefix in bits
 * @byte: the address in network byte order, padded with zeros
 */
struct fm_prefix {
	int family;
	unsigned int length;
	unsigned char byte[16];
};

/**
 * struct fm_range - a range of ports
 * @first: the first port
 * @last: the last port
 */
struct fm_range {
	unsigned int first;
	unsigned int last;
};

/**
 * struct fm_prefixes - a list of addresses or prefixes
 * @count: number of items
 * @item: the items, none of them twice
 */
struct fm_prefixes {
	size_t count;
	struct fm_prefix item[FM_ITEMS_MAX];
};

/**
 * struct fm_ranges - a set of ports
 * @count: number of ranges
 * @item: the ranges, in order, with gaps between them
 */
struct fm_ranges {
	size_t count;
	struct fm_range item[FM_ITEMS_MAX];
};

bool fm_prefix_covers(const struct fm_prefix *wide,
		      const struct fm_prefix *narrow);
bool fm_prefix_listed(const struct fm_prefixes *list,
		      const struct fm_prefix *prefix);
bool fm_prefix_covered(const struct fm_prefixes *list,
		       const struct fm_prefix *prefix);
size_t fm_prefixes_count(const struct fm_prefixes *list, int family);
const struct fm_prefix *
fm_prefixes_first(const struct fm_prefixes *list, int family);
bool fm_ranges_meet(const struct fm_ranges *a, const struct fm_ranges *b);
bool fm_ranges_have(const struct fm_ranges *set, unsigned int port);

#endif /* FM_MODEL_LISTS_H */
