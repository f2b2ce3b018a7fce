// SPDX-License-Identifier: GPL-2.0-only
/* Questions about the router that several checks ask. */

#include <linux/ip_vs.h>
#include <string.h>
#include <sys/socket.h>

#include "check/questions.h"
#include "model/lists.h"

/**
 * fm_family_name() - name an address family
 * @family: AF_INET or AF_INET6
 *
 * Return: the name.
 */
const char *fm_family_name(int family)
{
	return family == AF_INET6 ? "IPv6" : "IPv4";
}

/**
 * fm_service_has() - does a service have a VIP of a family
 * @service: the service
 * @family: AF_INET or AF_INET6
 *
 * Return: true if it does.
 */
bool fm_service_has(const struct fm_instance *service, int family)
{
	return fm_prefixes_count(&service->vip, family);
}

/**
 * fm_service_tracks() - does a service need connection tracking
 * @service: the service
 *
 * Return: true if it does.
 */
bool fm_service_tracks(const struct fm_instance *service)
{
	const char *active = fm_profile_value(service->profile, "active");

	return service->enabled && service->real.count && active &&
	       (!strcmp(active, "snat") || !strcmp(active, "masquerade"));
}

/**
 * fm_virtual_find() - find the IPVS service of a service's mark
 * @router: the state of the router
 * @service: the service
 * @family: AF_INET or AF_INET6
 *
 * Return: the IPVS service, or NULL.
 */
const struct fm_virtual *
fm_virtual_find(const struct fm_router *router,
		const struct fm_instance *service, int family)
{
	const struct fm_virtual *virtual;
	size_t i;

	for (i = 0; i < router->ipvs.count; i++) {
		virtual = &router->ipvs.service[i];
		if (virtual->mark == service->mark && virtual->family == family)
			return virtual;
	}
	return NULL;
}

/**
 * fm_virtual_translates() - does an IPVS service use NAT
 * @service: the IPVS service
 *
 * Return: true if it does for one of its real servers.
 */
bool fm_virtual_translates(const struct fm_virtual *service)
{
	size_t i;

	for (i = 0; i < service->dest_count; i++) {
		if (service->dest[i].method == IP_VS_CONN_F_MASQ)
			return true;
	}
	return false;
}
