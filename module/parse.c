// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading values from text: items of a list, numbers, words. This file knows
 * nothing of services, namespaces or locks.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "parse.h"

/* Between the items of a list. */
static const char ftpmark_separators[] = " \t\n,";

/* Around a value that is no list. */
static const char ftpmark_blanks[] = " \t\n";

/**
 * ftpmark_refuse - note why a value is refused
 * @refusal: where the reason goes
 * @err: negative errno
 * @fmt: the reason, without a newline
 *
 * Return: @err, so that a caller can return the call.
 */
int ftpmark_refuse(struct ftpmark_refusal *refusal, int err,
		   const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vscnprintf(refusal->text, sizeof(refusal->text), fmt, args);
	va_end(args);
	return err;
}

/**
 * ftpmark_refuse_word - note which word of a value is refused, and why
 * @refusal: where the reason goes
 * @word: the word; a long one is cut
 * @why: what follows the word in the log
 *
 * Return: -EINVAL.
 */
int ftpmark_refuse_word(struct ftpmark_refusal *refusal,
			const struct ftpmark_word *word, const char *why)
{
	return ftpmark_refuse(refusal, -EINVAL, "\"%*pE\" %s",
			      (int)min_t(size_t, word->len, 48), word->text,
			      why);
}

static bool ftpmark_word_between(const char **cursor, const char *separators,
				 struct ftpmark_word *word)
{
	word->text = *cursor + strspn(*cursor, separators);
	word->len = strcspn(word->text, separators);
	*cursor = word->text + word->len;
	return word->len;
}

/**
 * ftpmark_word_next - take the next item of a list
 * @cursor: where to look; moved behind the item
 * @word: the item
 *
 * Return: false when there is none left.
 */
bool ftpmark_word_next(const char **cursor, struct ftpmark_word *word)
{
	return ftpmark_word_between(cursor, ftpmark_separators, word);
}

/**
 * ftpmark_words_count - count the items of a list
 * @text: the value
 *
 * Return: their number.
 */
unsigned int ftpmark_words_count(const char *text)
{
	struct ftpmark_word word;
	unsigned int count = 0;

	while (ftpmark_word_next(&text, &word))
		count++;
	return count;
}

static int ftpmark_word_only(const char *text, struct ftpmark_word *word,
			     struct ftpmark_refusal *refusal)
{
	struct ftpmark_word more;

	if (!ftpmark_word_between(&text, ftpmark_blanks, word))
		return ftpmark_refuse(refusal, -EINVAL, "empty value");
	if (ftpmark_word_between(&text, ftpmark_blanks, &more))
		return ftpmark_refuse_word(refusal, &more,
					   "is one word too many");
	return 0;
}

/**
 * ftpmark_number - read an unsigned number
 * @text: digits, not terminated
 * @len: number of characters
 * @base: 10 or 16
 * @number: the number
 *
 * Accepts digits only, and no leading zero in a decimal number: kstrtou32()
 * would accept a sign or a second 0x, and with base 0 read 021 as 17.
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int ftpmark_number(const char *text, size_t len, unsigned int base, u32 *number)
{
	char digits[sizeof("4294967295")];
	size_t i;

	if (!len || len >= sizeof(digits) ||
	    (base == 10 && len > 1 && *text == '0'))
		return -EINVAL;

	for (i = 0; i < len; i++) {
		if (!isxdigit(text[i]))
			return -EINVAL;
		digits[i] = text[i];
	}
	digits[len] = '\0';
	return kstrtou32(digits, base, number);
}

/**
 * ftpmark_parse_name - read the name of a service
 * @text: the value
 * @name: where the name goes, terminated
 * @size: room for it
 * @refusal: the reason, when refused
 *
 * Return: 0 or -EINVAL.
 */
int ftpmark_parse_name(const char *text, char *name, size_t size,
		       struct ftpmark_refusal *refusal)
{
	struct ftpmark_word word;
	size_t i;
	int err;

	err = ftpmark_word_only(text, &word, refusal);
	if (err)
		return err;

	for (i = 0; i < word.len && i < size; i++) {
		char c = word.text[i];

		if (!isascii(c) || !(isalnum(c) || (i && strchr("_.-", c))))
			break;
	}
	if (i < word.len || i == size)
		return ftpmark_refuse_word(refusal, &word,
					   "is not a name (1 to 31 of A-Z a-z 0-9 _ . - beginning with a letter or digit)");

	memcpy(name, word.text, word.len);
	name[word.len] = '\0';
	return 0;
}

/**
 * ftpmark_parse_choice - read one of several words
 * @text: the value
 * @words: the words known, by index
 * @count: their number
 * @refusal: the reason, when refused
 *
 * Return: the index of the word, or -EINVAL.
 */
int ftpmark_parse_choice(const char *text, const char *const *words,
			 unsigned int count, struct ftpmark_refusal *refusal)
{
	struct ftpmark_word word;
	unsigned int i;
	int err;

	err = ftpmark_word_only(text, &word, refusal);
	if (err)
		return err;

	for (i = 0; i < count; i++) {
		if (strlen(words[i]) == word.len &&
		    !memcmp(words[i], word.text, word.len))
			return i;
	}
	return ftpmark_refuse_word(refusal, &word,
				   "is not one of the values known");
}

/**
 * ftpmark_parse_mark - read a firewall mark
 * @text: decimal, or hexadecimal behind 0x
 * @mark: the mark, 1 to 0xffffffff
 * @refusal: the reason, when refused
 *
 * Return: 0 or -EINVAL.
 */
int ftpmark_parse_mark(const char *text, u32 *mark,
		       struct ftpmark_refusal *refusal)
{
	struct ftpmark_word word;
	unsigned int base = 10;
	unsigned int skip = 0;
	u32 number;
	int err;

	err = ftpmark_word_only(text, &word, refusal);
	if (err)
		return err;

	if (word.len > 2 && word.text[0] == '0' &&
	    (word.text[1] == 'x' || word.text[1] == 'X')) {
		base = 16;
		skip = 2;
		while (skip < word.len - 1 && word.text[skip] == '0')
			skip++;
	}
	if (ftpmark_number(word.text + skip, word.len - skip, base, &number) ||
	    !number)
		return ftpmark_refuse_word(refusal, &word,
					   "is not a mark (1 to 0xffffffff, decimal without leading zeros or behind 0x)");
	*mark = number;
	return 0;
}
