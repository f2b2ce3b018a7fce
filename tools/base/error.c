// SPDX-License-Identifier: GPL-2.0-only
/* Messages for the operator: "ftpmark: what: why". */

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"

static const char *fm_error_file;
static unsigned int fm_error_line;

/**
 * fm_error_place() - say where errors to come have their cause
 * @file: a file, or NULL for the command line
 * @line: a line of it, or 0
 */
void fm_error_place(const char *file, unsigned int line)
{
	fm_error_file = file;
	fm_error_line = line;
}

/**
 * fm_error() - tell the operator in one line what is wrong
 * @fmt: format of "what: why", without a newline
 *
 * A second call, after it, may say what to do.
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
