/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints a service in the formats of other programs. Nothing here reads. */
#ifndef FM_EXPORT_EXPORT_H
#define FM_EXPORT_EXPORT_H

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>

#include "model/config.h"
#include "model/lists.h"
#include "model/values.h"

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
 * struct fm_export - a service with its values parsed
 * @profile: the service as text
 * @vip: its VIPs
 * @real: its real servers
 * @control: ports of control connections
 * @passive: ports of passive data
 * @data: source ports of active data
 * @mark: its mark
 * @keep: packets with another mark keep it
 * @notrack: its flows are kept out of conntrack
 * @active: how active data is translated; off without real servers
 */
struct fm_export {
	const struct fm_profile *profile;
	struct fm_prefixes vip;
	struct fm_prefixes real;
	struct fm_ranges control;
	struct fm_ranges passive;
	struct fm_ranges data;
	uint32_t mark;
	bool keep;
	bool notrack;
	enum fm_active active;
};

/**
 * struct fm_format - a format that a service can be exported to
 * @name: its name on the command line
 * @print: prints a service in this format
 */
struct fm_format {
	const char *name;
	void (*print)(const struct fm_export *service, FILE *out);
};

const struct fm_format *fm_format_find(const char *name);
bool fm_export_init(struct fm_export *service, const struct fm_profile *profile,
		    const char **bad);
void fm_export_first_vip(const struct fm_export *service, FILE *out);

void fm_export_vsftpd(const struct fm_export *service, FILE *out);
void fm_export_proftpd(const struct fm_export *service, FILE *out);
void fm_export_pure_ftpd(const struct fm_export *service, FILE *out);
void fm_export_ipvsadm(const struct fm_export *service, FILE *out);
void fm_export_keepalived(const struct fm_export *service, FILE *out);
void fm_export_iptables(const struct fm_export *service, FILE *out);
void fm_export_nft(const struct fm_export *service, FILE *out);
void fm_export_modprobe(const struct fm_export *service, FILE *out);

#endif /* FM_EXPORT_EXPORT_H */
