/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a connection ends. */
#ifndef FM_TRACE_VERDICT_H
#define FM_TRACE_VERDICT_H

#include "trace/connections.h"

/**
 * enum fm_outcome - what became of a connection
 * @FM_WHOLE: both ends have heard each other
 * @FM_WAITING: nothing has gone wrong yet
 * @FM_STOPPED: a packet did not come from one place to the next
 * @FM_SILENT: nobody answered
 * @FM_REFUSED_BY_PEER: the other end has answered with a reset
 * @FM_WRONG_ADDRESS: a packet left under an address that the peer does not know
 * @FM_UNHEARD: the answer left, and did not arrive
 * @FM_OTHER_SERVER: data and control went to different real servers
 */
enum fm_outcome {
	FM_WHOLE,
	FM_WAITING,
	FM_STOPPED,
	FM_SILENT,
	FM_REFUSED_BY_PEER,
	FM_WRONG_ADDRESS,
	FM_UNHEARD,
	FM_OTHER_SERVER,
};

/**
 * struct fm_path - the places that a packet passes, in order
 * @count: number of places
 * @place: the places
 */
struct fm_path {
	size_t count;
	enum fm_place place[8];
};

/**
 * struct fm_judgement - where a connection ends
 * @outcome: what became of it
 * @leg: the packet that it concerns
 * @reached: the last place where that was seen
 * @missing: the next place, where it was not seen, if it was stopped
 */
struct fm_judgement {
	enum fm_outcome outcome;
	enum fm_part leg;
	enum fm_place reached;
	enum fm_place missing;
};

const struct fm_virtual *fm_virtual_of(const struct fm_scope *scope,
				       const struct fm_connection *connection);
bool fm_part_inward(const struct fm_connection *connection, enum fm_part leg);
const struct fm_path *fm_path_of(const struct fm_connections *all,
				 const struct fm_connection *connection,
				 enum fm_part leg);
void fm_judge_connection(const struct fm_connections *all,
			 const struct fm_connection *connection,
			 struct fm_judgement *judgement);
bool fm_session_whole(const struct fm_connections *all);

#endif /* FM_TRACE_VERDICT_H */
