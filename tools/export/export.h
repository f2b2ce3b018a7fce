/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A service as other programs are told of it. Nothing here reads anything.
 */
#ifndef FTPMARK_EXPORT_H
#define FTPMARK_EXPORT_H

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>

#include "model/config.h"
#include "model/lists.h"
#include "model/values.h"

/**
 * enum ftpmark_active - how active data is translated
 * @FTPMARK_ACTIVE_OFF: not at all
 * @FTPMARK_ACTIVE_VIP: to the VIP
 * @FTPMARK_ACTIVE_INTERFACE: to the address of the outgoing interface
 */
enum ftpmark_active {
	FTPMARK_ACTIVE_OFF,
	FTPMARK_ACTIVE_VIP,
	FTPMARK_ACTIVE_INTERFACE,
};

/**
 * struct ftpmark_export - a service, its values understood
 * @profile: the service
 * @vip: its VIPs
 * @real: its real servers
 * @control: ports of control connections
 * @passive: ports of passive data
 * @data: source ports of active data
 * @mark: its mark
 * @keep: other marks are kept
 * @notrack: its flows are not tracked
 * @active: how active data is translated; off if there are no real servers
 */
struct ftpmark_export {
	const struct ftpmark_profile *profile;
	struct ftpmark_prefixes vip;
	struct ftpmark_prefixes real;
	struct ftpmark_ranges control;
	struct ftpmark_ranges passive;
	struct ftpmark_ranges data;
	uint32_t mark;
	bool keep;
	bool notrack;
	enum ftpmark_active active;
};

/**
 * struct ftpmark_format - what a service can be exported to
 * @name: the word
 * @print: prints it
 */
struct ftpmark_format {
	const char *name;
	void (*print)(const struct ftpmark_export *service, FILE *out);
};

const struct ftpmark_format *ftpmark_format_find(const char *name);
bool ftpmark_export_init(struct ftpmark_export *service,
			 const struct ftpmark_profile *profile,
			 const char **bad);
void ftpmark_export_first_vip(const struct ftpmark_export *service, FILE *out);

void ftpmark_export_vsftpd(const struct ftpmark_export *service, FILE *out);
void ftpmark_export_proftpd(const struct ftpmark_export *service, FILE *out);
void ftpmark_export_pure_ftpd(const struct ftpmark_export *service, FILE *out);
void ftpmark_export_ipvsadm(const struct ftpmark_export *service, FILE *out);
void ftpmark_export_keepalived(const struct ftpmark_export *service,
			       FILE *out);
void ftpmark_export_iptables(const struct ftpmark_export *service, FILE *out);
void ftpmark_export_nft(const struct ftpmark_export *service, FILE *out);
void ftpmark_export_modprobe(const struct ftpmark_export *service, FILE *out);

#endif /* FTPMARK_EXPORT_H */
