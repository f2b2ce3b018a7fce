// SPDX-License-Identifier: GPL-2.0-only
/* Parses the text of ftpmark.conf: "add" lines and comments. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/clash.h"
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
	struct fm_fault value;
	size_t i;

	for (i = 0; i < fm_settings_count; i++) {
		if (!request->value[i])
			continue;
		if (!fm_value_canonical(&fm_settings[i], request->value[i],
					text, &value)) {
			if (!value.item) {
				value.item = fm_settings[i].word;
				value.length = strlen(value.item);
			}
			return fm_config_refuse(fault, profile->line,
						value.item, value.length,
						value.why);
		}
		profile->value[i] = strdup(text);
		if (!profile->value[i])
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
	if (!request.value[FM_ENABLED])
		request.value[FM_ENABLED] = "1";
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

/* Finds faults that concern two lines: names given twice, and clashes. */
static bool fm_config_whole(struct fm_config *config,
			    struct fm_config_fault *fault)
{
	const struct fm_profile *one, *two;
	char why[128];
	size_t i;

	fm_config_sort(config);
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
	if (!fm_clash_find(config, &one, &two))
		return fm_config_no_memory(fault);
	if (!one)
		return true;
	snprintf(why, sizeof(why), "has a vip and port of %s in line %u",
		 one->name, one->line);
	return fm_config_refuse(fault, two->line, two->name,
				strlen(two->name), why);
}

/* Names a control character in letters. */
static bool fm_config_control(struct fm_config_fault *fault, unsigned int line,
			      const char *at, const char *end)
{
	char word[8];

	if (*at == '\r' && at + 1 == end)
		return fm_config_refuse(fault, line, "\\r", 2,
					"the line ends in CR LF: take the CRs out (sed -i 's/\\r$//' FILE)");
	snprintf(word, sizeof(word), "\\x%02x", *at);
	return fm_config_refuse(fault, line, word, strlen(word),
				"a control character");
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
				return fm_config_control(fault, line, at,
							 next - 1);
		}
		if (!fm_config_line(text, line, config, fault))
			return false;
	}
	return fm_config_whole(config, fault);
}
