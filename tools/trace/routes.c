// SPDX-License-Identifier: GPL-2.0-only
/* Asks the kernel for the route of a packet, and for its next hop. */

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "router/route.h"
#include "trace/evidence.h"

static bool fm_lookup(struct fm_route *route)
{
	struct nl_sock *sock;
	int err;

	sock = fm_netlink_open(NETLINK_ROUTE, &err);
	if (!sock)
		return false;
	err = fm_route_ask(sock, route);
	nl_socket_free(sock);
	return !err && (route->err || route->way.type);
}

static const char *fm_lookup_reason(const struct fm_route *route)
{
	switch (route->err) {
	case -EXDEV:
		return "rp_filter does not let it in: the way back does not lead out there";
	case -ENETUNREACH:
		return "there is no route";
	case -EHOSTUNREACH:
		return "forwarding is off there, or the route is \"unreachable\"";
	case -EACCES:
		return "the route is \"prohibit\"";
	/* As of Linux 6.14 for what rp_filter drops, too. */
	case -EINVAL:
		return "the source is this router's, or rp_filter or a \"blackhole\" stops it";
	default:
		break;
	}
	switch (route->way.type) {
	case RTN_BLACKHOLE:
		return "the route is a \"blackhole\"";
	case RTN_UNREACHABLE:
		return "the route is \"unreachable\", or there is none";
	case RTN_PROHIBIT:
		return "the route is \"prohibit\"";
	default:
		return route->err ? strerror(-route->err) : NULL;
	}
}

/**
 * fm_route_explain() - say what the kernel has against a packet's route
 * @to: the packet's destination
 * @from: its source
 * @in: index of its incoming interface, or 0 if it is this router's
 * @mark: its mark
 * @causes: the lines
 *
 * Nothing is said if the route is well.
 *
 * Return: the kernel's error, or 0.
 */
int fm_route_explain(const struct fm_prefix *to, const struct fm_prefix *from,
		     unsigned int in, uint32_t mark, struct fm_causes *causes)
{
	char name[IF_NAMESIZE] = "", a[FM_PREFIX_TEXT], b[FM_PREFIX_TEXT];
	struct fm_route route = {
		.to = to, .from = from, .in = in, .mark = mark,
	};
	const char *why;

	if (in)
		if_indextoname(in, name);
	if (!fm_lookup(&route))
		return 0;
	why = fm_lookup_reason(&route);
	if (!why)
		return 0;
	fm_prefix_print(to, a);
	if (from)
		fm_prefix_print(from, b);
	fm_cause_add(causes, "route to %s%s%s%s%s, mark %u: %s", a,
		     from ? " from " : "", from ? b : "", in ? " in by " : "",
		     name, mark, why);
	return route.err;
}

/**
 * struct fm_hop - a neighbour to look for
 * @address: its address
 * @device: index of its interface
 * @state: its state, NUD_*
 */
struct fm_hop {
	const struct fm_prefix *address;
	int device;
	unsigned int state;
};

static int fm_neighbour_seen(struct nl_msg *msg, void *arg)
{
	struct ndmsg *found = nlmsg_data(nlmsg_hdr(msg));
	struct fm_hop *neighbour = arg;
	struct nlattr *attr[NDA_MAX + 1];
	int size = neighbour->address->length / 8;

	if (!nlmsg_parse(nlmsg_hdr(msg), sizeof(*found), attr, NDA_MAX, NULL) &&
	    attr[NDA_DST] && nla_len(attr[NDA_DST]) == size &&
	    found->ndm_ifindex == neighbour->device &&
	    !memcmp(nla_data(attr[NDA_DST]), neighbour->address->byte, size))
		neighbour->state = found->ndm_state;
	return NL_OK;
}

static unsigned int fm_neighbour_state(const struct fm_route *route)
{
	const struct fm_prefix *hop = &route->way.hop;
	struct fm_hop neighbour = { hop, route->out, 0 };

	fm_netlink_dump(RTM_GETNEIGH, hop->family, fm_neighbour_seen,
			&neighbour);
	return neighbour.state;
}

/**
 * fm_neighbour_explain() - say whether the next hop to an address is there
 * @address: the address
 * @causes: the lines
 */
void fm_neighbour_explain(const struct fm_prefix *address,
			  struct fm_causes *causes)
{
	char name[IF_NAMESIZE] = "", hop[FM_PREFIX_TEXT];
	struct fm_route route = { .to = address };

	if (!fm_lookup(&route) || route.err)
		return;
	if_indextoname(route.out, name);
	fm_prefix_print(&route.way.hop, hop);
	if (fm_neighbour_state(&route) & (NUD_FAILED | NUD_INCOMPLETE))
		fm_cause_add(causes,
			     "%s does not answer on %s: it is down, or not on this network",
			     hop, name);
}
