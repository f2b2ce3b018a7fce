/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of ports as bitmaps. Nothing here reads or writes anything. */
#ifndef FTPMARK_PORTMAP_H
#define FTPMARK_PORTMAP_H

#include <stdint.h>

#include "model/values.h"

enum { FTPMARK_PORTMAP_WORDS = 65536 / 64 };

/**
 * struct ftpmark_portmap - a set of ports
 * @word: a bit for each
 */
struct ftpmark_portmap {
	uint64_t word[FTPMARK_PORTMAP_WORDS];
};

void ftpmark_portmap_add(struct ftpmark_portmap *map,
			 const struct ftpmark_range *range);
void ftpmark_portmap_join(struct ftpmark_portmap *map,
			  const struct ftpmark_portmap *other);
bool ftpmark_portmap_take(struct ftpmark_portmap *map,
			  const struct ftpmark_portmap *other);
bool ftpmark_portmap_has(const struct ftpmark_portmap *map, unsigned int port);
bool ftpmark_portmap_empty(const struct ftpmark_portmap *map);
bool ftpmark_portmap_equal(const struct ftpmark_portmap *map,
			   const struct ftpmark_portmap *other);
bool ftpmark_portmap_ranges(const struct ftpmark_portmap *map,
			    struct ftpmark_ranges *set);

#endif /* FTPMARK_PORTMAP_H */
