/* SPDX-License-Identifier: GPL-2.0-only */
/* libFuzzer calls this for each input. */
#ifndef FM_FUZZ_H
#define FM_FUZZ_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A copy, a byte longer as parsers of files want it, and its lines. */
static inline char *fuzz_lines(const unsigned char *data, size_t size,
			       unsigned int *lines)
{
	char *text = malloc(size + 1);
	size_t i;

	memcpy(text, data, size);
	*lines = 1;
	for (i = 0; i < size; i++)
		*lines += data[i] == '\n';
	return text;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#endif /* FM_FUZZ_H */
