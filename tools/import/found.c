// SPDX-License-Identifier: GPL-2.0-only
/* Helpers that the steps of an import share: growing arrays, and notes. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"
#include "import/found.h"

/**
 * fm_import_grow() - make room for one more item
 * @import: the state of the import
 * @array: the items; only this function may grow the array
 * @count: number of items
 * @size: size of an item
 *
 * Return: the array, or NULL if out of memory; then @array is still valid.
 */
void *fm_import_grow(struct fm_import *import, void *array,
		     size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	/* The array is full at each power of two. */
	array = reallocarray(array, count ? 2 * count : 1, size);
	if (!array)
		import->failed = true;
	return array;
}

__printf(4, 0)
static void fm_import_note(struct fm_import *import, unsigned int line,
			   bool left, const char *fmt, va_list args)
{
	struct fm_note *note;

	note = fm_import_grow(import, import->note, import->notes,
			      sizeof(*note));
	if (!note)
		return;
	import->note = note;
	note += import->notes;
	note->line = line;
	note->left = left;
	if (vasprintf(&note->text, fmt, args) < 0)
		import->failed = true;
	else
		import->notes++;
}

/**
 * fm_import_left() - note that a rule is not taken
 * @import: the state of the import
 * @rule: the rule
 * @fmt: format of the reason
 *
 * A rule gets one note, even if several jumps lead to it.
 */
void fm_import_left(struct fm_import *import,
		    struct fm_rule *rule, const char *fmt, ...)
{
	va_list args;

	if (rule->noted)
		return;
	rule->noted = true;
	va_start(args, fmt);
	fm_import_note(import, rule->line, true, fmt, args);
	va_end(args);
}

/**
 * fm_import_warn() - note a warning about a rule that is taken
 * @import: the state of the import
 * @line: line of the rule
 * @fmt: format of the warning
 */
void fm_import_warn(struct fm_import *import, unsigned int line,
		    const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fm_import_note(import, line, false, fmt, args);
	va_end(args);
}
