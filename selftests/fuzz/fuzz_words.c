// SPDX-License-Identifier: GPL-2.0-only
/* Command lines: those that are accepted are sound, the others get a message. */

#include <stdlib.h>
#include <string.h>

#include "model/words.h"
#include "fuzz.h"

enum { FUZZ_WORDS_MAX = 64 };

static void fuzz_request(const struct fm_request *request)
{
	size_t i;

	if (request->name && !fm_name_valid(request->name))
		abort();
	for (i = 0; i < FM_SETTINGS_MAX; i++) {
		if (!request->value[i])
			continue;
		if (i >= fm_settings_count ||
		    strlen(request->value[i]) > FM_VALUE_MAX)
			abort();
	}
}

/**
 * LLVMFuzzerTestOneInput() - one command line
 * @data: the shape, then words, each ended by a NUL
 * @size: length of all that
 *
 * Return: 0.
 */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct fm_complaint complaint = { NULL, NULL };
	struct fm_request request;
	char *argv[FUZZ_WORDS_MAX];
	char *text, *at;
	int argc = 0;

	if (!size)
		return 0;
	text = malloc(size);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	for (at = text; at < text + size - 1 && argc < FUZZ_WORDS_MAX;
	     at += strlen(at) + 1)
		argv[argc++] = at;
	if (fm_parse(data[0] % (FM_NAME_SET + 1), argc, argv,
		     &request, &complaint))
		fuzz_request(&request);
	else if (!complaint.word || !complaint.why)
		abort();
	free(text);
	return 0;
}
