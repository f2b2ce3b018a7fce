/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The checks of "ftpmark check". Each judges one thing of what was gathered,
 * and neither reads nor writes anything else.
 */
#ifndef FTPMARK_CHECK_H
#define FTPMARK_CHECK_H

#include "check/findings.h"
#include "model/lists.h"
#include "router/router.h"

typedef void ftpmark_check_fn(const struct ftpmark_router *router,
			      struct ftpmark_findings *findings);
typedef void ftpmark_service_check_fn(const struct ftpmark_router *router,
				      const struct ftpmark_instance *service,
				      struct ftpmark_findings *findings);

/* check_module.c */
ftpmark_check_fn ftpmark_check_loaded;
ftpmark_check_fn ftpmark_check_file;
ftpmark_check_fn ftpmark_check_signature;
ftpmark_check_fn ftpmark_check_versions;

/* check_router.c */
ftpmark_check_fn ftpmark_check_enabled;
ftpmark_check_fn ftpmark_check_forwarding;
ftpmark_check_fn ftpmark_check_helpers;
ftpmark_check_fn ftpmark_check_conntrack;
ftpmark_check_fn ftpmark_check_vs_conntrack;
ftpmark_check_fn ftpmark_check_ipvs;
ftpmark_check_fn ftpmark_check_tcp_timeout;
ftpmark_check_fn ftpmark_check_unseen;

/* check_service.c */
ftpmark_service_check_fn ftpmark_check_vips;
ftpmark_service_check_fn ftpmark_check_policies;
ftpmark_service_check_fn ftpmark_check_rules;
ftpmark_service_check_fn ftpmark_check_passive;
ftpmark_service_check_fn ftpmark_check_counters;

/* check_ipvs.c */
ftpmark_service_check_fn ftpmark_check_virtual;
ftpmark_service_check_fn ftpmark_check_servers;
ftpmark_service_check_fn ftpmark_check_active;
ftpmark_service_check_fn ftpmark_check_port_services;

#endif /* FTPMARK_CHECK_H */
