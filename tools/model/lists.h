/* SPDX-License-Identifier: GPL-2.0-only */
/* What is in a list of addresses, or in a set of ports. */
#ifndef FTPMARK_LISTS_H
#define FTPMARK_LISTS_H

#include "model/values.h"

bool ftpmark_prefix_covers(const struct ftpmark_prefix *wide,
			   const struct ftpmark_prefix *narrow);
bool ftpmark_prefix_listed(const struct ftpmark_prefixes *list,
			   const struct ftpmark_prefix *prefix);
bool ftpmark_prefix_covered(const struct ftpmark_prefixes *list,
			    const struct ftpmark_prefix *prefix);
bool ftpmark_prefixes_meet(const struct ftpmark_prefixes *a,
			   const struct ftpmark_prefixes *b);
size_t ftpmark_prefixes_count(const struct ftpmark_prefixes *list, int family);
const struct ftpmark_prefix *
ftpmark_prefixes_first(const struct ftpmark_prefixes *list, int family);
bool ftpmark_ranges_meet(const struct ftpmark_ranges *a,
			 const struct ftpmark_ranges *b);
bool ftpmark_ranges_have(const struct ftpmark_ranges *set, unsigned int port);

#endif /* FTPMARK_LISTS_H */
