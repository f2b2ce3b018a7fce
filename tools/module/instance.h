/* SPDX-License-Identifier: GPL-2.0-only */
/* A service with its values parsed, for all that has to understand it. */
#ifndef FM_MODULE_INSTANCE_H
#define FM_MODULE_INSTANCE_H

#include <stdint.h>

#include "model/config.h"
#include "model/values.h"
#include "module/counters.h"

/**
 * enum fm_active - how active data is translated
 * @FM_ACTIVE_OFF: not at all
 * @FM_ACTIVE_VIP: to the VIP
 * @FM_ACTIVE_INTERFACE: to the address of the outgoing interface
 */
enum fm_active {
	FM_ACTIVE_OFF,
	FM_ACTIVE_VIP,
	FM_ACTIVE_INTERFACE,
};

/**
 * struct fm_instance - a service of the module
 * @profile: its settings as text
 * @enabled: it is enabled
 * @keep: packets with another mark keep it
 * @notrack: its flows are kept out of conntrack
 * @fast: data gets the short way
 * @clients_only: passive data connections are for clients only
 * @mark: its mark
 * @vip: its VIPs
 * @local: for each VIP, whether packets with the mark are for this machine, or
 *	FM_UNKNOWN; only in the state of a router
 * @bare: the same for packets without a mark
 * @real: its real servers
 * @control: ports of control connections
 * @passive: ports of passive data connections
 * @active_ports: source ports of active data
 * @active: how active data is translated; off without real servers
 * @counts: its counters; only in the state of a router
 * @before: what they were at the last check; the same
 */
struct fm_instance {
	const struct fm_profile *profile;
	bool enabled;
	bool keep;
	bool notrack;
	bool fast;
	bool clients_only;
	uint32_t mark;
	struct fm_prefixes vip;
	int local[FM_ITEMS_MAX];
	int bare[FM_ITEMS_MAX];
	struct fm_prefixes real;
	struct fm_ranges control;
	struct fm_ranges passive;
	struct fm_ranges active_ports;
	enum fm_active active;
	struct fm_counts counts;
	unsigned long long before[FM_COUNTERS_MAX];
};

const char *fm_instance_parse(struct fm_instance *service,
			      const struct fm_profile *profile);

#endif /* FM_MODULE_INSTANCE_H */
