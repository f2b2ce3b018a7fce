/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages for the operator. */
#ifndef FM_BASE_ERROR_H
#define FM_BASE_ERROR_H

#include "base/macros.h"

void fm_error_place(const char *file, unsigned int line);
__printf(1, 2)
void fm_error(const char *fmt, ...);

#endif /* FM_BASE_ERROR_H */
