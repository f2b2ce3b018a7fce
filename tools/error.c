// SPDX-License-Identifier: GPL-2.0-only
/* Messages for the operator: "ftpmark: what: why". */

#include <stdarg.h>
#include <stdio.h>

#include "ftpmark.h"

/**
 * ftpmark_error() - tell the operator in one line what is wrong
 * @fmt: format of "what: why", without a newline
 *
 * A second call, after it, may say what to do.
 */
void ftpmark_error(const char *fmt, ...)
{
	va_list args;

	fputs("ftpmark: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}
