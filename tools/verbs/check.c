// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark check: all is gathered first, and judged then. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/check.h"
#include "module/namespace.h"
#include "verbs/call.h"

/* In this order findings of one grade are told. */
static ftpmark_check_fn *const ftpmark_checks[] = {
	ftpmark_check_loaded,
	ftpmark_check_file,
	ftpmark_check_signature,
	ftpmark_check_versions,
	ftpmark_check_enabled,
	ftpmark_check_forwarding,
	ftpmark_check_ipvs,
	ftpmark_check_tcp_timeout,
	ftpmark_check_helpers,
	ftpmark_check_conntrack,
	ftpmark_check_vs_conntrack,
	ftpmark_check_unseen,
};

/* Of each service that is enabled. */
static ftpmark_service_check_fn *const ftpmark_service_checks[] = {
	ftpmark_check_vips,
	ftpmark_check_virtual,
	ftpmark_check_servers,
	ftpmark_check_active,
	ftpmark_check_port_services,
	ftpmark_check_policies,
	ftpmark_check_rules,
	ftpmark_check_passive,
	ftpmark_check_counters,
};

static int ftpmark_router_gather(struct ftpmark_router *router)
{
	int err;

	router->helper_ipvs = !access("/sys/module/ip_vs_ftp", F_OK);
	router->helper_nat = !access("/sys/module/nf_nat_ftp", F_OK);
	ftpmark_sysctls_gather(&router->sysctls);
	err = ftpmark_services_gather(router);
	if (!err)
		err = ftpmark_ipvs_gather(&router->ipvs);
	if (!err)
		err = ftpmark_local_gather(router);
	if (!err)
		err = ftpmark_policies_gather(&router->policies);
	if (!err)
		err = ftpmark_filter_rules_gather(&router->rules);
	return err;
}

static void ftpmark_router_free(struct ftpmark_router *router)
{
	ftpmark_filter_rules_free(&router->rules);
	free(router->policies.item);
	ftpmark_ipvs_free(&router->ipvs);
	free(router->service);
	ftpmark_config_free(&router->config);
	ftpmark_kernel_free(&router->kernel);
}

static void ftpmark_judge(const struct ftpmark_router *router,
			  struct ftpmark_findings *findings)
{
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(ftpmark_checks); i++)
		ftpmark_checks[i](router, findings);
	for (i = 0; i < router->count; i++) {
		if (!router->service[i].enabled)
			continue;
		for (j = 0; j < ARRAY_SIZE(ftpmark_service_checks); j++)
			ftpmark_service_checks[j](router, &router->service[i],
						  findings);
	}
}

static int ftpmark_check_print(const struct ftpmark_call *call,
			       const struct ftpmark_findings *findings)
{
	if (findings->failed)
		return -ENOMEM;
	if (call->json)
		return ftpmark_findings_print_json(findings);
	if (findings->count)
		ftpmark_findings_print(findings);
	else
		puts("nothing is wrong");
	return 0;
}

/**
 * ftpmark_cmd_check() - is this router able to serve FTP
 * @call: the command line
 *
 * Return: exit status.
 */
enum ftpmark_status ftpmark_cmd_check(const struct ftpmark_call *call)
{
	struct ftpmark_router router = { .count = 0 };
	struct ftpmark_findings findings = { .count = 0 };
	bool fault;
	int err;

	if (call->argc)
		return ftpmark_word_error(call, call->argv[0], "not expected");
	ftpmark_kernel_gather(&router.kernel);
	err = call->netns ? ftpmark_netns_enter(call->netns) : 0;
	if (!err) {
		err = ftpmark_router_gather(&router);
		if (!err) {
			ftpmark_judge(&router, &findings);
			err = ftpmark_check_print(call, &findings);
		}
		if (err == -ENOMEM)
			ftpmark_error("check: %s", strerror(ENOMEM));
	}
	fault = ftpmark_findings_graded(&findings, FTPMARK_FAULT);
	ftpmark_findings_free(&findings);
	ftpmark_router_free(&router);
	return err || fault ? FTPMARK_REFUSED : FTPMARK_DONE;
}
