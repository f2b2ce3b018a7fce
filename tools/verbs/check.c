// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark check: gathers the state of the router, then judges it. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "check/check.h"
#include "module/namespace.h"
#include "module/sysfs.h"
#include "router/router.h"
#include "verbs/call.h"

/* Findings of one grade are printed in this order. */
static fm_check_fn *const fm_checks[] = {
	fm_check_sys,
	fm_check_loaded,
	fm_check_file,
	fm_check_signature,
	fm_check_versions,
	fm_check_seen,
	fm_check_enabled,
	fm_check_forwarding,
	fm_check_ipvs,
	fm_check_helpers,
	fm_check_conntrack,
	fm_check_vs_conntrack,
	fm_check_drops,
	fm_check_backup_only,
	fm_check_sync,
	fm_check_tracked_max,
	fm_check_unseen,
};

/* These checks run for each enabled service. */
static fm_service_check_fn *const fm_service_checks[] = {
	fm_check_vips,
	fm_check_virtual,
	fm_check_servers,
	fm_check_reach,
	fm_check_sources,
	fm_check_reroute,
	fm_check_covered,
	fm_check_nat_forwarding,
	fm_check_active,
	fm_check_port_services,
	fm_check_clients_only,
	fm_check_policies,
	fm_check_rules,
	fm_check_passage,
	fm_check_fast,
	fm_check_quiescent,
	fm_check_directors,
	fm_check_passive,
	fm_check_counters,
};

static void fm_judge(const struct fm_router *router,
		     struct fm_findings *findings)
{
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(fm_checks); i++)
		fm_checks[i](router, findings);
	for (i = 0; i < router->count; i++) {
		if (!router->service[i].enabled)
			continue;
		for (j = 0; j < ARRAY_SIZE(fm_service_checks); j++)
			fm_service_checks[j](router, &router->service[i],
					     findings);
	}
}

/* Where no fault is found and FTP hangs nevertheless. */
static const char fm_not_seen[] =
"    (Not seen from here: the real servers' gateway, which with NAT is this\n"
"    router, and the address and ports that they announce for passive data.)";

static int fm_check_print(const struct fm_call *call,
			  const struct fm_findings *findings)
{
	if (findings->failed)
		return -ENOMEM;
	if (call->options & FM_OPT_JSON)
		return fm_findings_print_json(findings);
	if (findings->count)
		fm_findings_print(findings);
	else
		puts("nothing is wrong");
	if (!fm_findings_graded(findings, FM_FAULT))
		puts(fm_not_seen);
	return 0;
}

/**
 * fm_cmd_check() - is this router able to serve FTP
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_check(const struct fm_call *call)
{
	struct fm_router router = { .count = 0 };
	struct fm_findings findings = { .count = 0 };
	bool fault, unseen;
	int err;

	if (call->argc)
		return fm_word_error(call, call->argv[0], "not expected");
	fm_kernel_gather(&router.kernel);
	err = call->netns ? fm_netns_enter(call->netns) : 0;
	if (!err && !fm_sysfs_open() && fm_foreign())
		return FM_REFUSED;
	if (!err) {
		err = fm_router_gather(&router);
		if (!err) {
			fm_judge(&router, &findings);
			err = fm_check_print(call, &findings);
		}
		if (err == -ENOMEM)
			fm_error("check: %s", strerror(ENOMEM));
	}
	fault = fm_findings_graded(&findings, FM_FAULT);
	unseen = findings.unseen;
	fm_findings_free(&findings);
	fm_router_free(&router);
	if (err || fault)
		return FM_REFUSED;
	return unseen ? FM_PARTLY : FM_DONE;
}
