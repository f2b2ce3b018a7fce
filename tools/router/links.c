// SPDX-License-Identifier: GPL-2.0-only
/* Gathers the interfaces, over rtnetlink, and their settings. */

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "router/netlink.h"
#include "router/router.h"
#include "router/sysctl.h"

/* Whether the attribute says that the interface is a VRF. */
static bool fm_link_is_vrf(struct nlattr *info)
{
	struct nlattr *attr[IFLA_INFO_MAX + 1];

	return info &&
	       !nla_parse_nested(attr, IFLA_INFO_MAX, info, NULL) &&
	       attr[IFLA_INFO_KIND] &&
	       !strcmp(nla_get_string(attr[IFLA_INFO_KIND]), "vrf");
}

static void fm_link_settings(struct fm_link *link)
{
	link->forwarding[0] = fm_sysctl_number("ipv4/conf/%s/forwarding",
					       link->name);
	link->forwarding[1] = fm_sysctl_number("ipv6/conf/%s/forwarding",
					       link->name);
	link->rp_filter = fm_sysctl_number("ipv4/conf/%s/rp_filter",
					   link->name);
	link->src_valid_mark = fm_sysctl_number("ipv4/conf/%s/src_valid_mark",
						link->name);
}

static int fm_link_add(struct nl_msg *msg, void *arg)
{
	struct ifinfomsg *info = nlmsg_data(nlmsg_hdr(msg));
	struct nlattr *attr[IFLA_MAX + 1];
	struct fm_links *links = arg;
	struct fm_link *grown;

	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(*info), attr, IFLA_MAX, NULL) ||
	    !attr[IFLA_IFNAME])
		return NL_SKIP;
	grown = reallocarray(links->item, links->count + 1, sizeof(*grown));
	if (!grown)
		return -NLE_NOMEM;
	links->item = grown;
	grown += links->count++;
	memset(grown, 0, sizeof(*grown));
	grown->index = info->ifi_index;
	grown->flags = info->ifi_flags;
	nla_strlcpy(grown->name, attr[IFLA_IFNAME], sizeof(grown->name));
	grown->master = attr[IFLA_MASTER] ? nla_get_u32(attr[IFLA_MASTER]) : 0;
	grown->vrf = fm_link_is_vrf(attr[IFLA_LINKINFO]);
	fm_link_settings(grown);
	return NL_OK;
}

/* Takes the first address of an interface. */
static int fm_address_find(struct nl_msg *msg, void *arg)
{
	struct ifaddrmsg *info = nlmsg_data(nlmsg_hdr(msg));
	struct nlattr *attr[IFA_MAX + 1];
	struct fm_links *links = arg;
	struct fm_prefix *address;
	struct nlattr *local;
	size_t i;

	if (info->ifa_scope != RT_SCOPE_UNIVERSE ||
	    nlmsg_parse(nlmsg_hdr(msg), sizeof(*info), attr, IFA_MAX, NULL))
		return NL_SKIP;
	local = attr[IFA_LOCAL] ?: attr[IFA_ADDRESS];
	for (i = 0; local && i < links->count; i++) {
		address = &links->item[i].address[info->ifa_family == AF_INET6];
		if (links->item[i].index != (int)info->ifa_index ||
		    address->family ||
		    nla_len(local) > (int)sizeof(address->byte))
			continue;
		address->family = info->ifa_family;
		address->length = info->ifa_prefixlen;
		memcpy(address->byte, nla_data(local), nla_len(local));
	}
	return NL_OK;
}

/**
 * fm_link_find() - find an interface
 * @links: the interfaces
 * @index: its index
 *
 * Return: the interface, or NULL.
 */
const struct fm_link *fm_link_find(const struct fm_links *links, int index)
{
	size_t i;

	for (i = 0; i < links->count; i++) {
		if (links->item[i].index == index)
			return &links->item[i];
	}
	return NULL;
}

/**
 * fm_links_gather() - read the interfaces
 * @links: the interfaces
 *
 * Return: 0 or -ENOMEM.
 */
int fm_links_gather(struct fm_links *links)
{
	int err = fm_netlink_dump(RTM_GETLINK, AF_UNSPEC, fm_link_add, links);

	if (!err)
		err = fm_netlink_dump(RTM_GETADDR, AF_UNSPEC, fm_address_find,
				      links);
	return err == -ENOMEM ? err : 0;
}
