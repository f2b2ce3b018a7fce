// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark trace: watches connections and says where they end. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "trace/print.h"
#include "verbs/call.h"

/* Seconds; the kernel holds packets back for less. */
#define FM_TRACE_REST 0.2

/* What nobody reads any longer is as good as Ctrl-C. */
static int fm_trace_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Reads packets, or waits for them; -EAGAIN if none came in this time. */
static int fm_trace_read(struct fm_log *log, int signals, double seconds,
			 struct fm_connections *all)
{
	struct pollfd fd[] = {
		{ .fd = fm_log_fd(log), .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	int err = poll(fd, 2, seconds * 1000 + 1);

	/* A stop and a continuation interrupt it. */
	if (err < 0)
		return errno == EINTR ? 0 : -errno;
	if (!err || fd[1].revents)
		return -EAGAIN;
	err = fm_log_read(log, fm_connections_see, all);
	if (err == -ENOBUFS)
		all->unseen = true;
	return err == -ENOBUFS || err == -EAGAIN || err == -EINTR ? 0 : err;
}

/* Watches until a signal comes, the time is up, or a session is whole. */
static int fm_trace_watch(const struct fm_call *call, struct fm_log *log,
			  int signals, struct fm_connections *all)
{
	double end = fm_now() + call->seconds, left;
	int err = 0;

	while (!err && !fm_session_whole(all)) {
		left = end - fm_now();
		err = left > 0 ? fm_trace_read(log, signals, left, all) :
				 -EAGAIN;
	}
	/* The kernel holds packets back for a moment. */
	while (!err || err == -EAGAIN) {
		err = fm_trace_read(log, -1, FM_TRACE_REST, all);
		if (err == -EAGAIN)
			return 0;
	}
	return err;
}

static int fm_trace_run(const struct fm_call *call, struct fm_scope *scope,
			struct fm_connections *all)
{
	int signals = fm_trace_signals();
	struct fm_table_handle *table = NULL;
	struct fm_log *log;
	int err;

	log = fm_log_open(&err);
	if (!err)
		table = fm_watch_begin(scope, fm_log_group(log), &err);
	if (!err) {
		fprintf(stderr, "ftpmark: watching for %g s: try a transfer now\n",
			call->seconds);
		err = fm_trace_watch(call, log, signals, all);
		fm_watch_end(table);
	}
	fm_log_close(log);
	close(signals);
	return err;
}

static void fm_trace_error(int err)
{
	switch (err) {
	case -EPERM:
	case -EACCES:
		fm_error("trace: needs root, or the capability CAP_NET_ADMIN");
		break;
	case -EBUSY:
		fm_error("trace: another one runs in this network namespace");
		break;
	case -EINVAL:
	case -ENOENT:
	case -EOPNOTSUPP:
	case -EPROTONOSUPPORT:
		fm_error("trace: the kernel lacks nf_tables or nfnetlink_log: %s",
			 strerror(-err));
		break;
	default:
		fm_error("trace: %s", strerror(-err));
		break;
	}
}

/* Whether there is a service to watch, which has to be enabled if not named. */
static enum fm_status fm_trace_services(const struct fm_scope *scope)
{
	size_t i;

	for (i = 0; i < scope->router.count; i++) {
		if (fm_scope_has(scope, &scope->router.service[i]))
			return FM_DONE;
	}
	if (scope->name)
		fm_error("%s: no such service", scope->name);
	else
		fm_error("trace: no service is enabled");
	return FM_REFUSED;
}

static enum fm_status fm_trace(const struct fm_call *call,
			       struct fm_scope *scope)
{
	struct fm_connections *all = calloc(1, sizeof(*all));
	struct fm_evidence evidence = { .all = all };
	bool stopped = false;
	int err = -ENOMEM;

	if (all) {
		all->scope = scope;
		err = fm_tally_read(&scope->router, &evidence.before);
	}
	if (!err)
		err = fm_trace_run(call, scope, all);
	if (!err)
		err = fm_tally_read(&scope->router, &evidence.after);
	if (!err)
		err = fm_firewall_gather(&scope->router.firewall);
	if (!err) {
		evidence.rules = scope->router.firewall.rules;
		err = fm_trace_print(&evidence, call->options & FM_OPT_JSON,
				     &stopped);
	}
	if (!err && all->unseen)
		fm_error("trace: too many connections to see all: name a --client");
	if (!err && scope->router.firewall.err)
		fm_error("trace: not all rules could be read: causes may be missing");
	if (err)
		fm_trace_error(err);
	free(evidence.before.counts);
	free(evidence.after.counts);
	if (all)
		fm_connections_free(all);
	free(all);
	return err || stopped ? FM_REFUSED : FM_DONE;
}

/**
 * fm_cmd_trace() - watch connections and say where they end
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_trace(const struct fm_call *call)
{
	struct fm_scope scope = { .name = NULL };
	struct fm_prefixes client;
	struct fm_request request;
	enum fm_status status;
	struct fm_fault fault;

	if (call->client) {
		if (!fm_prefixes_parse(call->client, true, 1, &client,
				       &fault) || !client.count)
			return fm_word_error(call, call->client,
					     "not the address of a client");
		scope.client = client.item[0];
	}
	status = fm_begin(call, FM_MAY_NAME, &request);
	if (status != FM_DONE)
		return status;
	scope.name = request.name;
	if (fm_services_gather(&scope.router) ||
	    fm_ipvs_gather(&scope.router.ipvs))
		status = FM_REFUSED;
	else
		status = fm_trace_services(&scope);
	if (status == FM_DONE)
		status = fm_trace(call, &scope);
	fm_router_free(&scope.router);
	return status;
}
