/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of ports as bitmaps. No I/O. */
#ifndef FM_MODEL_PORTMAP_H
#define FM_MODEL_PORTMAP_H

#include <stdint.h>

#include "model/values.h"

enum { FM_PORTMAP_WORDS = 65536 / 64 };

/**
 * struct fm_portmap - a set of ports
 * @word: one bit for each port
 */
struct fm_portmap {
	uint64_t word[FM_PORTMAP_WORDS];
};

void fm_portmap_add(struct fm_portmap *map, const struct fm_range *range);
void fm_portmap_join(struct fm_portmap *map, const struct fm_portmap *other);
bool fm_portmap_take(struct fm_portmap *map, const struct fm_portmap *other);
bool fm_portmap_has(const struct fm_portmap *map, unsigned int port);
bool fm_portmap_empty(const struct fm_portmap *map);
bool fm_portmap_equal(const struct fm_portmap *map,
		      const struct fm_portmap *other);
bool fm_portmap_ranges(const struct fm_portmap *map, struct fm_ranges *set);

#endif /* FM_MODEL_PORTMAP_H */
