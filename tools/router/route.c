// SPDX-License-Identifier: GPL-2.0-only
/* Asks the kernel for routes, over rtnetlink. */

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "router/route.h"

static int fm_route_refused(struct sockaddr_nl *from, struct nlmsgerr *error,
			    void *arg)
{
	struct fm_route *route = arg;

	(void)from;
	route->err = error->error;
	return NL_STOP;
}

static int fm_route_answer(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct rtmsg *answer = nlmsg_data(header);
	struct nlattr *attr[RTA_MAX + 1];
	struct fm_route *route = arg;
	struct fm_way *way = &route->way;

	if (header->nlmsg_type != RTM_NEWROUTE ||
	    nlmsg_parse(header, sizeof(*answer), attr, RTA_MAX, NULL))
		return NL_SKIP;
	way->type = answer->rtm_type;
	if (attr[RTA_GATEWAY])
		nla_memcpy(way->hop.byte, attr[RTA_GATEWAY],
			   way->hop.length / 8);
	if (attr[RTA_OIF])
		route->out = nla_get_u32(attr[RTA_OIF]);
	if (route->links)
		way->link = fm_link_find(route->links, route->out);
	return NL_OK;
}

static int fm_route_put(struct nl_msg *msg, const struct fm_route *route)
{
	struct rtmsg question = {
		.rtm_family = route->to->family,
		.rtm_dst_len = route->way.hop.length,
		.rtm_src_len = route->from ? route->way.hop.length : 0,
	};
	int bytes = route->way.hop.length / 8;

	return nlmsg_append(msg, &question, sizeof(question), NLMSG_ALIGNTO) ||
	       nla_put(msg, RTA_DST, bytes, route->to->byte) ||
	       nla_put_u32(msg, RTA_MARK, route->mark) ||
	       (route->from &&
		nla_put(msg, RTA_SRC, bytes, route->from->byte)) ||
	       (route->in && nla_put_u32(msg, RTA_IIF, route->in)) ||
	       (route->vrf && nla_put_u32(msg, RTA_OIF, route->vrf));
}

/**
 * fm_route_ask() - ask for a route
 * @sock: the socket
 * @route: the question, and the answer
 *
 * If there is no route, the kernel answers with an error, or not at all.
 *
 * Return: 0 or -ENOMEM.
 */
int fm_route_ask(struct nl_sock *sock, struct fm_route *route)
{
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETROUTE, NLM_F_REQUEST);

	memset(&route->way, 0, sizeof(route->way));
	route->out = 0;
	route->err = 0;
	route->way.asked = true;
	route->way.hop = *route->to;
	route->way.hop.length = route->to->family == AF_INET6 ? 128 : 32;
	if (msg && fm_route_put(msg, route)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	nl_socket_modify_err_cb(sock, NL_CB_CUSTOM, fm_route_refused, route);
	return fm_netlink_ask(sock, msg, fm_route_answer, route) == -ENOMEM ?
	       -ENOMEM : 0;
}
