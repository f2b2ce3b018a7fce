// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel said when it refused: the module logs one line for each
 * refusal, in which it names the service, the file and the fault.
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
 * Without the right to read it there will be no reason.
 */
void fm_reason_begin(void)
{
	fm_kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fm_kmsg >= 0)
		lseek(fm_kmsg, 0, SEEK_END);
}

/* A record is "prefix;text", with continuation lines that are not text. */
static const char *fm_record_text(char *record)
{
	char *text = strchr(record, ';');

	if (!text)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text + 1;
}

/**
 * fm_reason_find() - find why a write was refused just now
 * @name: the service
 * @file: the file written
 * @text: the reason
 * @size: room for it
 *
 * Return: false if the log does not say, or may not be read.
 */
bool fm_reason_find(const char *name, const char *file, char *text, size_t size)
{
	char record[FM_RECORD_MAX];
	bool found = false;
	const char *line;
	char begin[128];
	ssize_t length;

	if (fm_kmsg < 0)
		return false;
	snprintf(begin, sizeof(begin), "nf_ftpmark: %s: %s: ", name, file);
	for (;;) {
		length = read(fm_kmsg, record, sizeof(record) - 1);
		/* Records were lost: read on with the oldest there is. */
		if (length < 0 && errno == EPIPE)
			continue;
		if (length <= 0)
			break;
		record[length] = '\0';
		line = fm_record_text(record);
		if (line && !strncmp(line, begin, strlen(begin))) {
			snprintf(text, size, "%s", line + strlen(begin));
			found = true;
		}
	}
	return found;
}

/**
 * fm_version_remedy() - which to update, if tool and module differ
 * @module: the version of the module
 *
 * Return: what to do, or NULL if they are the same.
 */
const char *fm_version_remedy(const char *module)
{
	int order = strverscmp(module, FTPMARK_VERSION);

	if (order < 0)
		return "update and reload the module";
	return order > 0 ? "update the tool" : NULL;
}

/**
 * fm_version_advice() - say which to update, if tool and module differ
 * @module: the version of the module
 */
void fm_version_advice(const char *module)
{
	const char *remedy = fm_version_remedy(module);

	if (remedy)
		fm_error("module %s is %s than this tool: %s", module,
			 strverscmp(module, FTPMARK_VERSION) < 0 ?
			 "older" : "newer", remedy);
}
