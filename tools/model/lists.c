// SPDX-License-Identifier: GPL-2.0-only
/* Compares and searches lists of addresses and sets of ports. */

#include <string.h>
#include <sys/socket.h>

#include "model/lists.h"

const int fm_families[2] = { AF_INET, AF_INET6 };

/**
 * fm_prefix_covers() - does a prefix contain another
 * @wide: the prefix
 * @narrow: the other prefix
 *
 * Return: true if it does, or if they are equal.
 */
bool fm_prefix_covers(const struct fm_prefix *wide,
		      const struct fm_prefix *narrow)
{
	unsigned int bit;

	if (wide->family != narrow->family || wide->length > narrow->length)
		return false;
	for (bit = 0; bit < wide->length; bit++) {
		if ((wide->byte[bit / 8] ^ narrow->byte[bit / 8]) &
		    (0x80 >> bit % 8))
			return false;
	}
	return true;
}

/**
 * fm_prefix_listed() - is a prefix an item of a list
 * @list: the list
 * @prefix: the prefix
 *
 * Return: true if it is.
 */
bool fm_prefix_listed(const struct fm_prefixes *list,
		      const struct fm_prefix *prefix)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (!memcmp(&list->item[i], prefix, sizeof(*prefix)))
			return true;
	}
	return false;
}

/**
 * fm_prefix_covered() - does an item of a list contain a prefix
 * @list: the list
 * @prefix: the prefix
 *
 * Return: true if one does.
 */
bool fm_prefix_covered(const struct fm_prefixes *list,
		       const struct fm_prefix *prefix)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (fm_prefix_covers(&list->item[i], prefix))
			return true;
	}
	return false;
}

/**
 * fm_prefixes_count() - count the items of one family
 * @list: the list
 * @family: AF_INET or AF_INET6
 *
 * Return: the number.
 */
size_t fm_prefixes_count(const struct fm_prefixes *list, int family)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < list->count; i++)
		count += list->item[i].family == family;
	return count;
}

/**
 * fm_prefixes_first() - find the first item of one family
 * @list: the list
 * @family: AF_INET or AF_INET6
 *
 * Return: the item, or NULL.
 */
const struct fm_prefix *
fm_prefixes_first(const struct fm_prefixes *list, int family)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->item[i].family == family)
			return &list->item[i];
	}
	return NULL;
}

/**
 * fm_ranges_meet() - do two sets have a port in common
 * @a: one set
 * @b: the other set
 *
 * Return: true if they do.
 */
bool fm_ranges_meet(const struct fm_ranges *a, const struct fm_ranges *b)
{
	size_t i, j;

	for (i = 0; i < a->count; i++) {
		for (j = 0; j < b->count; j++) {
			if (a->item[i].first <= b->item[j].last &&
			    b->item[j].first <= a->item[i].last)
				return true;
		}
	}
	return false;
}

/**
 * fm_ranges_have() - is a port in a set
 * @set: the set
 * @port: the port
 *
 * Return: true if it is.
 */
bool fm_ranges_have(const struct fm_ranges *set, unsigned int port)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (port >= set->item[i].first && port <= set->item[i].last)
			return true;
	}
	return false;
}
