// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark import [FILE] */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "module/configuration.h"
#include "verbs/call.h"

/* Notes are in the order of the lines that they are about. */
static void ftpmark_import_say(const struct ftpmark_import *import,
			       const char *file, const char *text)
{
	const struct ftpmark_note *note;
	unsigned int line = 1;
	size_t i;

	for (i = 0; i < import->notes; i++) {
		note = &import->note[i];
		for (; line < note->line; line++)
			text += strcspn(text, "\n") + 1;
		ftpmark_error_place(file, note->line);
		if (note->left)
			ftpmark_error("not taken: %s: %.*s", note->text,
				      (int)strcspn(text, "\n"), text);
		else
			ftpmark_error("warning: %s", note->text);
	}
	ftpmark_error_place(NULL, 0);
}

/* What a terminal should not see, nor the end of a text in its middle. */
static void ftpmark_import_clean(char *text, size_t size)
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

static enum ftpmark_status ftpmark_import_print(struct ftpmark_rules *rules,
						const char *file,
						const char *text)
{
	enum ftpmark_status status = FTPMARK_USAGE;
	struct ftpmark_import import;
	size_t i;

	if (!ftpmark_import(rules, &import)) {
		ftpmark_error("%s: %s", file, strerror(ENOMEM));
		ftpmark_import_free(&import);
		return FTPMARK_REFUSED;
	}
	ftpmark_import_say(&import, file, text);
	for (i = 0; i < import.config.count; i++) {
		ftpmark_profile_print(&import.config.profile[i]);
		status = FTPMARK_DONE;
	}
	if (status != FTPMARK_DONE)
		ftpmark_error("%s: no rules of the recipe in it", file);
	ftpmark_import_free(&import);
	return status;
}

static enum ftpmark_status ftpmark_import_text(char *text, size_t size,
					       const char *file)
{
	enum ftpmark_status status = FTPMARK_REFUSED;
	struct ftpmark_rules rules = { 0 };
	char *cut = malloc(size + 1);

	ftpmark_import_clean(text, size);
	if (cut)
		memcpy(cut, text, size);
	if (!cut || !ftpmark_rules_parse(cut, size, &rules)) {
		ftpmark_error("%s: %s", file, strerror(ENOMEM));
	} else if (rules.fault) {
		ftpmark_error("%s:%u: not the text of iptables-save", file,
			      rules.fault);
		status = FTPMARK_USAGE;
	} else {
		status = ftpmark_import_print(&rules, file, text);
	}
	ftpmark_rules_free(&rules);
	free(cut);
	return status;
}

/**
 * ftpmark_cmd_import() - print the services that rules of iptables make
 * @call: the command line
 *
 * Neither the module nor a privilege is needed.
 *
 * Return: exit status.
 */
enum ftpmark_status ftpmark_cmd_import(const struct ftpmark_call *call)
{
	const char *file = call->argc ? call->argv[0] : "-";
	enum ftpmark_status status;
	char *text = NULL;
	size_t size;

	if (file[0] == '-' && file[1])
		return ftpmark_word_error(call, file, "no such option");
	if (call->argc > 1)
		return ftpmark_word_error(call, call->argv[1], "not expected");
	if (ftpmark_text_read(file, &text, &size))
		return FTPMARK_USAGE;
	status = ftpmark_import_text(text, size, strcmp(file, "-") ? file :
				     "standard input");
	free(text);
	return status;
}
