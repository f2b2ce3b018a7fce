// SPDX-License-Identifier: GPL-2.0-only
/*
 * The grammar of ftpmark, without a kernel: good lines give the expected
 * request, bad ones a complaint about the right word, and random ones never
 * anything in between.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest.h"

#include "model/words.h"
#include "tool_random.h"

#define NAME_31 "a234567890123456789012345678901"
#define NO_NAME "not a service name (1-31 of A-Z a-z 0-9 _ . -, first a letter or digit)"

enum {
	TEST_WORDS_MAX = 24,
	TEST_RANDOM_LINES = 200000,
};

/**
 * struct test_accepted - a line that has to be understood
 * @shape: what the verb takes
 * @words: the line
 * @want: the request, as test_format() prints it
 */
struct test_accepted {
	enum fm_shape shape;
	const char *words[TEST_WORDS_MAX];
	const char *want;
};

/**
 * struct test_refused - a line that has to be refused
 * @shape: what the verb takes
 * @words: the line
 * @word: the word to complain about
 * @why: and the reason to give
 */
struct test_refused {
	enum fm_shape shape;
	const char *words[TEST_WORDS_MAX];
	const char *word;
	const char *why;
};

static const struct test_accepted test_good[] = {
	{ FM_NO_WORDS, { NULL }, "-" },
	{ FM_MAY_NAME, { NULL }, "-" },
	{ FM_MAY_NAME, { "ftp" }, "ftp" },
	{ FM_NAME, { "ftp" }, "ftp" },
	{ FM_NAME, { "a" }, "a" },
	{ FM_NAME, { "0" }, "0" },
	{ FM_NAME, { "Z_.-9" }, "Z_.-9" },
	{ FM_NAME, { NAME_31 }, NAME_31 },
	/* Words of the grammar are valid names, too. */
	{ FM_NAME, { "vip" }, "vip" },
	{ FM_NAME_MAY_SET, { "ftp" }, "ftp" },
	{ FM_NAME_MAY_SET, { "ftp", "vip", "192.0.2.10" },
	  "ftp vip=192.0.2.10" },
	{ FM_NAME_SET, { "vip", "vip", "vip" }, "vip vip=vip" },
	{ FM_NAME_SET, { "f", "vip", "192.0.2.10", "real", "10.0.0.0/24" },
	  "f vip=192.0.2.10 real_servers=10.0.0.0/24" },
	{ FM_NAME_SET, { "f", "control", "21", "passive", "1-2" },
	  "f control_ports=21 passive_ports=1-2" },
	{ FM_NAME_SET, { "f", "control_ports", "21,2121" },
	  "f control_ports=21,2121" },
	{ FM_NAME_SET, { "f", "control-ports", "21 2121" },
	  "f control_ports=21 2121" },
	{ FM_NAME_SET, { "f", "active-ports", "20", "active", "off" },
	  "f active=off active_ports=20" },
	{ FM_NAME_SET, { "f", "on-marked", "keep", "mark", "0x15" },
	  "f mark=0x15 on_marked=keep" },
	{ FM_NAME_SET, { "f", "on_marked", "keep", "enabled", "1" },
	  "f enabled=1 on_marked=keep" },
	{ FM_NAME_SET, { "f", "real-servers", "none", "passive", "none" },
	  "f passive_ports= real_servers=" },
	/* Only the kernel judges values. */
	{ FM_NAME_SET, { "f", "mark", "none" }, "f mark=none" },
	{ FM_NAME_SET, { "f", "mark", "-1" }, "f mark=-1" },
	{ FM_NAME_SET, { "f", "vip", "real" }, "f vip=real" },
	{ FM_NAME_SET, { "f", "vip", "a\tb" }, "f vip=a\tb" },
};

