/* SPDX-License-Identifier: GPL-2.0-only */
/* The connections that packets belong to, and how far they came. */
#ifndef FM_TRACE_CONNECTIONS_H
#define FM_TRACE_CONNECTIONS_H

#include "trace/trace.h"

enum { FM_CONNECTIONS_MAX = 1024 };

/**
 * enum fm_connection_kind - kinds of connections
 * @FM_CONTROL: control connections
 * @FM_PASSIVE: passive data, which clients open
 * @FM_ACTIVE: active data, which real servers open
 * @FM_KINDS: number of kinds
 */
enum fm_connection_kind {
	FM_CONTROL,
	FM_PASSIVE,
	FM_ACTIVE,
	FM_KINDS,
};

/**
 * enum fm_part - parts of a connection, each one packet, which may be repeated
 * @FM_OPENS: it is opened, by a SYN
 * @FM_ANSWERS: that is answered, by a SYN with an ACK
 * @FM_CLOSES: who has opened it ends it, by a FIN
 * @FM_ENDS: the other end does
 * @FM_LEGS: number of parts
 */
enum fm_part {
	FM_OPENS,
	FM_ANSWERS,
	FM_CLOSES,
	FM_ENDS,
	FM_LEGS,
};

/**
 * struct fm_trail - how far the packet of a leg came
 * @seen: bits of the places that it was seen at
 * @count: how often it was seen at each place
 * @at: where it was seen, by place
 */
struct fm_trail {
	unsigned int seen;
	unsigned int count[FM_PLACES];
	struct fm_sighting at[FM_PLACES];
};

/**
 * struct fm_connection - a connection
 * @kind: its kind
 * @service: its service
 * @listed: its port is one of the service's settings
 * @client: the client's end
 * @vip: the end that the client sees; zeroed as long as it is not known
 * @server: the real server's end; zeroed as long as it is not known
 * @sequence: the first sequence number, which no translation changes
 * @refused: it was answered with a reset
 * @refusal: that packet
 * @reset: a reset ended it later
 * @began: when it was seen first, in seconds
 * @leg: its parts
 */
struct fm_connection {
	enum fm_connection_kind kind;
	const struct fm_instance *service;
	bool listed;
	struct fm_end client;
	struct fm_end vip;
	struct fm_end server;
	uint32_t sequence;
	bool refused;
	struct fm_trail refusal;
	bool reset;
	double began;
	struct fm_trail leg[FM_LEGS];
};

/**
 * struct fm_connections - all connections
 * @scope: what is watched
 * @count: number of connections
 * @item: the connections, in their order
 * @unseen: more connections came than there is room for
 */
struct fm_connections {
	const struct fm_scope *scope;
	size_t count;
	struct fm_connection *item[FM_CONNECTIONS_MAX];
	bool unseen;
};

void fm_connections_see(const struct fm_sighting *sighting, void *arg);
void fm_connections_free(struct fm_connections *connections);

#endif /* FM_TRACE_CONNECTIONS_H */
