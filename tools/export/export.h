/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints a service in the formats of other programs. No I/O but this. */
#ifndef FM_EXPORT_EXPORT_H
#define FM_EXPORT_EXPORT_H

#include <stdio.h>

#include "router/router.h"

/**
 * enum fm_director - which director the text is for
 * @FM_ALONE: the only one
 * @FM_HOME: of two, the one on which the service is at home
 * @FM_OTHER: of two, the other one
 */
enum fm_director {
	FM_ALONE,
	FM_HOME,
	FM_OTHER,
};

/**
 * struct fm_format - a format that a service can be exported to
 * @name: its name on the command line
 * @print: prints a service in this format, or NULL
 * @servers: does so, and takes real servers from IPVS
 * @directors: @servers knows of two directors
 */
struct fm_format {
	const char *name;
	void (*print)(const struct fm_instance *service, FILE *out);
	void (*servers)(const struct fm_instance *service,
			const struct fm_ipvs *ipvs,
			enum fm_director director, FILE *out);
	bool directors;
};

const struct fm_format *fm_format_find(const char *name);
void fm_export_differences(const struct fm_instance *service, FILE *out);

void fm_export_vsftpd(const struct fm_instance *service, FILE *out);
void fm_export_proftpd(const struct fm_instance *service, FILE *out);
void fm_export_pure_ftpd(const struct fm_instance *service, FILE *out);
void fm_export_ipvsadm(const struct fm_instance *service,
		       const struct fm_ipvs *ipvs,
		       enum fm_director director, FILE *out);
void fm_export_keepalived(const struct fm_instance *service,
			  const struct fm_ipvs *ipvs,
			  enum fm_director director, FILE *out);
void fm_export_vrrp(const struct fm_instance *service,
		    enum fm_director director, FILE *out);
void fm_export_iptables(const struct fm_instance *service, FILE *out);
void fm_export_nft(const struct fm_instance *service, FILE *out);
void fm_export_modprobe(const struct fm_instance *service, FILE *out);

#endif /* FM_EXPORT_EXPORT_H */
