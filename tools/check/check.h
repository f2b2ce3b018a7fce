/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The checks of "ftpmark check". Each judges one aspect of the state that was
 * gathered. Checks do no I/O.
 */
#ifndef FM_CHECK_CHECK_H
#define FM_CHECK_CHECK_H

#include "check/findings.h"
#include "model/lists.h"
#include "router/router.h"

typedef void fm_check_fn(const struct fm_router *router,
			 struct fm_findings *findings);
typedef void fm_service_check_fn(const struct fm_router *router,
				 const struct fm_instance *service,
				 struct fm_findings *findings);

/* module.c */
fm_check_fn fm_check_loaded;
fm_check_fn fm_check_file;
fm_check_fn fm_check_signature;
fm_check_fn fm_check_versions;

/* router.c */
fm_check_fn fm_check_enabled;
fm_check_fn fm_check_forwarding;
fm_check_fn fm_check_helpers;
fm_check_fn fm_check_conntrack;
fm_check_fn fm_check_vs_conntrack;
fm_check_fn fm_check_ipvs;
fm_check_fn fm_check_tcp_timeout;
fm_check_fn fm_check_unseen;

/* service.c */
fm_service_check_fn fm_check_vips;
fm_service_check_fn fm_check_policies;
fm_service_check_fn fm_check_rules;
fm_service_check_fn fm_check_passive;
fm_service_check_fn fm_check_counters;

/* ipvs.c */
fm_service_check_fn fm_check_virtual;
fm_service_check_fn fm_check_servers;
fm_service_check_fn fm_check_active;
fm_service_check_fn fm_check_port_services;

#endif /* FM_CHECK_CHECK_H */
