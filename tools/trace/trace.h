/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of "ftpmark trace" share: packets and the places they pass. */
#ifndef FM_TRACE_TRACE_H
#define FM_TRACE_TRACE_H

#include <stdint.h>

#include "router/router.h"
#include "rules/rules.h"

/**
 * enum fm_place - where packets are seen; the order is that of fm_places
 * @FM_ARRIVED: first in PREROUTING
 * @FM_AHEAD: ahead of the module's hook
 * @FM_MARKED: behind the module's hook
 * @FM_ROUTING: last in PREROUTING
 * @FM_ROUTED_IN: first in LOCAL_IN
 * @FM_DOOR: ahead of IPVS's hooks in LOCAL_IN
 * @FM_PAST: last in LOCAL_IN, which a packet that IPVS takes does not reach
 * @FM_ROUTED_ON: first in FORWARD
 * @FM_ANSWER_DOOR: ahead of the module's and IPVS's hooks in FORWARD
 * @FM_TRANSLATED: behind these
 * @FM_FORWARDED: last in FORWARD
 * @FM_SENT: first in LOCAL_OUT
 * @FM_LEFT: last in POSTROUTING
 * @FM_PLACES: number of places
 */
enum fm_place {
	FM_ARRIVED,
	FM_AHEAD,
	FM_MARKED,
	FM_ROUTING,
	FM_ROUTED_IN,
	FM_DOOR,
	FM_PAST,
	FM_ROUTED_ON,
	FM_ANSWER_DOOR,
	FM_TRANSLATED,
	FM_FORWARDED,
	FM_SENT,
	FM_LEFT,
	FM_PLACES,
};

/**
 * struct fm_place_entry - a place
 * @id: its name in JSON, which never changes
 * @text: what a packet that is there has done
 * @hook: its hook
 * @number: the kernel's number of this hook
 * @priority: its priority
 */
struct fm_place_entry {
	const char *id;
	const char *text;
	enum fm_hook hook;
	unsigned int number;
	int priority;
};

extern const struct fm_place_entry fm_places[FM_PLACES];

/**
 * struct fm_end - an end of a connection
 * @address: its address
 * @port: its port
 */
struct fm_end {
	struct fm_prefix address;
	unsigned int port;
};

/**
 * struct fm_sighting - a packet at a place
 * @place: the place
 * @from: its source
 * @to: its destination
 * @mark: its mark
 * @in: index of the incoming interface, or 0
 * @out: index of the outgoing interface, or 0
 * @sequence: its sequence number
 * @acked: the sequence number that it acknowledges
 * @flags: its TCP flags
 */
struct fm_sighting {
	enum fm_place place;
	struct fm_end from;
	struct fm_end to;
	uint32_t mark;
	unsigned int in;
	unsigned int out;
	uint32_t sequence;
	uint32_t acked;
	unsigned int flags;
};

/**
 * struct fm_scope - which packets are watched
 * @router: IPVS and all services of the module
 * @name: the only service, or NULL for all that are enabled
 * @client: the only client, if it has a family
 */
struct fm_scope {
	struct fm_router router;
	const char *name;
	struct fm_prefix client;
};

bool fm_scope_has(const struct fm_scope *scope,
		  const struct fm_instance *service);
bool fm_ends_equal(const struct fm_end *a, const struct fm_end *b);
bool fm_addresses_equal(const struct fm_end *a, const struct fm_end *b);

/* log.c */
struct fm_log;
struct fm_log *fm_log_open(int *err);
unsigned int fm_log_group(const struct fm_log *log);
int fm_log_fd(const struct fm_log *log);
int fm_log_read(struct fm_log *log,
		void (*see)(const struct fm_sighting *sighting, void *arg),
		void *arg);
void fm_log_close(struct fm_log *log);

/* table.c */
struct fm_table_handle;
struct fm_table_handle *fm_watch_begin(const struct fm_scope *scope,
				       unsigned int group, int *err);
void fm_watch_end(struct fm_table_handle *table);

#endif /* FM_TRACE_TRACE_H */
