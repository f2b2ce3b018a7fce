/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages to nf_tables that take effect all at once. */
#ifndef FM_TRACE_BATCH_H
#define FM_TRACE_BATCH_H

#include <netlink/netlink.h>
#include <stdint.h>

#include "model/lists.h"

#define FM_TRACE_TABLE "ftpmark_trace"

struct fm_place_entry;

/**
 * struct fm_batch - the messages
 * @data: those that are complete
 * @size: their length
 * @msg: the one that is being made
 * @rule: its list of matches and statements, or NULL
 * @sequence: number of the last one
 * @failed: out of memory
 */
struct fm_batch {
	char *data;
	size_t size;
	struct nl_msg *msg;
	struct nlattr *rule;
	uint32_t sequence;
	bool failed;
};

struct nl_sock *fm_batch_open(int *err);
void fm_batch_begin(struct fm_batch *batch);
int fm_batch_send(struct fm_batch *batch, struct nl_sock *sock);

void fm_batch_table(struct fm_batch *batch, int type, uint32_t flags);
void fm_batch_chain(struct fm_batch *batch, const char *name,
		    const struct fm_place_entry *place);
void fm_batch_rule(struct fm_batch *batch, const char *chain);

void fm_batch_match_other(struct fm_batch *batch);
void fm_batch_match_unflagged(struct fm_batch *batch);
void fm_batch_match_address(struct fm_batch *batch,
			    const struct fm_prefix *address, bool source);
void fm_batch_match_port(struct fm_batch *batch, bool source,
			 unsigned int first, unsigned int last);
void fm_batch_verdict(struct fm_batch *batch, int code, const char *chain);
void fm_batch_log(struct fm_batch *batch, unsigned int group,
		  const char *prefix);

#endif /* FM_TRACE_BATCH_H */
