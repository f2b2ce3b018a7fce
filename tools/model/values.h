/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parses and prints values by the rules of the module. So the tool sees when
 * two spellings mean the same value, and refuses a faulty file before it
 * changes anything. No I/O.
 */
#ifndef FM_MODEL_VALUES_H
#define FM_MODEL_VALUES_H

#include <arpa/inet.h>

#include "model/lists.h"
#include "model/words.h"

/* Room for an address, a slash and the length of a prefix. */
enum { FM_PREFIX_TEXT = INET6_ADDRSTRLEN + 4 };

/**
 * struct fm_fault - what is wrong with a value
 * @item: the item at fault, inside the value; NULL for all of the value
 * @length: its length
 * @why: what is wrong with it
 */
struct fm_fault {
	const char *item;
	size_t length;
	const char *why;
};

bool fm_prefix_is_host(const struct fm_prefix *prefix);
const char *fm_prefix_print(const struct fm_prefix *prefix,
			    char text[FM_PREFIX_TEXT]);
bool fm_prefixes_parse(const char *text, bool hosts, size_t limit,
		       struct fm_prefixes *list, struct fm_fault *fault);
bool fm_ranges_parse(const char *text, struct fm_ranges *set,
		     struct fm_fault *fault);
void fm_prefixes_print(const struct fm_prefixes *list,
		       char text[FM_VALUE_MAX + 1]);
void fm_ranges_print(const struct fm_ranges *set, char text[FM_VALUE_MAX + 1]);
bool fm_value_canonical(const struct fm_setting *setting, const char *value,
			char text[FM_VALUE_MAX + 1], struct fm_fault *fault);

#endif /* FM_MODEL_VALUES_H */
