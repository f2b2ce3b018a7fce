/* SPDX-License-Identifier: GPL-2.0-only */
/* Collects and prints the findings of "ftpmark check". */
#ifndef FM_CHECK_FINDINGS_H
#define FM_CHECK_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"

/**
 * enum fm_grade - how bad a finding is
 * @FM_FAULT: FTP does not work, or not for everybody
 * @FM_WARNING: FTP works, but not as it should
 * @FM_NOTE: nothing is wrong, but the operator should know
 * @FM_GRADES: number of grades
 */
enum fm_grade {
	FM_FAULT,
	FM_WARNING,
	FM_NOTE,
	FM_GRADES,
};

/**
 * struct fm_finding - one finding
 * @grade: how bad it is
 * @id: identifier that never changes, for programs
 * @service: the service that it concerns, or NULL
 * @text: one line that says what was found
 * @remedy: one line that says what to do
 */
struct fm_finding {
	enum fm_grade grade;
	char *id;
	char *service;
	char *text;
	char *remedy;
};

/**
 * struct fm_findings - all findings
 * @count: number of findings
 * @failed: out of memory, so that some are missing
 * @unseen: something could not be looked at
 * @finding: the findings, in the order of the checks
 */
struct fm_findings {
	size_t count;
	bool failed;
	bool unseen;
	struct fm_finding *finding;
};

__printf(5, 6)
void fm_findings_add(struct fm_findings *findings, enum fm_grade grade,
		     const char *id, const char *service, const char *fmt, ...);
__printf(2, 3)
void fm_remedy(struct fm_findings *findings, const char *fmt, ...);

size_t fm_findings_graded(const struct fm_findings *findings,
			  enum fm_grade grade);
void fm_findings_print(const struct fm_findings *findings);
int fm_findings_print_json(const struct fm_findings *findings);
void fm_findings_free(struct fm_findings *findings);

#endif /* FM_CHECK_FINDINGS_H */
