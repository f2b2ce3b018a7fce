// SPDX-License-Identifier: GPL-2.0-only
/* Gathers routes and routing rules, over rtnetlink. */

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "router/netlink.h"
#include "router/router.h"

static int fm_route_type(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct rtmsg *route = nlmsg_data(header);
	int *type = arg;

	if (header->nlmsg_type == RTM_NEWROUTE)
		*type = route->rtm_type;
	return NL_OK;
}

/* Asks for the route of a packet with the service's mark. */
static struct nl_msg *fm_route_message(const struct fm_prefix *vip,
				       uint32_t mark)
{
	struct rtmsg route = {
		.rtm_family = vip->family,
		.rtm_dst_len = vip->length,
	};
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETROUTE, NLM_F_REQUEST);

	if (msg && (nlmsg_append(msg, &route, sizeof(route), NLMSG_ALIGNTO) ||
		    nla_put(msg, RTA_DST, vip->length / 8, vip->byte) ||
		    nla_put_u32(msg, RTA_MARK, mark))) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int fm_local(struct nl_sock *sock, struct fm_instance *service)
{
	int type;
	size_t i;
	int err;

	for (i = 0; i < service->vip.count; i++) {
		type = RTN_UNSPEC;
		err = fm_netlink_ask(sock,
				     fm_route_message(&service->vip.item[i],
						      service->mark),
				     fm_route_type, &type);
		if (err == -ENOMEM)
			return err;
		/* If no route exists, the answer is one of several errors. */
		service->local[i] = type == RTN_LOCAL;
	}
	return 0;
}

/**
 * fm_local_gather() - find out which VIPs are local
 * @router: the state of the router, with its services
 *
 * Return: 0 or -ENOMEM.
 */
int fm_local_gather(struct fm_router *router)
{
	struct nl_sock *sock;
	size_t i, j;
	int err;

	sock = fm_netlink_open(NETLINK_ROUTE, &err);
	for (i = 0; i < router->count; i++) {
		for (j = 0; j < router->service[i].vip.count; j++)
			router->service[i].local[j] = FM_UNKNOWN;
	}
	if (!sock)
		return err == -ENOMEM ? err : 0;
	for (i = 0; !err && i < router->count; i++)
		err = fm_local(sock, &router->service[i]);
	nl_socket_free(sock);
	return err;
}

static int fm_policy_find(struct nl_msg *msg, void *arg)
{
	struct fib_rule_hdr *rule = nlmsg_data(nlmsg_hdr(msg));
	struct fm_policies *policies = arg;
	struct nlattr *attr[FRA_MAX + 1];
	struct fm_policy *grown;

	/* The kernel leaves out a mark of 0, but not its mask. */
	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(*rule), attr, FRA_MAX, NULL) ||
	    (!attr[FRA_FWMARK] && !attr[FRA_FWMASK]))
		return NL_SKIP;
	grown = reallocarray(policies->item, policies->count + 1,
			     sizeof(*grown));
	if (!grown)
		return -NLE_NOMEM;
	policies->item = grown;
	grown += policies->count++;
	grown->family = rule->family;
	grown->invert = rule->flags & FIB_RULE_INVERT;
	grown->mark = attr[FRA_FWMARK] ? nla_get_u32(attr[FRA_FWMARK]) : 0;
	grown->mask = attr[FRA_FWMASK] ? nla_get_u32(attr[FRA_FWMASK]) :
					 UINT32_MAX;
	grown->table = attr[FRA_TABLE] ? nla_get_u32(attr[FRA_TABLE]) :
					 rule->table;
	grown->priority = attr[FRA_PRIORITY] ?
			  nla_get_u32(attr[FRA_PRIORITY]) : 0;
	return NL_OK;
}

static int fm_policies_ask(struct nl_sock *sock, int family,
			   struct fm_policies *policies)
{
	struct fib_rule_hdr rule = { .family = family };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETRULE,
						NLM_F_REQUEST | NLM_F_DUMP);

	if (msg && nlmsg_append(msg, &rule, sizeof(rule), NLMSG_ALIGNTO)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return fm_netlink_ask(sock, msg, fm_policy_find, policies);
}

/**
 * fm_policies_gather() - read the routing rules that look at marks
 * @policies: the rules; the member err has other errors than -ENOMEM
 *
 * Return: 0 or -ENOMEM.
 */
int fm_policies_gather(struct fm_policies *policies)
{
	struct nl_sock *sock;
	int err;

	sock = fm_netlink_open(NETLINK_ROUTE, &err);
	if (sock)
		err = fm_policies_ask(sock, AF_INET, policies);
	if (!err)
		err = fm_policies_ask(sock, AF_INET6, policies);
	nl_socket_free(sock);
	policies->err = err;
	return err == -ENOMEM ? err : 0;
}
