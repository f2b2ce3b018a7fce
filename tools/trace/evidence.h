/* SPDX-License-Identifier: GPL-2.0-only */
/* What causes are found by, and the lines that name them. */
#ifndef FM_TRACE_EVIDENCE_H
#define FM_TRACE_EVIDENCE_H

#include "base/macros.h"
#include "trace/connections.h"

enum { FM_CAUSES_MAX = 8 };

/**
 * struct fm_causes - what was found, a line each
 * @count: number of lines
 * @line: the lines
 */
struct fm_causes {
	size_t count;
	char *line[FM_CAUSES_MAX];
};

/**
 * struct fm_tally - counters of the kernel and of the services
 * @rp_filter: packets that rp_filter has dropped
 * @conntrack: packets that conntrack has dropped
 * @counts: counters of the services, in the order of the router's
 */
struct fm_tally {
	unsigned long long rp_filter;
	unsigned long long conntrack;
	struct fm_counts *counts;
};

/**
 * struct fm_evidence - what causes are found by
 * @all: all connections
 * @before: counters before
 * @after: counters after
 * @rules: rules of iptables and nftables
 */
struct fm_evidence {
	const struct fm_connections *all;
	struct fm_tally before;
	struct fm_tally after;
	struct fm_rules *rules;
};

__printf(2, 3)
void fm_cause_add(struct fm_causes *causes, const char *fmt, ...);
void fm_causes_free(struct fm_causes *causes);
int fm_tally_read(const struct fm_router *router, struct fm_tally *tally);

/* chains.c */
void fm_chains_dropping(struct fm_evidence *evidence,
			const struct fm_sighting *sighting, bool inward,
			enum fm_place missing, struct fm_causes *causes);
void fm_chains_changing(struct fm_evidence *evidence,
			const struct fm_sighting *sighting, bool inward,
			enum fm_place missing, struct fm_causes *causes);

/* routes.c */
int fm_route_explain(const struct fm_prefix *to, const struct fm_prefix *from,
		     unsigned int in, uint32_t mark, struct fm_causes *causes);
void fm_neighbour_explain(const struct fm_prefix *address,
			  struct fm_causes *causes);

#endif /* FM_TRACE_EVIDENCE_H */
