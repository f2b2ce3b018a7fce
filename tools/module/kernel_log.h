/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel said when it refused. */
#ifndef FTPMARK_REASON_H
#define FTPMARK_REASON_H

#include <stdbool.h>
#include <stddef.h>

void ftpmark_reason_begin(void);
bool ftpmark_reason_find(const char *name, const char *file, char *text,
			 size_t size);
const char *ftpmark_version_remedy(const char *module);
void ftpmark_version_advice(const char *module);

#endif /* FTPMARK_REASON_H */
