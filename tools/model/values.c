// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parses and prints values by the rules of the module: see addresses.c and
 * ports.c of its sources.
 */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "model/values.h"

static const char fm_separators[] = " \t\n,";

static bool fm_at_fault(struct fm_fault *fault, const char *item,
			size_t length, const char *why)
{
	fault->item = item;
	fault->length = length;
	fault->why = why;
	return false;
}

/* Finds the next item of a list; false at the end of the list. */
static bool fm_item_next(const char **cursor, const char **item, size_t *length)
{
	*item = *cursor + strspn(*cursor, fm_separators);
	*length = strcspn(*item, fm_separators);
	*cursor = *item + *length;
	return *length;
}

static size_t fm_items_count(const char *text)
{
	const char *item;
	size_t count = 0;
	size_t length;

	while (fm_item_next(&text, &item, &length))
		count++;
	return count;
}

/* Parses a number: digits only, and no leading zero in a decimal one. */
static bool fm_digits(const char *text, size_t length, unsigned int base,
		      unsigned long *number)
{
	static const char digits[] = "0123456789abcdef";
	const char *digit;
	size_t i;

	if (!length || length > 10 || (base == 10 && length > 1 && *text == '0'))
		return false;
	*number = 0;
	for (i = 0; i < length; i++) {
		char c = text[i] >= 'A' && text[i] <= 'F' ?
			 text[i] - 'A' + 'a' : text[i];

		digit = memchr(digits, c, base);
		if (!digit)
			return false;
		*number = *number * base + (digit - digits);
		if (*number > 0xffffffff)
			return false;
	}
	return true;
}

/* Addresses that can be no VIP and no real server. */
static const struct {
	struct fm_prefix prefix;
	const char *why;
} fm_no_hosts[] = {
	{ { AF_INET, 8, { 0 } }, "an unspecified address" },
	{ { AF_INET, 8, { 127 } }, "a loopback address" },
	{ { AF_INET, 4, { 224 } }, "a multicast address" },
	{ { AF_INET, 32, { 255, 255, 255, 255 } }, "the broadcast address" },
	{ { AF_INET6, 128, { 0 } }, "the unspecified address" },
	{ { AF_INET6, 128, { [15] = 1 } }, "the loopback address" },
	{ { AF_INET6, 8, { 0xff } }, "a multicast address" },
	{ { AF_INET6, 96, { [10] = 0xff, 0xff } },
	  "an IPv4 address in IPv6 form" },
};

/* Why an address can be no VIP and no real server; NULL if it can. */
static const char *fm_address_fault(const struct fm_prefix *prefix)
{
	struct fm_prefix host = *prefix;
	size_t i;

	host.length = host.family == AF_INET ? 32 : 128;
	for (i = 0; i < ARRAY_SIZE(fm_no_hosts); i++) {
		if (fm_prefix_covers(&fm_no_hosts[i].prefix, &host))
			return fm_no_hosts[i].why;
	}
	return NULL;
}

static bool fm_address(const char *item, size_t length,
		       struct fm_prefix *prefix)
{
	char text[INET6_ADDRSTRLEN];

	memset(prefix, 0, sizeof(*prefix));
	if (length >= sizeof(text))
		return false;
	memcpy(text, item, length);
	text[length] = '\0';
	prefix->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	prefix->length = prefix->family == AF_INET6 ? 128 : 32;
	return inet_pton(prefix->family, text, prefix->byte) == 1;
}

static bool fm_host_bits(const struct fm_prefix *prefix)
{
	size_t i;

	for (i = prefix->length; i < 128; i++) {
		if (prefix->byte[i / 8] & (0x80 >> i % 8))
			return true;
	}
	return false;
}

/* Routers do not forward what a client on the link would be sent. */
static const struct fm_prefix fm_link_local = { AF_INET6, 10, { 0xfe, 0x80 } };

static bool fm_prefix_parse(const char *item, size_t length, bool host,
			    struct fm_prefix *prefix, struct fm_fault *fault)
{
	const char *slash = memchr(item, '/', length);
	const char *why;
	unsigned long bits;

