// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark import [FILE] */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "module/configuration.h"
#include "verbs/call.h"

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

static enum fm_status fm_import_print(struct fm_rules *rules, const char *file,
				      const char *text)
{
	enum fm_status status = FM_USAGE;
	struct fm_import import;
	size_t i;

	if (!fm_import_rules(rules, &import)) {
		fm_error("%s: %s", file, strerror(ENOMEM));
		fm_import_free(&import);
		return FM_REFUSED;
	}
	fm_import_say(&import, file, text);
	for (i = 0; i < import.config.count; i++) {
		fm_profile_print(&import.config.profile[i]);
		status = FM_DONE;
	}
	if (status != FM_DONE)
		fm_error("%s: no rules of the recipe in it", file);
	fm_import_free(&import);
	return status;
}

static enum fm_status fm_import_text(char *text, size_t size, const char *file)
{
	enum fm_status status = FM_REFUSED;
	struct fm_rules rules = { 0 };
	char *cut = malloc(size + 1);

	fm_import_clean(text, size);
	if (cut)
		memcpy(cut, text, size);
	if (!cut || !fm_rules_parse(cut, size, &rules)) {
		fm_error("%s: %s", file, strerror(ENOMEM));
	} else if (rules.fault) {
		fm_error("%s:%u: not the text of iptables-save", file,
			 rules.fault);
		status = FM_USAGE;
	} else {
		status = fm_import_print(&rules, file, text);
	}
	fm_rules_free(&rules);
	free(cut);
	return status;
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
	enum fm_status status;
	char *text = NULL;
	size_t size;

	if (file[0] == '-' && file[1])
		return fm_word_error(call, file, "no such option");
	if (call->argc > 1)
		return fm_word_error(call, call->argv[1], "not expected");
	if (fm_text_read(file, &text, &size))
		return FM_USAGE;
	status = fm_import_text(text, size, strcmp(file, "-") ? file :
				"standard input");
	free(text);
	return status;
}
