// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions of the module. One process of a namespace can have one open; the
 * module discards it if that process has died.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/macros.h"
#include "module/kernel_log.h"
#include "module/service.h"
#include "module/sysfs.h"
#include "module/transaction.h"

#define FM_TRANSACTION "transaction"

enum { FM_POLL_MS = 20, FM_HOLDER_MAX = 64 };

static const int fm_signals[] = { SIGHUP, SIGINT, SIGPIPE, SIGQUIT, SIGTERM };
static int fm_transaction_fd = -1;

static int fm_transaction_write(const char *word)
{
	return write(fm_transaction_fd, word, strlen(word)) < 0 ? -errno : 0;
}

/* The handler of signals while a transaction is open; then the signal kills. */
static void fm_transaction_signal(int signal)
{
	fm_transaction_write("discard\n");
	raise(signal);
}

static void fm_signals_block(sigset_t *old)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(fm_signals); i++)
		sigaddset(&set, fm_signals[i]);
	sigprocmask(SIG_BLOCK, &set, old);
}

/* What is ignored stays so. */
static void fm_signals_handle(void)
{
	const struct sigaction action = {
		.sa_handler = fm_transaction_signal,
		.sa_flags = SA_RESETHAND,
	};
	struct sigaction old;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fm_signals); i++) {
		sigaction(fm_signals[i], NULL, &old);
		if (old.sa_handler != SIG_IGN)
			sigaction(fm_signals[i], &action, NULL);
	}
}

/* Says who holds the transaction; nothing if it has just been closed. */
static bool fm_transaction_holder(char text[FM_HOLDER_MAX])
{
	static const char begin[] = "open by ";
	char *state;

	text[0] = '\0';
	if (!fm_sysfs_read(FM_TRANSACTION, &state)) {
		if (!strncmp(state, begin, strlen(begin)))
			snprintf(text, FM_HOLDER_MAX, "%s",
				 state + strlen(begin));
		free(state);
	}
	return text[0];
}

/* A signal comes before it is open, or finds its handler. */
static int fm_transaction_try(void)
{
	sigset_t old;
	int err;

	fm_signals_block(&old);
	err = fm_transaction_write("open\n");
	if (!err)
		fm_signals_handle();
	sigprocmask(SIG_SETMASK, &old, NULL);
	return err;
}

/* Polls, since a holder that dies wakes nobody. */
static int fm_transaction_wait(double wait)
{
	const struct timespec pause = { .tv_nsec = FM_POLL_MS * 1000000L };
	char holder[FM_HOLDER_MAX];
	double begin = fm_now(), waited;
	bool told = false;
	int err;

	for (;;) {
		err = fm_transaction_try();
		waited = fm_now() - begin;
		if (err != -EBUSY)
			break;
		if (!told && wait > 1 && waited >= 1) {
			told = fm_transaction_holder(holder);
			if (told)
				fm_error("waiting for %s, which is changing services",
					 holder);
		}
		if (waited >= wait)
			break;
		nanosleep(&pause, NULL);
	}
	if (err == -EBUSY)
		fm_error("services: still being changed by %s after %g s",
			 fm_transaction_holder(holder) ? holder : "another process",
			 wait);
	else if (err)
		fm_error("%s: %s", FM_TRANSACTION, fm_service_reason(err));
	return err;
}

/* Tells who has to be updated. */
static void fm_transaction_missing(void)
{
	char *version;
	bool known = !fm_sysfs_module_version(&version);

	fm_error("module%s%s has no transactions, which changes need: update and reload the module",
		 known ? " " : "", known ? version : "");
	if (known)
		free(version);
}

/**
 * fm_transaction_open() - begin a transaction
 * @wait: how many seconds to wait for another process that has one
 *
 * Until it ends, a signal that kills the process discards it.
 *
 * Return: 0 or -errno, explained.
 */
int fm_transaction_open(double wait)
{
	int fd = fm_sysfs_open_file(FM_TRANSACTION, O_WRONLY);

	if (fd == -ENOENT)
		fm_transaction_missing();
	else if (fd < 0)
		fm_error("%s: %s", FM_TRANSACTION, fm_service_reason(fd));
	if (fd < 0)
		return fd;
	fm_transaction_fd = fd;
	return fm_transaction_wait(wait);
}

/**
 * fm_transaction_discard() - end a transaction; nothing has changed
 */
void fm_transaction_discard(void)
{
	fm_signals_block(NULL);
	fm_transaction_write("discard\n");
}

static const char *fm_transaction_reason(int err)
{
	switch (err) {
	case -EEXIST:
		return "another enabled service has the same address and port";
	case -EINVAL:
		return "the service has no vip";
	default:
		return fm_service_reason(err);
	}
}

/**
 * fm_transaction_commit() - end a transaction; all of it takes effect, or nothing
 * @subject: what an error message names first
 *
 * Signals stay blocked from here on: a process that a signal killed has changed
 * nothing.
 *
 * Return: 0 or -errno, explained.
 */
int fm_transaction_commit(const char *subject)
{
	int err;

	fm_signals_block(NULL);
	err = fm_transaction_write("commit\n");
	if (err) {
		fm_error("%s: %s", subject, fm_transaction_reason(err));
		fm_reason_print("transaction: ");
	}
	return err;
}