	if (slash && host)
		return fm_at_fault(fault, item, length,
				   "a prefix, not a host address");
	if (!fm_address(item, slash ? (size_t)(slash - item) : length, prefix))
		return fm_at_fault(fault, item, length, host ?
				   "not an IPv4 or IPv6 address" :
				   "not an IPv4 or IPv6 address or prefix");
	if (slash) {
		if (!fm_digits(slash + 1, item + length - slash - 1, 10,
			       &bits) || bits > prefix->length)
			return fm_at_fault(fault, item, length,
					   "not an IPv4 or IPv6 address or prefix");
		if (!bits)
			return fm_at_fault(fault, item, length,
					   "holds every address, so no client could be outside");
		prefix->length = bits;
	}
	why = fm_address_fault(prefix);
	if (!why && host && fm_prefix_covers(&fm_link_local, prefix))
		why = "a link-local address";
	if (!why && fm_host_bits(prefix))
		why = "has bits set behind its length";
	return why ? fm_at_fault(fault, item, length, why) : true;
}

/**
 * fm_prefix_is_host() - is a prefix a single address
 * @prefix: the prefix
 *
 * Return: true if it is.
 */
bool fm_prefix_is_host(const struct fm_prefix *prefix)
{
	return prefix->length == (prefix->family == AF_INET ? 32 : 128);
}

/**
 * fm_prefix_print() - print a prefix into a buffer
 * @prefix: the prefix
 * @text: the buffer; a single address is printed without a length
 *
 * Return: @text.
 */
const char *fm_prefix_print(const struct fm_prefix *prefix,
			    char text[FM_PREFIX_TEXT])
{
	char address[INET6_ADDRSTRLEN];

	inet_ntop(prefix->family, prefix->byte, address, sizeof(address));
	if (fm_prefix_is_host(prefix))
		snprintf(text, FM_PREFIX_TEXT, "%s", address);
	else
		snprintf(text, FM_PREFIX_TEXT, "%s/%u", address,
			 prefix->length & 0xff);
	return text;
}

/**
 * fm_prefixes_parse() - parse a list of addresses
 * @text: the list; it may be empty
 * @hosts: refuse prefixes
 * @limit: maximal number of items, not above FM_ITEMS_MAX
 * @list: the addresses
 * @fault: what is wrong, if it was not understood
 *
 * Return: true if it was understood.
 */
bool fm_prefixes_parse(const char *text, bool hosts, size_t limit,
		       struct fm_prefixes *list, struct fm_fault *fault)
{
	struct fm_prefix prefix;
	const char *item;
	size_t length;

	list->count = 0;
	if (fm_items_count(text) > limit)
		return fm_at_fault(fault, NULL, 0, "too many items");
	while (fm_item_next(&text, &item, &length)) {
		if (!fm_prefix_parse(item, length, hosts, &prefix, fault))
			return false;
		if (!fm_prefix_listed(list, &prefix))
			list->item[list->count++] = prefix;
	}
	return true;
}

