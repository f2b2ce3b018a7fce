/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_PARSE_H
#define FTPMARK_PARSE_H

#include "settings.h"

/**
 * struct ftpmark_refusal - why a value was refused, for the log
 * @text: one line without a newline; empty when the errno says enough
 */
struct ftpmark_refusal {
	char text[160];
};

/**
 * struct ftpmark_word - one item of a value, inside the caller's text
 * @text: not terminated
 * @len: number of characters, not 0
 */
struct ftpmark_word {
	const char *text;
	size_t len;
};

__printf(3, 4)
int ftpmark_refuse(struct ftpmark_refusal *refusal, int err,
		   const char *fmt, ...);
int ftpmark_refuse_word(struct ftpmark_refusal *refusal,
			const struct ftpmark_word *word, const char *why);

bool ftpmark_word_next(const char **cursor, struct ftpmark_word *word);
unsigned int ftpmark_words_count(const char *text);
int ftpmark_number(const char *text, size_t len, unsigned int base,
		   u32 *number);

int ftpmark_parse_name(const char *text, char *name, size_t size,
		       struct ftpmark_refusal *refusal);
int ftpmark_parse_choice(const char *text, const char *const *words,
			 unsigned int count, struct ftpmark_refusal *refusal);
int ftpmark_parse_mark(const char *text, u32 *mark,
		       struct ftpmark_refusal *refusal);
const struct ftpmark_ports *
ftpmark_parse_ports(const char *text, struct ftpmark_refusal *refusal);
const struct ftpmark_prefixes *
ftpmark_parse_hosts(const char *text, struct ftpmark_refusal *refusal);
const struct ftpmark_prefixes *
ftpmark_parse_prefixes(const char *text, struct ftpmark_refusal *refusal);

ssize_t ftpmark_print_ports(const struct ftpmark_ports *ports, char *page);
ssize_t ftpmark_print_prefixes(const struct ftpmark_prefixes *list, char *page);

#endif
