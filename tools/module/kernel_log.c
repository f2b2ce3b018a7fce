// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds in the kernel log why a write was refused: for each refusal the module
 * logs one line with the service, the file and the fault.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../module/version.h"
#include "base/error.h"
#include "module/kernel_log.h"

enum { FM_RECORD_MAX = 8192 };

static int fm_kmsg = -1;

/**
 * fm_reason_begin() - remember where the kernel log ends now
 *
 * If the caller may not read the log, no reason is found.
 */
void fm_reason_begin(void)
{
	fm_kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fm_kmsg >= 0)
		lseek(fm_kmsg, 0, SEEK_END);
}

/* A record is "prefix;text" and continuation lines, which are no text. */
static const char *fm_record_text(char *record)
{
	char *text = strchr(record, ';');

	if (!text)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text + 1;
}

/* Finds the last line since fm_reason_begin() that begins so, or "". */
static void fm_reason_find(const char *begin, char *text, size_t size)
{
	char record[FM_RECORD_MAX];
	const char *line;
	ssize_t length;

	text[0] = '\0';
	while (fm_kmsg >= 0) {
		length = read(fm_kmsg, record, sizeof(record) - 1);
		/* Records were overwritten: go on with the oldest one. */
		if (length < 0 && errno == EPIPE)
			continue;
		if (length <= 0)
			break;
		record[length] = '\0';
		line = fm_record_text(record);
		if (line && !strncmp(line, begin, strlen(begin)))
			snprintf(text, size, "%s", line + strlen(begin));
	}
}

/**
 * fm_reason_print() - print why a write was refused just now
 * @what: how the line in the log begins, behind the module's name
 */
void fm_reason_print(const char *what)
{
	char begin[128], text[256];

	snprintf(begin, sizeof(begin), "nf_ftpmark: %s", what);
	fm_reason_find(begin, text, sizeof(text));
	if (text[0])
		fm_error("the kernel says: %s", text);
	else
		fm_error("see the kernel log (dmesg) for the reason");
}

/**
 * fm_version_remedy() - say which to update, if tool and module differ
 * @module: version of the module
 *
 * Return: what to do, or NULL if the versions are equal.
 */
const char *fm_version_remedy(const char *module)
{
	int order = strverscmp(module, FTPMARK_VERSION);

	if (order < 0)
		return "update and reload the module";
	return order > 0 ? "update the tool" : NULL;
}

/**
 * fm_version_advice() - print which to update, if tool and module differ
 * @module: version of the module
 */
void fm_version_advice(const char *module)
{
	const char *remedy = fm_version_remedy(module);

	if (remedy)
		fm_error("module %s is %s than this tool: %s", module,
			 strverscmp(module, FTPMARK_VERSION) < 0 ?
			 "older" : "newer", remedy);
}
