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
fm_check_fn fm_check_sys;
fm_check_fn fm_check_loaded;
fm_check_fn fm_check_file;
fm_check_fn fm_check_signature;
fm_check_fn fm_check_versions;
fm_check_fn fm_check_seen;

/* router.c */
fm_check_fn fm_check_enabled;
fm_check_fn fm_check_helpers;
fm_check_fn fm_check_conntrack;
fm_check_fn fm_check_vs_conntrack;
fm_check_fn fm_check_ipvs;
fm_check_fn fm_check_unseen;

/* ways.c */
fm_check_fn fm_check_forwarding;
fm_service_check_fn fm_check_vips;
fm_service_check_fn fm_check_reach;

/* service.c */
fm_service_check_fn fm_check_policies;
fm_service_check_fn fm_check_passive;
fm_service_check_fn fm_check_counters;

/* passage.c */
fm_service_check_fn fm_check_passage;

/* fast.c */
fm_service_check_fn fm_check_fast;

/* rivals.c */
fm_service_check_fn fm_check_rules;

/* trips.c */
fm_service_check_fn fm_check_sources;
fm_service_check_fn fm_check_reroute;
fm_service_check_fn fm_check_covered;
fm_service_check_fn fm_check_nat_forwarding;

/* sysctls.c */
fm_check_fn fm_check_drops;
fm_check_fn fm_check_backup_only;
fm_check_fn fm_check_sync;
fm_check_fn fm_check_tracked_max;
fm_service_check_fn fm_check_quiescent;
fm_service_check_fn fm_check_directors;

/* ipvs.c */
fm_service_check_fn fm_check_virtual;
fm_service_check_fn fm_check_servers;
fm_service_check_fn fm_check_active;
fm_service_check_fn fm_check_port_services;
fm_service_check_fn fm_check_clients_only;

#endif /* FM_CHECK_CHECK_H */