static int fm_range_compare(const void *a, const void *b)
{
	const struct fm_range *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

static void fm_ranges_merge(struct fm_ranges *set)
{
	struct fm_range *out = set->item;
	size_t i;

	if (!set->count)
		return;
	qsort(set->item, set->count, sizeof(*set->item), fm_range_compare);
	for (i = 1; i < set->count; i++) {
		const struct fm_range *next = &set->item[i];

		if (next->first > out->last + 1)
			*++out = *next;
		else if (next->last > out->last)
			out->last = next->last;
	}
	set->count = out - set->item + 1;
}

static bool fm_range_parse(const char *item, size_t length,
			   struct fm_range *range, struct fm_fault *fault)
{
	const char *dash = memchr(item, '-', length);
	size_t head = dash ? (size_t)(dash - item) : length;
	unsigned long first, last;

	if (!fm_digits(item, head, 10, &first) || !first || first > 65535)
		return fm_at_fault(fault, item, length,
				   "not a port or range (1 to 65535)");
	last = first;
	if (dash && (!fm_digits(dash + 1, length - head - 1, 10, &last) ||
		     !last || last > 65535))
		return fm_at_fault(fault, item, length,
				   "not a port or range (1 to 65535)");
	if (last < first)
		return fm_at_fault(fault, item, length,
				   "ends before it begins");
	range->first = first;
	range->last = last;
	return true;
}

/**
 * fm_ranges_parse() - parse a set of ports
 * @text: ports and ranges in any order; it may be empty
 * @set: the ports
 * @fault: what is wrong, if it was not understood
 *
 * Return: true if it was understood.
 */
bool fm_ranges_parse(const char *text, struct fm_ranges *set,
		     struct fm_fault *fault)
{
	const char *item;
	size_t length;

	set->count = 0;
	if (fm_items_count(text) > FM_ITEMS_MAX)
		return fm_at_fault(fault, NULL, 0, "too many items");
	while (fm_item_next(&text, &item, &length)) {
		if (!fm_range_parse(item, length, &set->item[set->count++],
				    fault))
			return false;
	}
	fm_ranges_merge(set);
	return true;
}

/**
 * fm_prefixes_print() - print a list of addresses into a buffer
 * @list: the list
 * @text: the buffer, for one word with commas, or "none"
 */
void fm_prefixes_print(const struct fm_prefixes *list,
		       char text[FM_VALUE_MAX + 1])
{
	size_t size = FM_VALUE_MAX + 1;
	char item[FM_PREFIX_TEXT];
	size_t at = 0;
	size_t i;

	snprintf(text, size, "none");
	for (i = 0; i < list->count && at < size; i++)
		at += snprintf(text + at, size - at, "%s%s", i ? "," : "",
			       fm_prefix_print(&list->item[i], item));
}

/**
 * fm_ranges_print() - print a set of ports into a buffer
 * @set: the set
 * @text: the buffer, for one word with commas, or "none"
 */
void fm_ranges_print(const struct fm_ranges *set, char text[FM_VALUE_MAX + 1])
{
	size_t size = FM_VALUE_MAX + 1;
	size_t at = 0;
	size_t i;

	snprintf(text, size, "none");
	for (i = 0; i < set->count && at < size; i++) {
		const struct fm_range *item = &set->item[i];

		at += snprintf(text + at, size - at, "%s%u", i ? "," : "",
			       item->first);
		if (item->last > item->first)
			at += snprintf(text + at, size - at, "-%u", item->last);
	}
}

static bool fm_word_canonical(const struct fm_setting *setting,
			      const char *value, char text[FM_VALUE_MAX + 1],
			      struct fm_fault *fault)
{
	const char *const *choice;
	unsigned long mark;
	const char *word;
	size_t length;
	bool hex;

	if (!fm_item_next(&value, &word, &length))
		return fm_at_fault(fault, NULL, 0, "must not be empty");
	if (fm_items_count(value))
		return fm_at_fault(fault, NULL, 0, "more than one word");

	if (setting->kind == FM_NUMBER) {
		hex = length > 2 && word[0] == '0' &&
		      (word[1] == 'x' || word[1] == 'X');
		if (!fm_digits(word + (hex ? 2 : 0),
			       length - (hex ? 2 : 0), hex ? 16 : 10,
			       &mark) || !mark)
			return fm_at_fault(fault, word, length,
					   "not a number from 1 to 0xffffffff");
		sprintf(text, "%lu", mark);
		return true;
	}
	for (choice = setting->choices; *choice; choice++) {
		if (strlen(*choice) == length &&
		    !memcmp(*choice, word, length)) {
			snprintf(text, FM_VALUE_MAX + 1, "%s", *choice);
			return true;
		}
	}
	return fm_at_fault(fault, word, length,
			   "not one of the words it takes");
}

/**
 * fm_value_canonical() - convert a value to its canonical form
 * @setting: the setting
 * @value: the value, "" for an empty list
 * @text: the canonical form, which the tool prints
 * @fault: what is wrong, if the value is not valid
 *
 * Return: true if the module accepts the value.
 */
bool fm_value_canonical(const struct fm_setting *setting, const char *value,
			char text[FM_VALUE_MAX + 1], struct fm_fault *fault)
{
	struct fm_prefixes list;
	struct fm_ranges set;

	switch (setting->kind) {
	case FM_HOSTS:
	case FM_PREFIXES:
		if (!fm_prefixes_parse(value,
				       setting->kind == FM_HOSTS,
				       setting->limit, &list, fault))
			return false;
		fm_prefixes_print(&list, text);
		return true;
	case FM_RANGES:
		if (!fm_ranges_parse(value, &set, fault))
			return false;
		if (!set.count && !setting->empty)
			return fm_at_fault(fault, NULL, 0,
					   "must not be empty");
		fm_ranges_print(&set, text);
		return true;
	default:
		return fm_word_canonical(setting, value, text, fault);
	}
}
