// SPDX-License-Identifier: GPL-2.0-only
/* Parses the text of ftpmark.conf: "add" lines and comments. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/claims.h"
#include "model/config_text.h"
#include "model/values.h"

/* Room for every setting, and some words more, so that errors can name them. */
#define FM_WORDS_MAX (2 * FM_SETTINGS_MAX + 4)

static const char fm_blanks[] = " \t";

/* Characters that can't be printed become question marks. */
static bool fm_config_refuse(struct fm_config_fault *fault, unsigned int line,
			     const char *word, size_t length, const char *why)
{
	size_t i;

	if (length >= sizeof(fault->word))
		length = sizeof(fault->word) - 1;
	for (i = 0; i < length; i++)
		fault->word[i] = word[i] > ' ' && word[i] < 0x7f ? word[i] : '?';
	fault->word[length] = '\0';
	fault->line = line;
	snprintf(fault->why, sizeof(fault->why), "%s", why);
	return false;
}

static bool fm_config_no_memory(struct fm_config_fault *fault)
{
	return fm_config_refuse(fault, 0, "", 0, "out of memory");
}

static bool fm_config_values(const struct fm_request *request,
			     struct fm_profile *profile,
			     struct fm_config_fault *fault)
{
	char text[FM_VALUE_MAX + 1];
	const struct fm_change *change;
	struct fm_fault value;
	size_t i;

	for (i = 0; i < request->count; i++) {
		change = &request->changes[i];
		if (!fm_value_canonical(change->setting, change->value,
					text, &value)) {
			if (!value.item) {
				value.item = change->setting->word;
				value.length = strlen(value.item);
			}
			return fm_config_refuse(fault, profile->line,
						value.item, value.length,
						value.why);
		}
		profile->value[change->setting - fm_settings] =
			strdup(text);
		if (!profile->value[change->setting - fm_settings])
			return fm_config_no_memory(fault);
	}
	return true;
}

static bool fm_config_service(int argc, char *const argv[], unsigned int line,
			      struct fm_config *config,
			      struct fm_config_fault *fault)
{
	struct fm_complaint complaint;
	struct fm_profile *profile;
	struct fm_request request;

	if (strcmp(argv[0], "add"))
		return fm_config_refuse(fault, line, argv[0],
					strlen(argv[0]),
					"a line begins with \"add\" or \"#\"");
	if (!fm_parse(FM_NAME_MAY_SET, argc - 1, argv + 1, &request,
		      &complaint))
		return fm_config_refuse(fault, line, complaint.word,
					strlen(complaint.word),
					complaint.why);
	fm_request_enable(&request);
	if (config->count == FM_SERVICES_MAX)
		return fm_config_refuse(fault, line, request.name,
					strlen(request.name),
					"too many services (at most 4096)");
	profile = fm_config_add(config, request.name);
	if (!profile)
		return fm_config_no_memory(fault);
	profile->line = line;
	if (!fm_config_values(&request, profile, fault))
		return false;
	if (fm_profile_enabled(profile) &&
	    !strcmp(fm_profile_value(profile, "vip"), "none"))
		return fm_config_refuse(fault, line, profile->name,
					strlen(profile->name),
					"has no vip (or say: enabled 0)");
	return true;
}

static bool fm_config_line(char *text, unsigned int line,
			   struct fm_config *config,
			   struct fm_config_fault *fault)
{
	char *argv[FM_WORDS_MAX];
	int argc = 0;

	for (;;) {
		text += strspn(text, fm_blanks);
		if (!*text || *text == '#')
			break;
		if (argc == FM_WORDS_MAX)
			return fm_config_refuse(fault, line, text,
						strcspn(text, fm_blanks),
						"too many words");
		argv[argc++] = text;
		text += strcspn(text, fm_blanks);
		if (*text)
			*text++ = '\0';
	}
	return !argc || fm_config_service(argc, argv, line, config, fault);
}

static int fm_profile_compare(const void *a, const void *b)
{
	const struct fm_profile *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* Finds faults that concern two lines: names given twice, and clashes. */
static bool fm_config_whole(struct fm_config *config,
			    struct fm_config_fault *fault)
{
	const struct fm_profile *one, *two;
	char why[128];
	size_t i;

	if (config->count)
		qsort(config->profile, config->count, sizeof(*config->profile),
		      fm_profile_compare);
	for (i = 1; i < config->count; i++) {
		one = &config->profile[i - 1];
		two = &config->profile[i];
		if (strcmp(one->name, two->name))
			continue;
		snprintf(why, sizeof(why), "stands in line %u already",
			 one->line);
		return fm_config_refuse(fault, two->line, two->name,
					strlen(two->name), why);
	}
	switch (fm_claims_clash(config, &one, &two)) {
	case FM_CLAIMS_FREE:
		return true;
	case FM_CLAIMS_CLASH:
		snprintf(why, sizeof(why),
			 "has a vip and port of %s in line %u", one->name,
			 one->line);
		return fm_config_refuse(fault, two->line, two->name,
					strlen(two->name), why);
	default:
		return fm_config_no_memory(fault);
	}
}

/**
 * fm_config_parse() - parse the text of a file
 * @text: the text, with room for one more byte; it is cut into words
 * @size: its length
 * @config: the services; the caller frees them in any case
 * @fault: what is wrong, if it was not understood
 *
 * Return: true if it was understood.
 */
bool fm_config_parse(char *text, size_t size, struct fm_config *config,
		     struct fm_config_fault *fault)
{
	char *end = text + size;
	unsigned int line = 0;
	char *next;
	char *at;

	memset(config, 0, sizeof(*config));
	*end = '\n';
	for (; text < end; text = next) {
		line++;
		next = memchr(text, '\n', end - text + 1);
		*next++ = '\0';
		for (at = text; at < next - 1; at++) {
			if ((unsigned char)*at < ' ' && *at != '\t')
				return fm_config_refuse(fault, line, at, 1,
							"a control character");
		}
		if (!fm_config_line(text, line, config, fault))
			return false;
	}
	return fm_config_whole(config, fault);
}
