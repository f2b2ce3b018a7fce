/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_TARGET_H
#define FTPMARK_TARGET_H

#include "index.h"
#include "settings.h"
#include "stats.h"

/* The index of a family in arrays that have one element for each. */
static inline unsigned int ftpmark_family(u8 pf)
{
	return pf == NFPROTO_IPV6;
}

struct ftpmark_sessions;

/**
 * struct ftpmark_source - an enabled service, as a table is built from it
 * @name: valid while the table is built
 * @settings: valid while the table is built
 * @stats: valid for a grace period beyond the table
 */
struct ftpmark_source {
	const char *name;
	const struct ftpmark_settings *settings;
	struct ftpmark_stats __percpu *stats;
};

/**
 * struct ftpmark_target - an enabled service, as packets see it
 * @mark: the mark it sets
 * @keep: leave packets alone that bear another mark
 * @active: how its active data connections leave
 * @active_ports: source ports of these, @active_ports_count ranges
 * @active_ports_count: number of ranges
 * @real_servers: where these connections come from
 * @real_servers_count: number of prefixes
 * @vip: for each family (ftpmark_family()) the first VIP
 * @has_vip: for each family whether there is one
 * @notrack: keep the control and passive flows out of conntrack
 * @clients_only: passive data connections are for clients with a control
 *	connection
 * @fast: established data takes the short way
 * @sessions: where its control connections are remembered, or NULL in a
 *	kernel without IPVS; owned by the namespace
 * @stats: its counters
 * @name: for messages while the table is built; not to be used by packets
 */
struct ftpmark_target {
	u32 mark;
	bool keep;
	bool notrack;
	bool clients_only;
	bool fast;
	bool has_vip[2];
	enum ftpmark_active active;
	unsigned int active_ports_count;
	unsigned int real_servers_count;
	const struct ftpmark_range *active_ports;
	const struct ftpmark_prefix *real_servers;
	union nf_inet_addr vip[2];
	struct ftpmark_sessions *sessions;
	struct ftpmark_stats __percpu *stats;
	const char *name;
};

/**
 * struct ftpmark_targets - the services of a table
 * @target: one for each service, in name order
 * @ranges: active ports of all targets
 * @prefixes: real servers of all targets
 */
struct ftpmark_targets {
	struct ftpmark_target *target;
	struct ftpmark_range *ranges;
	struct ftpmark_prefix *prefixes;
};

int ftpmark_targets_build(struct ftpmark_targets *targets,
			  const struct ftpmark_source *sources, u32 count,
			  size_t *bytes);
void ftpmark_targets_destroy(struct ftpmark_targets *targets);
bool ftpmark_target_sends(const struct ftpmark_target *target, u16 port);

#endif
