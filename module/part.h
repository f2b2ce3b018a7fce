/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_PART_H
#define FTPMARK_PART_H

#include <linux/types.h>

void *ftpmark_part_alloc(size_t n, size_t size, size_t *bytes);

#endif
