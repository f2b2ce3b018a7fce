// SPDX-License-Identifier: GPL-2.0-only
/* Questions about the router that several checks ask. */

#include <linux/ip_vs.h>
#include <string.h>
#include <sys/socket.h>

#include "base/macros.h"
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

/**
 * fm_service_methods() - how IPVS forwards what a service marks
 * @router: the state of the router
 * @service: the service
 * @nat: set if it translates for a real server
 * @direct: set if it has real servers of a family, and translates for none of them
 */
void fm_service_methods(const struct fm_router *router,
			const struct fm_instance *service, bool *nat,
			bool *direct)
{
	const struct fm_virtual *virtual;
	size_t i;

	*nat = *direct = false;
	for (i = 0; i < ARRAY_SIZE(fm_families); i++) {
		virtual = fm_virtual_find(router, service, fm_families[i]);
		if (!virtual || !virtual->dest_count)
			continue;
		if (fm_virtual_translates(virtual))
			*nat = true;
		else
			*direct = true;
	}
}

/**
 * fm_link_outer() - find the interface that the kernel routes packets of
 * @router: the state of the router
 * @link: the interface that they come in by, or NULL
 *
 * Return: its VRF, or else @link itself.
 */
const struct fm_link *fm_link_outer(const struct fm_router *router,
				    const struct fm_link *link)
{
	const struct fm_link *master = NULL;

	if (link && link->master)
		master = fm_link_find(&router->links, link->master);
	return master && master->vrf ? master : link;
}

/**
 * fm_link_strict() - are sources of packets from an interface checked strictly
 * @router: the state of the router
 * @link: the interface
 *
 * The kernel takes the larger value of all interfaces and this one; 1, strict,
 * is stricter than 2, loose.
 *
 * Return: true if they are.
 */
bool fm_link_strict(const struct fm_router *router, const struct fm_link *link)
{
	return (link->rp_filter > router->sysctls.rp_filter ?
		link->rp_filter : router->sysctls.rp_filter) == 1;
}

/**
 * fm_link_mark_valid() - are they looked up with the mark
 * @router: the state of the router
 * @link: the interface
 *
 * Return: true if they are.
 */
bool fm_link_mark_valid(const struct fm_router *router,
			const struct fm_link *link)
{
	return link->src_valid_mark > 0 || router->sysctls.src_valid_mark > 0;
}

/**
 * fm_links_any() - find an interface that clients may come in by
 * @router: the state of the router
 * @is: what is asked of it
 *
 * Return: true if there is one.
 */
bool fm_links_any(const struct fm_router *router,
		  bool (*is)(const struct fm_router *router,
			     const struct fm_link *link))
{
	size_t i;

	for (i = 0; i < router->links.count; i++) {
		if (!(router->links.item[i].flags & IFF_LOOPBACK) &&
		    is(router, &router->links.item[i]))
			return true;
	}
	return false;
}
