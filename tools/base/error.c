// SPDX-License-Identifier: GPL-2.0-only
/* Messages for the operator: "ftpmark: what: why". */

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"

static const char *fm_error_file;
static unsigned int fm_error_line;

/**
 * fm_error_place() - set the place that later errors name
 * @file: the file at fault, or NULL for the command line
 * @line: its line, or 0 for none
 */
void fm_error_place(const char *file, unsigned int line)
{
	fm_error_file = file;
	fm_error_line = line;
}

/**
 * fm_error() - print one line that says what is wrong
 * @fmt: format of "what: why", without a newline
 *
 * A second call may follow, which says what to do.
 */
void fm_error(const char *fmt, ...)
{
	va_list args;

	fputs("ftpmark: ", stderr);
	if (fm_error_file && fm_error_line)
		fprintf(stderr, "%s:%u: ", fm_error_file, fm_error_line);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}