static const struct test_refused test_bad[] = {
	{ FM_NO_WORDS, { "ftp" }, "ftp", "not expected" },
	{ FM_NO_WORDS, { "" }, "", "not expected" },
	{ FM_MAY_NAME, { "ftp", "mail" }, "mail", "not expected" },
	{ FM_NAME, { NULL }, "NAME", "missing" },
	{ FM_NAME, { "ftp", "vip", "::1" }, "vip", "not expected" },
	{ FM_NAME_MAY_SET, { NULL }, "NAME", "missing" },
	{ FM_NAME_SET, { NULL }, "NAME", "missing" },
	{ FM_NAME_SET, { "ftp" }, "WORD VALUE", "missing" },
	{ FM_NAME, { "" }, "", NO_NAME },
	{ FM_NAME, { "." }, ".", NO_NAME },
	{ FM_NAME, { ".." }, "..", NO_NAME },
	{ FM_NAME, { "-n" }, "-n", NO_NAME },
	{ FM_NAME, { "_ftp" }, "_ftp", NO_NAME },
	{ FM_NAME, { "a/b" }, "a/b", NO_NAME },
	{ FM_NAME, { "a b" }, "a b", NO_NAME },
	{ FM_NAME, { "ftp\n" }, "ftp\n", NO_NAME },
	{ FM_NAME, { "f\xc3\xbc" }, "f\xc3\xbc", NO_NAME },
	{ FM_NAME, { "\xff" }, "\xff", NO_NAME },
	{ FM_NAME, { NAME_31 "2" }, NAME_31 "2", NO_NAME },
	{ FM_MAY_NAME, { "a*" }, "a*", NO_NAME },
	{ FM_NAME_SET, { "/etc", "vip", "::1" }, "/etc", NO_NAME },
	{ FM_NAME_SET, { "f", "vipp", "::1" }, "vipp",
	  "no such setting" },
	{ FM_NAME_SET, { "f", "vi", "::1" }, "vi", "no such setting" },
	{ FM_NAME_SET, { "f", "VIP", "::1" }, "VIP", "no such setting" },
	{ FM_NAME_SET, { "f", "vip ", "::1" }, "vip ",
	  "no such setting" },
	{ FM_NAME_SET, { "f", "", "::1" }, "", "no such setting" },
	{ FM_NAME_SET, { "f", "-vip", "::1" }, "-vip",
	  "no such setting" },
	{ FM_NAME_SET, { "f", "stats/bytes", "0" }, "stats/bytes",
	  "no such setting" },
	{ FM_NAME_SET, { "f", "control ports", "21" }, "control ports",
	  "no such setting" },
	{ FM_NAME_SET, { "f", "mark", "1", "bogus" }, "bogus",
	  "no such setting" },
	{ FM_NAME_SET, { "f", "vip", "a", "b", "mark", "1" }, "b",
	  "no such setting" },
	{ FM_NAME_SET, { "f", "vip" }, "vip", "value missing" },
	{ FM_NAME_SET, { "f", "mark", "1", "real" }, "real",
	  "value missing" },
	{ FM_NAME_SET, { "f", "mark", "1", "mark", "1" }, "mark",
	  "given twice" },
	{ FM_NAME_SET, { "f", "real_servers", "a", "real", "b" },
	  "real", "given twice" },
	{ FM_NAME_SET, { "f", "on_marked", "keep", "on-marked", "keep" },
	  "on-marked", "given twice" },
	{ FM_NAME_SET, { "f", "mark", "1", "mark" }, "mark",
	  "given twice" },
	{ FM_NAME_SET, { "f", "mark", "" }, "mark", "value empty" },
	{ FM_NAME_SET, { "f", "mark", " \t " }, "mark", "value empty" },
	{ FM_NAME_SET, { "f", "real", "" }, "real",
	  "value empty (an empty list is: none)" },
	{ FM_NAME_SET, { "f", "mark", "1\n" }, "mark",
	  "value holds a newline" },
	{ FM_NAME_SET, { "f", "vip", "192.0.2.1\n192.0.2.2" }, "vip",
	  "value holds a newline" },
	{ FM_NAME_MAY_SET, { "f", "enabled", "\n" }, "enabled",
	  "value holds a newline" },
};

static int test_count(const char *const *words)
{
	int count = 0;

	while (count < TEST_WORDS_MAX && words[count])
		count++;
	return count;
}

static bool test_parse(enum fm_shape shape, const char *const *words,
		       struct fm_request *request,
		       struct fm_complaint *complaint)
{
	char *argv[TEST_WORDS_MAX + 1] = { NULL };
	int count = test_count(words);
	int i;

	for (i = 0; i < count; i++)
		argv[i] = (char *)words[i];
	return fm_parse(shape, count, argv, request, complaint);
}

static void test_format(const struct fm_request *request, char *text,
			size_t size)
{
	size_t used;
	size_t i;

	used = snprintf(text, size, "%s", request->name ? request->name : "-");
	for (i = 0; i < fm_settings_count && used < size; i++) {
		if (request->value[i])
			used += snprintf(text + used, size - used, " %s=%s",
					 fm_settings[i].file,
					 request->value[i]);
	}
}

/* Each check is one line of TAP, so no control characters. */
static void test_join(const char *const *words, char *text, size_t size)
{
	size_t used = 0;
	char *c;
	int i;

	text[0] = '\0';
	for (i = 0; i < test_count(words) && used < size; i++)
		used += snprintf(text + used, size - used, "%s'%s'",
				 i ? " " : "", words[i]);
	for (c = text; *c; c++) {
		if (*c < ' ' || *c > '~' || *c == '#')
			*c = '?';
	}
}

static void test_good_lines(void)
{
	struct fm_complaint complaint = { "", "" };
	struct fm_request request;
	char text[512], line[512];
	bool good;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(test_good); i++) {
		good = test_parse(test_good[i].shape, test_good[i].words,
				  &request, &complaint);
		test_format(&request, text, sizeof(text));
		if (!good)
			ksft_print_msg("refused: %s: %s\n", complaint.word,
				       complaint.why);
		test_join(test_good[i].words, line, sizeof(line));
		ksft_test_result(good && !strcmp(text, test_good[i].want),
				 "good, shape %d: %s\n", test_good[i].shape,
				 line);
	}
}

