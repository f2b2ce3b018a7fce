// SPDX-License-Identifier: GPL-2.0-only
/* Sets of ports: reading them from text, and writing them in canonical form. */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "parse.h"

static int ftpmark_port_parse(const char *text, size_t len, u16 *port)
{
	u32 number;

	if (ftpmark_number(text, len, 10, &number) ||
	    !number || number > U16_MAX)
		return -EINVAL;
	*port = number;
	return 0;
}

static int ftpmark_range_parse(const struct ftpmark_word *word,
			       struct ftpmark_range *range,
			       struct ftpmark_refusal *refusal)
{
	const char *dash = memchr(word->text, '-', word->len);
	size_t first_len = dash ? dash - word->text : word->len;

	if (ftpmark_port_parse(word->text, first_len, &range->first))
		goto malformed;

	range->last = range->first;
	if (dash && ftpmark_port_parse(dash + 1, word->len - first_len - 1,
				       &range->last))
		goto malformed;

	if (range->last < range->first)
		return ftpmark_refuse_word(refusal, word,
					   "ends before it begins");
	return 0;

malformed:
	return ftpmark_refuse_word(refusal, word,
				   "is not a port or range (1 to 65535)");
}

static int ftpmark_range_cmp(const void *a, const void *b)
{
	const struct ftpmark_range *x = a, *y = b;

	return (int)x->first - (int)y->first;
}

/* Brings a set of ports, in any order, into canonical form. */
static void ftpmark_ports_merge(struct ftpmark_ports *ports)
{
	struct ftpmark_range *out = ports->range;
	unsigned int i;

	if (!ports->count)
		return;

	sort(ports->range, ports->count, sizeof(*ports->range),
	     ftpmark_range_cmp, NULL);
	for (i = 1; i < ports->count; i++) {
		const struct ftpmark_range *next = &ports->range[i];

		if (next->first <= (u32)out->last + 1)
			out->last = max(out->last, next->last);
		else
			*++out = *next;
	}
	ports->count = out - ports->range + 1;
}

/**
 * ftpmark_parse_ports - read ports and ranges
 * @text: the value; may be empty
 * @refusal: the reason, when refused
 *
 * Context: may sleep.
 * Return: a set to be freed with kfree(), or an ERR_PTR: -EINVAL, -E2BIG,
 * -ENOMEM.
 */
const struct ftpmark_ports *
ftpmark_parse_ports(const char *text, struct ftpmark_refusal *refusal)
{
	unsigned int count = ftpmark_words_count(text);
	struct ftpmark_ports *ports;
	struct ftpmark_word word;
	unsigned int i;
	int err;

	if (count > FTPMARK_RANGES_MAX)
		return ERR_PTR(ftpmark_refuse(refusal, -E2BIG,
					      "%u ranges, at most %d",
					      count, FTPMARK_RANGES_MAX));

	ports = kzalloc(struct_size(ports, range, count), GFP_KERNEL_ACCOUNT);
	if (!ports)
		return ERR_PTR(-ENOMEM);

	ports->count = count;
	for (i = 0; ftpmark_word_next(&text, &word); i++) {
		err = ftpmark_range_parse(&word, &ports->range[i], refusal);
		if (err) {
			kfree(ports);
			return ERR_PTR(err);
		}
	}
	ftpmark_ports_merge(ports);
	return ports;
}

/**
 * ftpmark_print_ports - write a set of ports in canonical form
 * @ports: the set
 * @page: a buffer of PAGE_SIZE bytes, aligned to it
 *
 * Return: number of characters written.
 */
ssize_t ftpmark_print_ports(const struct ftpmark_ports *ports, char *page)
{
	unsigned int i;
	int len = 0;

	for (i = 0; i < ports->count; i++) {
		const struct ftpmark_range *range = &ports->range[i];

		len += sysfs_emit_at(page, len, "%s%u", i ? " " : "",
				     range->first);
		if (range->last != range->first)
			len += sysfs_emit_at(page, len, "-%u", range->last);
	}
	return len + sysfs_emit_at(page, len, "\n");
}
