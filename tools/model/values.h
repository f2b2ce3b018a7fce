/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values as the module understands them, so that two ways to write one value
 * are known to be the same, and a faulty file is refused before anything is
 * changed. Nothing here reads or writes anything.
 */
#ifndef FTPMARK_VALUE_H
#define FTPMARK_VALUE_H

#include <arpa/inet.h>

#include "model/words.h"

enum {
	FTPMARK_ITEMS_MAX = 64,
	/* An address, a slash and the length of a prefix. */
	FTPMARK_PREFIX_TEXT = INET6_ADDRSTRLEN + 4,
};

/**
 * struct ftpmark_prefix - an address, or a prefix
 * @family: AF_INET or AF_INET6
 * @length: of the prefix, in bits
 * @byte: the address in network byte order, zeros behind it
 */
struct ftpmark_prefix {
	int family;
	unsigned int length;
	unsigned char byte[16];
};

/**
 * struct ftpmark_range - ports
 * @first: the first
 * @last: the last
 */
struct ftpmark_range {
	unsigned int first;
	unsigned int last;
};

/**
 * struct ftpmark_prefixes - a list of addresses
 * @count: how many
 * @item: these, none of them twice
 */
struct ftpmark_prefixes {
	size_t count;
	struct ftpmark_prefix item[FTPMARK_ITEMS_MAX];
};

/**
 * struct ftpmark_ranges - a set of ports
 * @count: how many ranges
 * @item: these, in order, with gaps between them
 */
struct ftpmark_ranges {
	size_t count;
	struct ftpmark_range item[FTPMARK_ITEMS_MAX];
};

/**
 * struct ftpmark_fault - what is wrong with a value
 * @item: the item at fault, in the value, or NULL for all of it
 * @length: its length
 * @why: what is wrong with it
 */
struct ftpmark_fault {
	const char *item;
	size_t length;
	const char *why;
};

bool ftpmark_prefix_is_host(const struct ftpmark_prefix *prefix);
const char *ftpmark_prefix_print(const struct ftpmark_prefix *prefix,
				 char text[FTPMARK_PREFIX_TEXT]);
bool ftpmark_prefixes_parse(const char *text, bool hosts, size_t limit,
			    struct ftpmark_prefixes *list,
			    struct ftpmark_fault *fault);
bool ftpmark_ranges_parse(const char *text, struct ftpmark_ranges *set,
			  struct ftpmark_fault *fault);
void ftpmark_prefixes_print(const struct ftpmark_prefixes *list,
			    char text[FTPMARK_VALUE_MAX + 1]);
void ftpmark_ranges_print(const struct ftpmark_ranges *set,
			  char text[FTPMARK_VALUE_MAX + 1]);
bool ftpmark_value_canonical(const struct ftpmark_setting *setting,
			     const char *value,
			     char text[FTPMARK_VALUE_MAX + 1],
			     struct ftpmark_fault *fault);

#endif /* FTPMARK_VALUE_H */