static void test_bad_lines(void)
{
	struct fm_complaint complaint;
	struct fm_request request;
	char line[512];
	bool same;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(test_bad); i++) {
		complaint.word = "";
		complaint.why = "";
		same = !test_parse(test_bad[i].shape, test_bad[i].words,
				   &request, &complaint) &&
		       !strcmp(complaint.word, test_bad[i].word) &&
		       !strcmp(complaint.why, test_bad[i].why);
		if (!same)
			ksft_print_msg("complaint: '%s': '%s'\n",
				       complaint.word, complaint.why);
		test_join(test_bad[i].words, line, sizeof(line));
		ksft_test_result(same, "bad, shape %d: %s\n",
				 test_bad[i].shape, line);
	}
}

static void test_value_length(void)
{
	const char *words[TEST_WORDS_MAX] = { "f", "vip", NULL };
	struct fm_complaint complaint = { "", "" };
	static char value[FM_VALUE_MAX + 2];
	struct fm_request request;

	memset(value, '1', FM_VALUE_MAX);
	words[2] = value;
	ksft_test_result(test_parse(FM_NAME_SET, words, &request,
				    &complaint) &&
			 request.value[FM_VIP] == value,
			 "the longest value is taken\n");

	value[FM_VALUE_MAX] = '1';
	ksft_test_result(!test_parse(FM_NAME_SET, words, &request,
				     &complaint) &&
			 !strcmp(complaint.word, "vip") &&
			 !strncmp(complaint.why, "value too long", 14),
			 "one byte more is refused\n");
}

static void test_every_setting(void)
{
	struct fm_complaint complaint = { "", "" };
	char *argv[1 + 2 * FM_SETTINGS_MAX];
	struct fm_request request;
	bool all = true;
	int argc = 0;
	size_t i;

	argv[argc++] = "f";
	for (i = 0; i < fm_settings_count; i++) {
		all &= fm_setting_find(fm_settings[i].file) ==
		       &fm_settings[i];
		all &= fm_setting_find(fm_settings[i].word) ==
		       &fm_settings[i];
		argv[argc++] = (char *)fm_settings[i].word;
		argv[argc++] = "x";
	}
	ksft_test_result(all, "every setting is found by file and word\n");
	all = fm_parse(FM_NAME_SET, argc, argv, &request, &complaint);
	for (i = 0; i < fm_settings_count; i++)
		all &= request.value[i] && !strcmp(request.value[i], "x");
	ksft_test_result(all, "every setting fits in one request\n");
}

static const char *test_random_word(char *buffer, size_t size)
{
	static const char *const words[] = {
		"ftp", "vip", "real", "real_servers", "mark", "none", "",
		"passive", "enabled", "0", "1", "active", "on-marked", "\n",
		"control", "10.0.0.0/24", "::1", "-", ".", NAME_31 "x",
	};
	size_t len;
	size_t i;

	if (test_random(8))
		return words[test_random(ARRAY_SIZE(words))];
	len = test_random(size);
	for (i = 0; i < len; i++)
		buffer[i] = 1 + test_random(255);
	buffer[len] = '\0';
	return buffer;
}

static bool test_request_sound(const struct fm_request *request)
{
	const char *value;
	size_t i;

	if (request->name && !fm_name_valid(request->name))
		return false;
	for (i = 0; i < FM_SETTINGS_MAX; i++) {
		value = request->value[i];
		if (value && (i >= fm_settings_count || strchr(value, '\n') ||
			      (!value[0] && !fm_settings[i].list)))
			return false;
	}
	return true;
}

static bool test_random_line(void)
{
	static char buffers[TEST_WORDS_MAX][64];
	struct fm_complaint complaint = { NULL, NULL };
	const char *words[TEST_WORDS_MAX] = { NULL };
	struct fm_request request;
	unsigned int count;
	unsigned int i;

	count = test_random(TEST_WORDS_MAX);
	for (i = 0; i < count; i++)
		words[i] = test_random_word(buffers[i], sizeof(buffers[i]));
	if (!test_parse(test_random(FM_NAME_SET + 1), words, &request,
			&complaint))
		return complaint.word && complaint.why;
	return test_request_sound(&request);
}

static void test_random_lines(void)
{
	int failed = 0;
	int i;

	for (i = 0; i < TEST_RANDOM_LINES; i++)
		failed += !test_random_line();
	ksft_test_result(!failed, "%d random lines\n", TEST_RANDOM_LINES);
}

int main(void)
{
	ksft_print_header();
	ksft_set_plan(ARRAY_SIZE(test_good) + ARRAY_SIZE(test_bad) + 2 + 2 +
		      1);

	test_good_lines();
	test_bad_lines();
	test_value_length();
	test_every_setting();
	test_random_lines();

	ksft_finished();
}
