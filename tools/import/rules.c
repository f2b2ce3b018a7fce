// SPDX-License-Identifier: GPL-2.0-only
/* Splits the text of iptables-save into rules. */

#include <stdlib.h>
#include <string.h>

#include "import/rules.h"

static const char fm_rule_blanks[] = " \t\r";

static const char *const fm_lists[] = {
	"-s", "--source", "--src", "-d", "--destination", "--dst",
};

/* Returns the next word without its quotes; NULL at the end. */
static char *fm_rule_word(char **cursor)
{
	char *at = *cursor + strspn(*cursor, fm_rule_blanks);
	char *word = at, *out = at;
	bool quoted = false;

	if (!*at)
		return NULL;
	for (; *at && (quoted || !strchr(fm_rule_blanks, *at)); at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (quoted && *at == '\\' && at[1])
			*out++ = *++at;
		else
			*out++ = *at;
	}
	*cursor = *at ? at + 1 : at;
	*out = '\0';
	return word;
}

/* Splits a rule into words; --option=value becomes two. */
static int fm_rule_words(char *text, char *argv[FM_RULE_WORDS_MAX])
{
	char *word, *equals;
	int argc = 0;

	while ((word = fm_rule_word(&text))) {
		if (argc > FM_RULE_WORDS_MAX - 2)
			return -1;
		argv[argc++] = word;
		equals = strncmp(word, "--", 2) ? NULL : strchr(word, '=');
		if (equals) {
			*equals = '\0';
			argv[argc++] = equals + 1;
		}
	}
	return argc;
}

static struct fm_rule *fm_rules_add(struct fm_rules *rules, unsigned int line)
{
	const struct fm_section *section;
	struct fm_rule *rule;
	size_t room;

	if (rules->count == rules->room) {
		room = rules->room ? 2 * rules->room : 16;
		rule = reallocarray(rules->rule, room, sizeof(*rule));
		if (!rule)
			return NULL;
		rules->rule = rule;
		rules->room = room;
	}
	section = &rules->section[rules->sections - 1];
	rule = &rules->rule[rules->count++];
	memset(rule, 0, sizeof(*rule));
	rule->line = line;
	rule->section = rules->sections - 1;
	rule->table = section->table;
	return rule;
}

/* Finds a list in -s (@which 0) or -d (1): each item stands for a rule. */
static char *fm_rule_list(int argc, char *const argv[], int which)
{
	size_t i;
	int at;

	for (at = 0; at + 1 < argc; at++) {
		for (i = 0; i < 3; i++) {
			if (!strcmp(argv[at], fm_lists[3 * which + i]) &&
			    strchr(argv[at + 1], ','))
				return argv[at + 1];
		}
	}
	return NULL;
}

/* Cuts the first item off a list; false at the end of the list. */
static bool fm_rule_pick(char **list, char **item)
{
	*item = *list ? strsep(list, ",") : NULL;
	return *item;
}

static bool fm_rules_line(struct fm_rules *rules, unsigned int line,
			  int argc, char *const argv[])
{
	char *sources = fm_rule_list(argc, argv, 0);
	char *targets = fm_rule_list(argc, argv, 1);
	char *from = NULL, *to = NULL;
	struct fm_rule *rule;

	/* Only one list is resolved; nobody writes rules with two. */
	if (sources && !targets)
		fm_rule_pick(&sources, &from);
	else if (targets && !sources)
		fm_rule_pick(&targets, &to);
	do {
		rule = fm_rules_add(rules, line);
		if (!rule)
			return false;
		rule->chain = argv[1];
		fm_rule_parse(rule, argc - 2, argv + 2, from, to);
	} while ((from && fm_rule_pick(&sources, &from)) ||
		 (to && fm_rule_pick(&targets, &to)));
	return true;
}

/* A command other than -A becomes a rule that is not understood. */
static bool fm_rules_command(struct fm_rules *rules,
			     unsigned int line, char *text)
{
	char *argv[FM_RULE_WORDS_MAX];
	struct fm_rule *rule;
	int argc;

	/* iptables-save -c puts counters in front. */
	if (*text == '[') {
		text += strcspn(text, "]");
		text += *text == ']';
	}
	argc = fm_rule_words(text, argv);
	if (argc >= 2 &&
	    (!strcmp(argv[0], "-A") || !strcmp(argv[0], "--append")))
		return fm_rules_line(rules, line, argc, argv);
	rule = fm_rules_add(rules, line);
	if (!rule)
		return false;
	rule->chain = "";
	rule->odd = argc > 0 ? argv[0] : "";
	rule->why = argc < 0 ? "too many words" : "not a rule with -A";
	return true;
}

static bool fm_rules_section(struct fm_rules *rules,
			     unsigned int line, char *name)
{
	struct fm_section *section;

	section = reallocarray(rules->section, rules->sections + 1,
			       sizeof(*section));
	if (!section)
		return false;
	rules->section = section;
	section += rules->sections++;
	section->line = line;
	section->name = fm_rule_word(&name) ?: "";
	section->others = 0;
	section->table = !strcmp(section->name, "mangle") ?
			 FM_TABLE_MANGLE :
			 !strcmp(section->name, "nat") ? FM_TABLE_NAT :
			 FM_TABLE_OTHER;
	return true;
}

/* Comments of iptables-save about rules that it can't show. */
static bool fm_rules_elsewhere(const char *comment)
{
	return strstr(comment, "tables present") ||
	       strstr(comment, "incompatible");
}

/*
 * Parses one line. A line that iptables-save can't have printed is a fault of
 * the text. Returns false if out of memory.
 */
static bool fm_rules_text(struct fm_rules *rules, unsigned int line, char *text)
{
	static const char commit[] = "COMMIT";
	bool inside = rules->sections > 0;

	text += strspn(text, fm_rule_blanks);
	if (!*text)
		return true;
	if (*text == '#') {
		if (fm_rules_elsewhere(text))
			rules->elsewhere = line;
		return true;
	}
	if (*text == '*')
		return fm_rules_section(rules, line, text + 1);
	if (!inside) {
		rules->fault = line;
		return true;
	}
	if (*text == ':' || !strncmp(text, commit, strlen(commit)))
		return true;
	if (rules->section[rules->sections - 1].table == FM_TABLE_OTHER) {
		rules->section[rules->sections - 1].others++;
		return true;
	}
	return fm_rules_command(rules, line, text);
}

/**
 * fm_rules_parse() - parse the text of iptables-save
 * @text: the text, with room for one more byte; it is cut into words, and the
 *	rules keep pointers into it
 * @size: its length
 * @rules: the rules; the caller frees them in any case
 *
 * Several texts may follow each other. A rule that is not understood says why.
 *
 * Return: false if out of memory.
 */
bool fm_rules_parse(char *text, size_t size, struct fm_rules *rules)
{
	char *end = text + size;
	unsigned int line = 0;
	char *next;
	char *at;

	memset(rules, 0, sizeof(*rules));
	*end = '\n';
	for (; text < end && !rules->fault; text = next) {
		line++;
		next = memchr(text, '\n', end - text + 1);
		for (at = text; at < next; at++) {
			if (!*at)
				*at = '?';
		}
		*next++ = '\0';
		if (!fm_rules_text(rules, line, text))
			return false;
	}
	if (!rules->sections && !rules->fault)
		rules->fault = line ?: 1;
	return true;
}

/**
 * fm_rules_free() - free all rules
 * @rules: the rules; empty afterwards
 */
void fm_rules_free(struct fm_rules *rules)
{
	free(rules->rule);
	free(rules->section);
	memset(rules, 0, sizeof(*rules));
}
