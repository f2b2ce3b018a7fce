/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_SESSIONS_H
#define FTPMARK_SESSIONS_H

#include "packet.h"

/* Upper bound on the control connections that are remembered of one client. */
#define FTPMARK_SESSIONS_MAX 16

struct ftpmark_sessions;

/**
 * enum ftpmark_session_state - what became of a control connection
 * @FTPMARK_SESSION_OPENING: nothing is known yet
 * @FTPMARK_SESSION_OPEN: it is established
 * @FTPMARK_SESSION_GONE: it has ended, or never was
 */
enum ftpmark_session_state {
	FTPMARK_SESSION_OPENING,
	FTPMARK_SESSION_OPEN,
	FTPMARK_SESSION_GONE,
};

/**
 * struct ftpmark_session_end - a control connection of a client that is known
 * @vip: where the client has connected to
 * @port: of the VIP, host byte order
 * @client_port: host byte order
 */
struct ftpmark_session_end {
	union nf_inet_addr vip;
	u16 port;
	u16 client_port;
};

struct ftpmark_sessions *ftpmark_sessions_create(void);
void ftpmark_sessions_destroy(struct ftpmark_sessions *sessions);
void ftpmark_sessions_note(struct ftpmark_sessions *sessions,
			   const struct ftpmark_flow *flow);
unsigned int
ftpmark_sessions_find(struct ftpmark_sessions *sessions, u8 family,
		      const union nf_inet_addr *client,
		      struct ftpmark_session_end found[FTPMARK_SESSIONS_MAX]);
struct ftpmark_flow ftpmark_session_flow(u8 family,
					 const union nf_inet_addr *client,
					 const struct ftpmark_session_end *end);
void ftpmark_sessions_review(struct ftpmark_sessions *sessions,
			     struct net *net,
			     enum ftpmark_session_state
			     (*judge)(struct net *net,
				      const struct ftpmark_flow *flow));

#endif
