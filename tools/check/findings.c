// SPDX-License-Identifier: GPL-2.0-only
/* Collects and prints the findings of "ftpmark check". */

#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/findings.h"
#include "module/counters.h"

static const char *const fm_grade_words[FM_GRADES] = {
	[FM_FAULT] = "fault",
	[FM_WARNING] = "warning",
	[FM_NOTE] = "note",
};

/**
 * fm_findings_add() - add a finding
 * @findings: the findings
 * @grade: how bad it is
 * @id: its identifier
 * @service: the service that it concerns, or NULL
 * @fmt: format of the text
 *
 * The caller must call fm_remedy() next.
 */
void fm_findings_add(struct fm_findings *findings, enum fm_grade grade,
		     const char *id, const char *service, const char *fmt, ...)
{
	struct fm_finding *grown, *finding;
	va_list args;

	grown = reallocarray(findings->finding, findings->count + 1,
			     sizeof(*grown));
	if (!grown) {
		findings->failed = true;
		return;
	}
	findings->finding = grown;
	finding = &grown[findings->count++];
	memset(finding, 0, sizeof(*finding));
	finding->grade = grade;
	finding->id = strdup(id);
	finding->service = service ? strdup(service) : NULL;
	va_start(args, fmt);
	if (vasprintf(&finding->text, fmt, args) < 0)
		finding->text = NULL;
	va_end(args);
	if (!finding->id || !finding->text || !finding->service != !service)
		findings->failed = true;
}

/**
 * fm_remedy() - add the remedy to the last finding
 * @findings: the findings
 * @fmt: format of one line
 */
void fm_remedy(struct fm_findings *findings, const char *fmt, ...)
{
	struct fm_finding *finding;
	va_list args;

	if (findings->failed)
		return;
	finding = &findings->finding[findings->count - 1];
	va_start(args, fmt);
	if (vasprintf(&finding->remedy, fmt, args) < 0) {
		finding->remedy = NULL;
		findings->failed = true;
	}
	va_end(args);
}

/**
 * fm_findings_graded() - count the findings of one grade
 * @findings: the findings
 * @grade: the grade
 *
 * Return: the number.
 */
size_t fm_findings_graded(const struct fm_findings *findings,
			  enum fm_grade grade)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < findings->count; i++)
		count += findings->finding[i].grade == grade;
	return count;
}

/**
 * fm_findings_print() - print findings as text, the worst first
 * @findings: the findings
 */
void fm_findings_print(const struct fm_findings *findings)
{
	const struct fm_finding *finding;
	enum fm_grade grade;
	size_t i;

	for (grade = 0; grade < FM_GRADES; grade++) {
		for (i = 0; i < findings->count; i++) {
			finding = &findings->finding[i];
			if (finding->grade != grade)
				continue;
			printf("%s: %s%s%s [%s]\n    %s\n",
			       fm_grade_words[grade],
			       finding->service ? finding->service : "",
			       finding->service ? ": " : "", finding->text,
			       finding->id, finding->remedy);
		}
	}
}

static struct json_object *
fm_finding_json(const struct fm_finding *finding)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "id", json_object_new_string(finding->id));
	json_object_object_add(json, "grade",
			       json_object_new_string(fm_grade_words[finding->grade]));
	json_object_object_add(json, "service", finding->service ?
			       json_object_new_string(finding->service) : NULL);
	json_object_object_add(json, "finding",
			       json_object_new_string(finding->text));
	json_object_object_add(json, "remedy",
			       json_object_new_string(finding->remedy));
	return json;
}

/**
 * fm_findings_print_json() - print findings as JSON, the worst first
 * @findings: the findings
 *
 * Return: 0 or -ENOMEM.
 */
int fm_findings_print_json(const struct fm_findings *findings)
{
	static const char *const keys[FM_GRADES] = {
		[FM_FAULT] = "faults",
		[FM_WARNING] = "warnings",
		[FM_NOTE] = "notes",
	};
	struct json_object *json = json_object_new_object();
	struct json_object *list = json_object_new_array();
	const struct fm_finding *finding;
	enum fm_grade grade;
	size_t i;

	for (grade = 0; grade < FM_GRADES; grade++) {
		i = fm_findings_graded(findings, grade);
		json_object_object_add(json, keys[grade],
				       json_object_new_uint64(i));
		for (i = 0; i < findings->count; i++) {
			finding = &findings->finding[i];
			if (finding->grade == grade)
				json_object_array_add(list,
						      fm_finding_json(finding));
		}
	}
	json_object_object_add(json, "findings", list);
	return fm_json_print(json, false);
}

/**
 * fm_findings_free() - free findings
 * @findings: the findings
 */
void fm_findings_free(struct fm_findings *findings)
{
	struct fm_finding *finding;

	while (findings->count) {
		finding = &findings->finding[--findings->count];
		free(finding->id);
		free(finding->service);
		free(finding->text);
		free(finding->remedy);
	}
	free(findings->finding);
	memset(findings, 0, sizeof(*findings));
}
