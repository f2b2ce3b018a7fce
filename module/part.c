// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of the parts that a table is made of: targets, VIPs, real servers.
 * Each part reports the bytes it takes, for the limit on memory of replaced
 * tables. What building a table takes besides is freed with that.
 */
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "part.h"

/**
 * ftpmark_part_alloc - allocate an array that a part will own
 * @n: number of elements
 * @size: of an element, in bytes
 * @bytes: what the part takes; grows by the array
 *
 * Context: may sleep.
 * Return: zeroed memory to be freed with kvfree(), or NULL.
 */
void *ftpmark_part_alloc(size_t n, size_t size, size_t *bytes)
{
	*bytes += array_size(n, size);
	return kvcalloc(n, size, GFP_KERNEL_ACCOUNT);
}
