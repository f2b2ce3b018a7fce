// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser of ftpmark.conf, without a kernel: thousands of files with one
 * malformed line are refused, with that line and its word named.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest.h"

#include "model/config_text.h"
#include "tool_random.h"

enum {
	TEST_FILES = 1000,
	TEST_LINES_MAX = 40,
	TEST_TEXT_MAX = 1 << 14,
};

/**
 * struct test_line - a malformed line
 * @line: behind "add x"
 * @word: the word at fault
 * @why: how the reason begins
 */
struct test_line {
	const char *line;
	const char *word;
	const char *why;
};

static const struct test_line test_lines[] = {
	{ "vip", "vip", "value missing" },
	{ "vip 192.0.2.256", "192.0.2.256", "not an IPv4" },
	{ "vip 192.0.2.01", "192.0.2.01", "not an IPv4" },
	{ "vip 192.0.2", "192.0.2", "not an IPv4" },
	{ "vip 192.0.2.1/32", "192.0.2.1/32", "a prefix" },
	{ "vip 0.0.0.0", "0.0.0.0", "an unspecified" },
	{ "vip 127.1.2.3", "127.1.2.3", "a loopback" },
	{ "vip 224.0.0.1", "224.0.0.1", "a multicast" },
	{ "vip 255.255.255.255", "255.255.255.255", "the broadcast" },
	{ "vip ::", "::", "the unspecified" },
	{ "vip ::1", "::1", "the loopback" },
	{ "vip ff02::1", "ff02::1", "a multicast" },
	{ "vip ::ffff:1.2.3.4", "::ffff:1.2.3.4", "an IPv4 address" },
	{ "vip 2001:db8:::1", "2001:db8:::1", "not an IPv4" },
	{ "vip 2001:db8::12345", "2001:db8::12345", "not an IPv4" },
	{ "vip fe80::1", "fe80::1", "a link-local" },
	{ "vip fe80::1%eth0", "fe80::1%eth0", "not an IPv4" },
	{ "vip 1.2.3.4;5.6.7.8", "1.2.3.4;5.6.7.8", "not an IPv4" },
	{ "vip 1.2.3.4,localhost", "localhost", "not an IPv4" },
	{ "vip 1::,2::,3::,4::,5::,6::,7::,8::,9::,a::,b::,c::,d::,e::,1::,1::,1::",
	  "vip", "too many items" },
	{ "vip none", "x", "has no vip" },
	{ "mark 7", "x", "has no vip" },
	{ "real 10.0.0.1/24", "10.0.0.1/24", "has bits set" },
	{ "real 10.0.0.0/33", "10.0.0.0/33", "not an IPv4" },
	{ "real 10.0.0.0/", "10.0.0.0/", "not an IPv4" },
	{ "real 10.0.0.0/08", "10.0.0.0/08", "not an IPv4" },
	{ "real 10.0.0.0/24/24", "10.0.0.0/24/24", "not an IPv4" },
	{ "real 10.0.0.0/0", "10.0.0.0/0", "holds every" },
	{ "real fd00::1/64", "fd00::1/64", "has bits set" },
	{ "control 0", "0", "not a port" },
	{ "control 65536", "65536", "not a port" },
	{ "control 021", "021", "not a port" },
	{ "control 21-", "21-", "not a port" },
	{ "control -21", "-21", "not a port" },
	{ "control 22-21", "22-21", "ends before" },
	{ "control ftp", "ftp", "not a port" },
	{ "control none", "control-ports", "must not be empty" },
	{ "active-ports none", "active-ports", "must not be empty" },
	{ "passive 1:2", "1:2", "not a port" },
	{ "passive 99999999999", "99999999999", "not a port" },
	{ "mark 0", "0", "not a number" },
	{ "mark 0x", "0x", "not a number" },
	{ "mark 0x0x1", "0x0x1", "not a number" },
	{ "mark 4294967296", "4294967296", "not a number" },
	{ "mark 0x100000000", "0x100000000", "not a number" },
	{ "mark -1", "-1", "not a number" },
	{ "mark +1", "+1", "not a number" },
	{ "mark 1,2", "mark", "more than one word" },
	{ "mark ,", "mark", "must not be empty" },
	{ "active IPVS", "IPVS", "not one of" },
	{ "on-marked maybe", "maybe", "not one of" },
	{ "notrack 2", "2", "not one of" },
	{ "passive-from client", "client", "not one of" },
	{ "enabled yes", "yes", "not one of" },
	{ "vips 1.2.3.4", "vips", "no such setting" },
	{ "mark 1 mark 1", "mark", "given twice" },
	{ "real 10.0.0.1 real-servers 10.0.0.2", "real-servers", "given twice" },
	{ "mark 7#8", "7#8", "not a number" },
	{ "vip 1.2.3.4 \\", "\\", "no such setting" },
	{ "vip \"1.2.3.4\"", "\"1.2.3.4\"", "not an IPv4" },
	{ "vip 1.2.3.4 mark \1", "\\x01", "a control character" },
};

