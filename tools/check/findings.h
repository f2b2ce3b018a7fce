/* SPDX-License-Identifier: GPL-2.0-only */
/* What "ftpmark check" has found, and how it is told. */
#ifndef FTPMARK_FINDINGS_H
#define FTPMARK_FINDINGS_H

#include "verbs/call.h"

/**
 * enum ftpmark_grade - how bad a finding is
 * @FTPMARK_FAULT: FTP does not work, or not for everybody
 * @FTPMARK_WARNING: it works, but not as it should
 * @FTPMARK_NOTE: worth knowing
 * @FTPMARK_GRADES: how many grades there are
 */
enum ftpmark_grade {
	FTPMARK_FAULT,
	FTPMARK_WARNING,
	FTPMARK_NOTE,
	FTPMARK_GRADES,
};

/**
 * struct ftpmark_finding - one thing that was found
 * @grade: how bad it is
 * @id: names it for ever, for machines
 * @service: which service it is about, or NULL
 * @text: what was found, in a line
 * @remedy: what to do about it, in a line
 */
struct ftpmark_finding {
	enum ftpmark_grade grade;
	char *id;
	char *service;
	char *text;
	char *remedy;
};

/**
 * struct ftpmark_findings - all that was found
 * @count: how many
 * @failed: memory was short: some are missing
 * @finding: these, in the order of the checks
 */
struct ftpmark_findings {
	size_t count;
	bool failed;
	struct ftpmark_finding *finding;
};

__printf(5, 6)
void ftpmark_found(struct ftpmark_findings *findings, enum ftpmark_grade grade,
		   const char *id, const char *service, const char *fmt, ...);
__printf(2, 3)
void ftpmark_remedy(struct ftpmark_findings *findings, const char *fmt, ...);

size_t ftpmark_findings_graded(const struct ftpmark_findings *findings,
			       enum ftpmark_grade grade);
void ftpmark_findings_print(const struct ftpmark_findings *findings);
int ftpmark_findings_print_json(const struct ftpmark_findings *findings);
void ftpmark_findings_free(struct ftpmark_findings *findings);

#endif /* FTPMARK_FINDINGS_H */
