/* SPDX-License-Identifier: GPL-2.0-only */
/* Sends the packets of FTP through the rules. */
#ifndef FM_CHECK_PACKETS_H
#define FM_CHECK_PACKETS_H

#include "router/router.h"
#include "rules/walk.h"

/**
 * enum fm_leg - a part of the way of FTP's packets through the router
 * @FM_LEG_CLIENT: control and passive data, from the client to IPVS
 * @FM_LEG_SERVER: the same, from IPVS to the real server
 * @FM_LEG_REPLY: the same, from the real server to the client
 * @FM_LEG_DIAL: active data, from the real server to the client
 * @FM_LEG_ANSWER: active data, from the client to IPVS, or to NAT and on
 * @FM_LEG_RETURN: active data, from IPVS to the real server
 * @FM_LEGS: number of legs
 */
enum fm_leg {
	FM_LEG_CLIENT,
	FM_LEG_SERVER,
	FM_LEG_REPLY,
	FM_LEG_DIAL,
	FM_LEG_ANSWER,
	FM_LEG_RETURN,
	FM_LEGS,
};

/**
 * enum fm_phase - what packets of a connection do
 * @FM_PHASE_OPEN: open it, or answer that
 * @FM_PHASE_DATA: carry data
 * @FM_PHASE_CLOSE: close it
 * @FM_PHASES: number of phases
 */
enum fm_phase {
	FM_PHASE_OPEN,
	FM_PHASE_DATA,
	FM_PHASE_CLOSE,
	FM_PHASES,
};

/**
 * struct fm_question - which packets are asked for
 * @router: the state of the router
 * @service: the service
 * @leg: the part of their way
 * @phase: what they do
 * @vip: the VIP
 * @real: the real server, or a prefix of several
 * @direct: IPVS does not translate what it sends there
 * @device: the client's interface, or NULL if it is not known
 * @inside: the real server's interface, or NULL if it is not known
 * @certain: clients that a rule names more closely are left out
 */
struct fm_question {
	const struct fm_router *router;
	const struct fm_instance *service;
	enum fm_leg leg;
	enum fm_phase phase;
	const struct fm_prefix *vip;
	const struct fm_prefix *real;
	bool direct;
	const char *device;
	const char *inside;
	bool certain;
};

bool fm_packets_send(const struct fm_question *question, struct fm_flow *flow);
void fm_packets_ports(const struct fm_instance *service, enum fm_leg leg,
		      struct fm_ranges *set);

#endif /* FM_CHECK_PACKETS_H */
