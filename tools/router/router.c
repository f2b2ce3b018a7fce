// SPDX-License-Identifier: GPL-2.0-only
/* Gathers the state of this router. */

#include <stdlib.h>
#include <unistd.h>

#include "router/router.h"

/**
 * fm_router_gather() - read all that belongs to the network namespace
 * @router: the state of the router, zeroed but for its kernel
 *
 * The kernel and the module's file belong to the whole machine:
 * fm_kernel_gather() reads them, before a namespace with another /sys is
 * entered.
 *
 * Return: 0 or -errno, explained but for -ENOMEM.
 */
int fm_router_gather(struct fm_router *router)
{
	int err;

	router->sys = !access("/sys/module", F_OK);
	router->helper_ipvs = !access("/sys/module/ip_vs_ftp", F_OK);
	router->helper_nat = !access("/sys/module/nf_nat_ftp", F_OK);
	fm_sysctls_gather(&router->sysctls);
	err = fm_services_gather(router);
	if (!err)
		fm_memory_gather(router);
	if (!err)
		err = fm_ipvs_gather(&router->ipvs);
	if (!err)
		err = fm_policies_gather(&router->policies);
	if (!err)
		err = fm_links_gather(&router->links);
	if (!err)
		err = fm_ways_gather(router);
	if (!err)
		err = fm_trips_gather(router);
	if (!err)
		err = fm_firewall_gather(&router->firewall);
	return err;
}

/**
 * fm_router_free() - free what was gathered
 * @router: the state of the router
 */
void fm_router_free(struct fm_router *router)
{
	fm_firewall_free(&router->firewall);
	free(router->trips.item);
	free(router->links.item);
	free(router->policies.item);
	fm_ipvs_free(&router->ipvs);
	free(router->service);
	fm_config_free(&router->config);
	fm_kernel_free(&router->kernel);
}
