// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark list, show, stats, save */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/param.h>
#include <time.h>
#include <unistd.h>

#include "../../module/version.h"
#include "verbs/call.h"
#include "verbs/print.h"

/*
 * Reads the services, all before any is printed, and prints them as JSON or by
 * @print; the counters, too, if @counters and one is named or JSON is wanted.
 */
static enum fm_status fm_show(const struct fm_call *call, enum fm_shape shape,
			      bool counters,
			      void (*print)(const struct fm_sample *sample))
{
	bool json = call->options & FM_OPT_JSON;
	unsigned int parts = FM_PART_SETTINGS;
	struct fm_request request;
	struct fm_sample sample;
	enum fm_status status;
	int err;

	status = fm_begin(call, shape, &request);
	if (status != FM_DONE)
		return status;
	if (counters && (request.name || json))
		parts |= FM_PART_COUNTERS;
	err = fm_sample_take(request.name, parts & FM_PART_COUNTERS, &sample);
	if (!err && json)
		err = fm_print_json(&sample, NULL, parts);
	else if (!err)
		print(&sample);
	fm_sample_free(&sample);
	return err ? FM_REFUSED : FM_DONE;
}

static void fm_show_text(const struct fm_sample *sample)
{
	fm_print_text(stdout, sample, NULL, FM_PART_SETTINGS |
		      (sample->counts ? FM_PART_COUNTERS : 0));
}

/**
 * fm_cmd_show() - print a service and its counters, or all services
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_show(const struct fm_call *call)
{
	return fm_show(call, FM_MAY_NAME, true, fm_show_text);
}

/**
 * fm_cmd_list() - print each service as one line
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_list(const struct fm_call *call)
{
	return fm_show(call, FM_NO_WORDS, false, fm_print_list);
}

/* Prints as much of a text as a screen has room for, and how much it lacks. */
static void fm_screen_fit(const char *text, size_t rows, int columns)
{
	size_t lines = 0, i;
	const char *line;
	int length;

	for (line = text; *line; line++)
		lines += *line == '\n';
	/* The cursor takes the last row. */
	rows = lines < rows ? lines : rows - 2;
	for (line = text, i = 0; i < rows; i++, line += length + 1) {
		length = strcspn(line, "\n");
		printf("%.*s\n", MIN(length, columns), line);
	}
	if (rows < lines)
		printf("%.*s\n", columns,
		       "... more: name a service, or enlarge the terminal");
}

/* Replaces what a terminal shows. */
static int fm_screen_print(const struct fm_sample *sample,
			   const struct fm_sample *before, unsigned int parts)
{
	struct winsize window = { .ws_row = 0 };
	char *text = NULL;
	size_t size;
	FILE *out;

	out = open_memstream(&text, &size);
	if (out) {
		fm_print_text(out, sample, before, parts);
		if (fclose(out))
			out = NULL;
	}
	if (!out) {
		free(text);
		fm_error("counters: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	ioctl(STDOUT_FILENO, TIOCGWINSZ, &window);
	fputs("\033[H\033[J", stdout);
	if (window.ws_row > 2 && window.ws_col)
		fm_screen_fit(text, window.ws_row, window.ws_col);
	else
		fputs(text, stdout);
	free(text);
	return 0;
}

static int fm_stats_print(unsigned int options, const struct fm_sample *sample,
			  const struct fm_sample *before)
{
	unsigned int parts = FM_PART_COUNTERS;

	if (options & FM_OPT_WATCH)
		parts |= FM_PART_RATES;
	if (options & FM_OPT_EXPLAIN)
		parts |= FM_PART_EXPLAIN;
	if (options & FM_OPT_JSON)
		return fm_print_json(sample, before, parts);
	if (options & FM_OPT_PROMETHEUS) {
		fm_print_prometheus(sample);
		return 0;
	}
	if (options & FM_OPT_WATCH && isatty(STDOUT_FILENO))
		return fm_screen_print(sample, before, parts);
	if (before)
		putchar('\n');
	fm_print_text(stdout, sample, before, parts);
	return 0;
}

static void fm_stats_wait(double seconds)
{
	struct timespec pause = {
		.tv_sec = seconds,
		.tv_nsec = (seconds - floor(seconds)) * 1e9,
	};

	nanosleep(&pause, NULL);
}

/* Takes samples until a signal comes or nobody reads the output. */
static int fm_stats(const struct fm_call *call, const char *name)
{
	struct fm_sample sample, before = { .counts = NULL };
	int err;

	do {
		err = fm_sample_take(name, true, &sample);
		if (!err)
			err = fm_stats_print(call->options, &sample,
					     before.counts ? &before : NULL);
		fm_sample_free(&before);
		before = sample;
		if (err || !(call->options & FM_OPT_WATCH) || fflush(stdout))
			break;
		fm_stats_wait(call->watch);
	} while (true);
	fm_sample_free(&before);
	return err;
}

/**
 * fm_cmd_stats() - print counters
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_stats(const struct fm_call *call)
{
	unsigned int options = call->options;
	struct fm_request request;
	enum fm_status status;

	if (options & FM_OPT_PROMETHEUS && options & ~FM_OPT_PROMETHEUS)
		return fm_word_error(call, "--prometheus",
				     "not with another form");
	if (options & FM_OPT_JSON && options & FM_OPT_EXPLAIN)
		return fm_word_error(call, "--explain",
				     "not with another form");
	status = fm_begin(call, FM_MAY_NAME, &request);
	if (status == FM_NO_MODULE && options & FM_OPT_PROMETHEUS)
		fm_print_prometheus(NULL);
	if (status != FM_DONE)
		return status;
	return fm_stats(call, request.name) ? FM_REFUSED : FM_DONE;
}

static void fm_show_lines(const struct fm_sample *sample)
{
	size_t i;

	puts("# Saved by ftpmark " FTPMARK_VERSION "; read by: ftpmark restore");
	for (i = 0; i < sample->config.count; i++)
		fm_print_add(&sample->config.profile[i]);
}

/**
 * fm_cmd_save() - print all services as "ftpmark restore" reads them
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_save(const struct fm_call *call)
{
	return fm_show(call, FM_NO_WORDS, false, fm_show_lines);
}
