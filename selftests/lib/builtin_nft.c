// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A builtin for the shell of the tests, which runs the commands of nft itself.
 * Bash is GPL-3.0-or-later, so this file cannot be GPL-2.0-only.
 *
 *	nft_run [-cn] [-v VARIABLE] {-f FILE | COMMAND...}
 *
 * The options are those of nft. With -v, what nft would print, errors included,
 * is left in VARIABLE.
 */

#include <config.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <builtins.h>
#include <shell.h>
#include <bashgetopt.h>
#include <common.h>

/* NFT_CTX_OUTPUT_NUMERIC_ALL of libnftables.h. */
#define NFT_NUMERIC_ALL		0x780

/* The functions of libnftables that are used, found when first needed. */
static struct {
	void *(*new)(uint32_t flags);
	void (*free)(void *ctx);
	int (*buffer_output)(void *ctx);
	int (*buffer_error)(void *ctx);
	const char *(*output)(void *ctx);
	const char *(*error)(void *ctx);
	void (*set_flags)(void *ctx, unsigned int flags);
	void (*set_dry_run)(void *ctx, bool dry);
	int (*run)(void *ctx, const char *text);
	int (*run_file)(void *ctx, const char *path);
} nft;

static const struct {
	void *function;
	const char *name;
} nft_symbols[] = {
	{ &nft.new, "nft_ctx_new" },
	{ &nft.free, "nft_ctx_free" },
	{ &nft.buffer_output, "nft_ctx_buffer_output" },
	{ &nft.buffer_error, "nft_ctx_buffer_error" },
	{ &nft.output, "nft_ctx_get_output_buffer" },
	{ &nft.error, "nft_ctx_get_error_buffer" },
	{ &nft.set_flags, "nft_ctx_output_set_flags" },
	{ &nft.set_dry_run, "nft_ctx_set_dry_run" },
	{ &nft.run, "nft_run_cmd_from_buffer" },
	{ &nft.run_file, "nft_run_cmd_from_filename" },
};

static int nft_load(void)
{
	void *library, *function;
	size_t i;

	if (nft.run_file)
		return 0;
	library = dlopen("libnftables.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		builtin_error("%s", dlerror());
		return -1;
	}
	for (i = 0; i < sizeof(nft_symbols) / sizeof(*nft_symbols); i++) {
		function = dlsym(library, nft_symbols[i].name);
		if (!function) {
			builtin_error("%s", dlerror());
			return -1;
		}
		memcpy(nft_symbols[i].function, &function, sizeof(function));
	}
	return 0;
}

/* All the words, with a blank between two. */
static char *words_join(WORD_LIST *list)
{
	size_t size = 1;
	WORD_LIST *each;
	char *text;

	for (each = list; each; each = each->next)
		size += strlen(each->word->word) + 1;
	text = malloc(size);
	if (!text)
		return NULL;
	*text = '\0';
	for (each = list; each; each = each->next) {
		strcat(text, each->word->word);
		if (each->next)
			strcat(text, " ");
	}
	return text;
}

static void write_all(int fd, const char *text)
{
	size_t left = strlen(text);
	ssize_t done;

	while (left > 0) {
		done = write(fd, text, left);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		text += done;
		left -= done;
	}
}

/* What was printed, either to a variable or to where nft prints it. */
static void nft_print(void *ctx, char *variable)
{
	const char *output = nft.output(ctx), *error = nft.error(ctx);
	char *text;

	if (!variable) {
		fflush(stdout);
		write_all(STDOUT_FILENO, output);
		write_all(STDERR_FILENO, error);
		return;
	}
	if (asprintf(&text, "%s%s", output, error) < 0)
		return;
	bind_variable(variable, text, 0);
	free(text);
}

/*
 * A context has a socket, which would keep the network namespace alive, so
 * each command has a context of its own.
 */
static int nft_run(const char *file, const char *text, char *variable,
		   int numeric, int dry_run)
{
	int failed;
	void *ctx;

	ctx = nft.new(0);
	if (!ctx || nft.buffer_output(ctx) || nft.buffer_error(ctx)) {
		builtin_error("no context of nftables");
		return EXECUTION_FAILURE;
	}
	if (numeric)
		nft.set_flags(ctx, NFT_NUMERIC_ALL);
	if (dry_run)
		nft.set_dry_run(ctx, true);
	failed = file ? nft.run_file(ctx, file) : nft.run(ctx, text);
	nft_print(ctx, variable);
	nft.free(ctx);
	return failed ? EXECUTION_FAILURE : EXECUTION_SUCCESS;
}

static int nft_run_builtin(WORD_LIST *list)
{
	char *file = NULL, *variable = NULL, *text = NULL;
	int option, numeric = 0, dry_run = 0, status;

	reset_internal_getopt();
	while ((option = internal_getopt(list, "cf:nv:")) != -1) {
		switch (option) {
		case 'c':
			dry_run = 1;
			break;
		case 'f':
			file = list_optarg;
			break;
		case 'n':
			numeric = 1;
			break;
		case 'v':
			variable = list_optarg;
			break;
		default:
			builtin_usage();
			return EX_USAGE;
		}
	}
	list = loptend;
	if (!file == !list) {
		builtin_usage();
		return EX_USAGE;
	}
	if (nft_load())
		return EXECUTION_FAILURE;
	if (list) {
		text = words_join(list);
		if (!text)
			return EXECUTION_FAILURE;
	}
	status = nft_run(file, text, variable, numeric, dry_run);
	free(text);
	return status;
}

static char *const nft_run_doc[] = {
	"Run commands of nft.",
	NULL
};

struct builtin nft_run_struct = {
	.name = "nft_run",
	.function = nft_run_builtin,
	.flags = BUILTIN_ENABLED,
	.long_doc = nft_run_doc,
	.short_doc = "nft_run [-cn] [-v VARIABLE] {-f FILE | COMMAND...}",
};
