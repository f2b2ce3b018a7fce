// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark import [FILE] */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/hint.h"
#include "import/import.h"
#include "module/configuration.h"
#include "verbs/call.h"
#include "verbs/print.h"

/* Prints the notes, with their lines. Notes are ordered by line. */
static void fm_import_say(const struct fm_import *import,
			  const char *file, const char *text)
{
	const struct fm_note *note;
	unsigned int line = 1;
	size_t i;

	for (i = 0; i < import->notes; i++) {
		note = &import->note[i];
		for (; line < note->line; line++)
			text += strcspn(text, "\n") + 1;
		fm_error_place(file, note->line);
		if (note->left)
			fm_error("not taken: %s: %.*s", note->text,
				 (int)strcspn(text, "\n"), text);
		else
			fm_error("warning: %s", note->text);
	}
	fm_error_place(NULL, 0);
}

/* Replaces control characters, and zeros, which would end the text. */
static void fm_import_clean(char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (text[i] == '\t' || text[i] == '\r')
			text[i] = ' ';
		else if (((unsigned char)text[i] < ' ' && text[i] != '\n') ||
			 text[i] == 0x7f)
			text[i] = '?';
	}
	text[size] = '\0';
}

static enum fm_status fm_import_print(const struct fm_import *import,
				      const char *file, const char *text)
{
	size_t i;

	if (import->rules.fault) {
		fm_error("%s:%u: not the text of iptables-save", file,
			 import->rules.fault);
		if (fm_import_hint(text))
			fm_error("%s: it looks like %s", file,
				 fm_import_hint(text));
		return FM_USAGE;
	}
	fm_import_say(import, file, text);
	for (i = 0; i < import->config.count; i++)
		fm_print_add(&import->config.profile[i]);
	if (import->left)
		return FM_PARTLY;
	if (import->config.count)
		return FM_DONE;
	fm_error("%s: no rules of the recipe in it", file);
	return FM_USAGE;
}

/**
 * fm_cmd_import() - print the services that rules of iptables make
 * @call: the command line
 *
 * It needs neither the module nor privileges.
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_import(const struct fm_call *call)
{
	const char *file = call->argc ? call->argv[0] : "-";
	enum fm_status status = FM_REFUSED;
	struct fm_import import;
	char *text = NULL;
	size_t size;

	if (call->argc > 1)
		return fm_word_error(call, call->argv[1], "not expected");
	if (fm_text_read(file, &text, &size))
		return FM_USAGE;
	file = strcmp(file, "-") ? file : "standard input";
	fm_import_clean(text, size);
	if (fm_import_text(text, size, call->options & FM_OPT_VERBOSE,
			   &import))
		status = fm_import_print(&import, file, text);
	else
		fm_error("%s: %s", file, strerror(ENOMEM));
	fm_import_free(&import);
	free(text);
	return status;
}