static size_t test_filler(char *text, unsigned int number)
{
	switch (test_random(4)) {
	case 0:
		return sprintf(text, "# add %u\n", number);
	case 1:
		return sprintf(text, " \t\n");
	default:
		return sprintf(text, "\tadd s%u  vip 10.0.0.%u # mark 0\n",
			       number, number + 1);
	}
}

/* Whether the parser finds the malformed line in this file. */
static bool test_file(const struct test_line *bad)
{
	static char text[TEST_TEXT_MAX];
	struct fm_config_fault fault = { 0, "", "" };
	unsigned int count = 1 + test_random(TEST_LINES_MAX);
	unsigned int at = test_random(count);
	struct fm_config config;
	size_t size = 0;
	unsigned int i;
	bool good;

	for (i = 0; i < count; i++) {
		if (i == at)
			size += sprintf(text + size, "add x %s%s\n", bad->line,
					test_random(2) ? " # so" : "");
		else
			size += test_filler(text + size, i);
	}
	/* The last line may lack its end. */
	size -= test_random(2);
	good = !fm_config_parse(text, size, &config, &fault) &&
	       fault.line == at + 1 && !strcmp(fault.word, bad->word) &&
	       !strncmp(fault.why, bad->why, strlen(bad->why));
	if (!good)
		ksft_print_msg("line %u, found %u: %s: %s\n", at + 1,
			       fault.line, fault.word, fault.why);
	fm_config_free(&config);
	return good;
}

static void test_bad_line(const struct test_line *bad)
{
	unsigned int failed = 0;
	unsigned int i;

	for (i = 0; i < TEST_FILES / 10 && !failed; i++)
		failed += !test_file(bad);
	ksft_test_result(!failed, "100 files with a line: %s\n",
			 bad->line[strcspn(bad->line, "\1#")] ? bad->word :
			 bad->line);
}

/* A file of fillers alone must not be refused. */
static void test_good_files(void)
{
	static char text[TEST_TEXT_MAX];
	struct fm_config_fault fault;
	struct fm_config config;
	unsigned int failed = 0;
	unsigned int i, j;
	size_t size;

	for (i = 0; i < TEST_FILES; i++) {
		size = 0;
		for (j = test_random(TEST_LINES_MAX); j; j--)
			size += test_filler(text + size, j);
		failed += !fm_config_parse(text, size, &config, &fault);
		fm_config_free(&config);
	}
	ksft_test_result(!failed, "%d files without one\n", TEST_FILES);
}

int main(void)
{
	size_t i;

	ksft_print_header();
	ksft_set_plan(ARRAY_SIZE(test_lines) + 1);
	for (i = 0; i < ARRAY_SIZE(test_lines); i++)
		test_bad_line(&test_lines[i]);
	test_good_files();
	ksft_finished();
}
