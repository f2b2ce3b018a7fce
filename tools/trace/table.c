// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of nftables that shows packets to the tool: at each place a base
 * chain, which logs to the tool what begins, answers or ends a connection. The
 * kernel removes the table with the socket that owns it. Kernels before 5.12 do
 * not; there a process waits for the tool's death and removes it.
 */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "trace/batch.h"
#include "trace/trace.h"

/* The kernel's NFT_TABLE_F_OWNER, which older headers lack. */
enum { FM_TABLE_OWNER = 2 };

/**
 * struct fm_table_handle - the table, while it is there
 * @sock: the socket that owns it
 * @lock: another socket, whose name keeps a second tool away
 * @pipe: its end wakes the process that removes the table, or -1
 * @remover: this process, or 0
 */
struct fm_table_handle {
	struct nl_sock *sock;
	int lock;
	int pipe;
	pid_t remover;
};

/* Packets from or to an end that has these addresses and ports. */
static void fm_watch_ends(struct fm_batch *batch,
			  const struct fm_prefix *address, unsigned int first,
			  unsigned int last)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		fm_batch_rule(batch, "ends");
		fm_batch_match_address(batch, address, i);
		fm_batch_match_port(batch, i, first, last);
		fm_batch_verdict(batch, NFT_RETURN, NULL);
	}
}

/* Other services of the same addresses have low ports, as a rule. */
static void fm_watch_ports(struct fm_batch *batch,
			   const struct fm_prefix *address,
			   const struct fm_ranges *ports)
{
	size_t i;

	for (i = 0; i < ports->count; i++) {
		if (ports->item[i].first < 1024)
			fm_watch_ends(batch, address, ports->item[i].first,
				      ports->item[i].last);
	}
}

static void fm_watch_host(struct fm_batch *batch,
			  const struct fm_prefix *address,
			  const struct fm_instance *service)
{
	fm_watch_ports(batch, address, &service->control);
	fm_watch_ports(batch, address, &service->passive);
	fm_watch_ports(batch, address, &service->active_ports);
	fm_watch_ends(batch, address, 1024, 65535);
}

/* What was translated to an address that is none of the service's. */
static void fm_watch_strangers(struct fm_batch *batch,
			       const struct fm_ranges *ports, bool source)
{
	size_t i;

	for (i = 0; i < ports->count && ports->item[i].last < 1024; i++) {
		fm_batch_rule(batch, "ends");
		fm_batch_match_port(batch, source, ports->item[i].first,
				    ports->item[i].last);
		fm_batch_verdict(batch, NFT_RETURN, NULL);
	}
}

static void fm_watch_service(struct fm_batch *batch,
			     const struct fm_scope *scope,
			     const struct fm_instance *service)
{
	const struct fm_virtual *virtual;
	size_t i, j;

	for (i = 0; i < service->vip.count; i++)
		fm_watch_host(batch, &service->vip.item[i], service);
	for (i = 0; i < service->real.count; i++)
		fm_watch_host(batch, &service->real.item[i], service);
	for (i = 0; i < scope->router.ipvs.count; i++) {
		virtual = &scope->router.ipvs.service[i];
		if (virtual->mark != service->mark)
			continue;
		for (j = 0; j < virtual->dest_count; j++) {
			if (!fm_prefix_covered(&service->real,
					       &virtual->dest[j].address))
				fm_watch_host(batch, &virtual->dest[j].address,
					      service);
		}
	}
	fm_watch_strangers(batch, &service->control, true);
	fm_watch_strangers(batch, &service->active_ports, true);
	fm_watch_strangers(batch, &service->active_ports, false);
}

/*
 * "clients" and "ends" return what is watched to the base chain and accept all
 * else, which ends the base chain for it.
 */
static void fm_watch_common(struct fm_batch *batch,
			    const struct fm_scope *scope)
{
	bool one = scope->client.family;
	size_t i;

	fm_batch_chain(batch, "ends", NULL);
	for (i = 0; i < scope->router.count; i++) {
		if (fm_scope_has(scope, &scope->router.service[i]))
			fm_watch_service(batch, scope,
					 &scope->router.service[i]);
	}
	fm_batch_rule(batch, "ends");
	fm_batch_verdict(batch, NF_ACCEPT, NULL);

	fm_batch_chain(batch, "clients", NULL);
	for (i = 0; one && i < 2; i++) {
		fm_batch_rule(batch, "clients");
		fm_batch_match_address(batch, &scope->client, i);
		fm_batch_verdict(batch, NFT_GOTO, "ends");
	}
	fm_batch_rule(batch, "clients");
	fm_batch_verdict(batch, one ? NF_ACCEPT : NFT_GOTO,
			 one ? NULL : "ends");
}

