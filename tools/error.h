/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages for the operator. */
#ifndef FTPMARK_ERROR_H
#define FTPMARK_ERROR_H

#include "model/words.h"

void ftpmark_error_place(const char *file, unsigned int line);
__printf(1, 2)
void ftpmark_error(const char *fmt, ...);

#endif /* FTPMARK_ERROR_H */
