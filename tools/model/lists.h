/* SPDX-License-Identifier: GPL-2.0-only */
/* What is in a list of addresses, or in a set of ports. */
#ifndef FM_MODEL_LISTS_H
#define FM_MODEL_LISTS_H

#include "model/values.h"

bool fm_prefix_covers(const struct fm_prefix *wide,
		      const struct fm_prefix *narrow);
bool fm_prefix_listed(const struct fm_prefixes *list,
		      const struct fm_prefix *prefix);
bool fm_prefix_covered(const struct fm_prefixes *list,
		       const struct fm_prefix *prefix);
bool fm_prefixes_meet(const struct fm_prefixes *a,
		      const struct fm_prefixes *b);
size_t fm_prefixes_count(const struct fm_prefixes *list, int family);
const struct fm_prefix *
fm_prefixes_first(const struct fm_prefixes *list, int family);
bool fm_ranges_meet(const struct fm_ranges *a,
		    const struct fm_ranges *b);
bool fm_ranges_have(const struct fm_ranges *set, unsigned int port);

#endif /* FM_MODEL_LISTS_H */