static void fm_watch_place(struct fm_batch *batch, enum fm_place place,
			   unsigned int group)
{
	const struct fm_place_entry *entry = &fm_places[place];
	char prefix[16];

	fm_batch_chain(batch, entry->id, entry);
	fm_batch_rule(batch, entry->id);
	fm_batch_match_other(batch);
	fm_batch_verdict(batch, NF_ACCEPT, NULL);

	fm_batch_rule(batch, entry->id);
	fm_batch_match_unflagged(batch);
	fm_batch_verdict(batch, NF_ACCEPT, NULL);

	fm_batch_rule(batch, entry->id);
	fm_batch_verdict(batch, NFT_JUMP, "clients");

	snprintf(prefix, sizeof(prefix), "%d", place);
	fm_batch_rule(batch, entry->id);
	fm_batch_log(batch, group, prefix);
}

/* Makes the table anew, whatever one that was killed has left of it. */
static int fm_watch_table(struct nl_sock *sock, const struct fm_scope *scope,
			  unsigned int group, uint32_t flags)
{
	struct fm_batch batch = { .failed = false };
	enum fm_place place;

	fm_batch_begin(&batch);
	fm_batch_table(&batch, NFT_MSG_NEWTABLE, 0);
	fm_batch_table(&batch, NFT_MSG_DELTABLE, 0);
	fm_batch_table(&batch, NFT_MSG_NEWTABLE, flags);
	fm_watch_common(&batch, scope);
	for (place = 0; place < FM_PLACES; place++)
		fm_watch_place(&batch, place, group);
	return fm_batch_send(&batch, sock);
}

static int fm_watch_remove(struct nl_sock *sock)
{
	struct fm_batch batch = { .failed = false };

	fm_batch_begin(&batch);
	fm_batch_table(&batch, NFT_MSG_DELTABLE, 0);
	return fm_batch_send(&batch, sock);
}

/*
 * The remover lives on in a session of its own, so that a Ctrl-C does not reach
 * it, and without files that others wait for. It keeps the lock: no other tool
 * shall make its table before this one is gone.
 */
static void fm_watch_remover(int pipe)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct nl_sock *sock;
	char byte;
	int i, err;

	setsid();
	for (i = SIGHUP; i <= SIGTERM; i++)
		signal(i, SIG_IGN);
	for (i = 0; i < 3; i++)
		dup2(null, i);
	while (read(pipe, &byte, 1) < 0 && errno == EINTR)
		;
	sock = fm_batch_open(&err);
	_exit(sock && !fm_watch_remove(sock) ? 0 : 1);
}

static int fm_watch_fork(struct fm_table_handle *table)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC))
		return -errno;
	table->remover = fork();
	if (!table->remover) {
		close(fd[1]);
		nl_socket_free(table->sock);
		fm_watch_remover(fd[0]);
	}
	close(fd[0]);
	table->pipe = fd[1];
	return table->remover < 0 ? -errno : 0;
}

/* A name that each network namespace has once, and that dies with its holder. */
static int fm_watch_lock(int *err)
{
	struct sockaddr_un name = {
		.sun_family = AF_UNIX,
		.sun_path = "\0" FM_TRACE_TABLE,
	};
	int lock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*err = 0;
	if (lock < 0 ||
	    bind(lock, (struct sockaddr *)&name,
		 offsetof(struct sockaddr_un, sun_path) +
		 sizeof(FM_TRACE_TABLE))) {
		*err = errno == EADDRINUSE ? -EBUSY : -errno;
		if (lock >= 0)
			close(lock);
		return -1;
	}
	return lock;
}

/**
 * fm_watch_begin() - have the kernel show packets
 * @scope: which
 * @group: the group of the log that shows them
 * @err: 0 or -errno: -EBUSY if another tool watches in this namespace
 *
 * Return: the table, or NULL.
 */
struct fm_table_handle *fm_watch_begin(const struct fm_scope *scope,
				       unsigned int group, int *err)
{
	struct fm_table_handle *table = calloc(1, sizeof(*table));

	*err = -ENOMEM;
	if (!table)
		return NULL;
	table->pipe = -1;
	table->lock = fm_watch_lock(err);
	if (!*err)
		table->sock = fm_batch_open(err);
	if (!*err)
		*err = fm_watch_table(table->sock, scope, group,
				      FM_TABLE_OWNER);
	if (*err == -EINVAL || *err == -EOPNOTSUPP) {
		/* Answers are left in the old socket. */
		nl_socket_free(table->sock);
		table->sock = fm_batch_open(err);
		if (!*err)
			*err = fm_watch_fork(table);
		if (!*err)
			*err = fm_watch_table(table->sock, scope, group, 0);
	}
	if (!*err)
		return table;
	fm_watch_end(table);
	return NULL;
}

/**
 * fm_watch_end() - remove the table
 * @table: the table
 */
void fm_watch_end(struct fm_table_handle *table)
{
	/* Removed, whether the kernel or the remover does it. */
	if (table->pipe >= 0)
		close(table->pipe);
	while (table->remover > 0 &&
	       waitpid(table->remover, NULL, 0) < 0 && errno == EINTR)
		;
	nl_socket_free(table->sock);
	if (table->lock >= 0)
		close(table->lock);
	free(table);
}
