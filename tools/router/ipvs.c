// SPDX-License-Identifier: GPL-2.0-only
/* Gathers the services of IPVS, over generic netlink. */

#include <errno.h>
#include <linux/ip_vs.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "router/netlink.h"
#include "router/router.h"

static void fm_ipvs_address(struct nlattr *attr, int family,
			    struct fm_prefix *address)
{
	memset(address, 0, sizeof(*address));
	address->family = family;
	address->length = family == AF_INET6 ? 128 : 32;
	if (attr)
		nla_memcpy(address->byte, attr, address->length / 8);
}

static uint32_t fm_ipvs_u32(struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : 0;
}

/* For IPv4 the kernel tells a netmask, for IPv6 a length. */
static unsigned int fm_ipvs_prefix(uint32_t netmask, int family)
{
	return family == AF_INET6 ? netmask : __builtin_popcount(netmask);
}

static void fm_ipvs_name(struct nlattr *attr, char *name, size_t size)
{
	name[0] = '\0';
	if (attr)
		nla_strlcpy(name, attr, size);
}

static void fm_virtual_fill(struct fm_virtual *service, struct nlattr **attr)
{
	struct ip_vs_flags flags = { 0 };

	memset(service, 0, sizeof(*service));
	service->family = nla_get_u16(attr[IPVS_SVC_ATTR_AF]);
	service->mark = fm_ipvs_u32(attr[IPVS_SVC_ATTR_FWMARK]);
	if (attr[IPVS_SVC_ATTR_PROTOCOL])
		service->protocol = nla_get_u16(attr[IPVS_SVC_ATTR_PROTOCOL]);
	fm_ipvs_address(attr[IPVS_SVC_ATTR_ADDR], service->family,
			&service->address);
	if (attr[IPVS_SVC_ATTR_PORT])
		service->port = ntohs(nla_get_u16(attr[IPVS_SVC_ATTR_PORT]));
	if (attr[IPVS_SVC_ATTR_FLAGS])
		nla_memcpy(&flags, attr[IPVS_SVC_ATTR_FLAGS], sizeof(flags));
	service->flags = flags.flags;
	service->timeout = fm_ipvs_u32(attr[IPVS_SVC_ATTR_TIMEOUT]);
	service->prefix =
		fm_ipvs_prefix(fm_ipvs_u32(attr[IPVS_SVC_ATTR_NETMASK]),
			       service->family);
	fm_ipvs_name(attr[IPVS_SVC_ATTR_SCHED_NAME], service->scheduler,
		     sizeof(service->scheduler));
	fm_ipvs_name(attr[IPVS_SVC_ATTR_PE_NAME], service->engine,
		     sizeof(service->engine));
}

static int fm_ipvs_service(struct nl_msg *msg, void *arg)
{
	struct nlattr *attr[IPVS_SVC_ATTR_MAX + 1];
	struct nlattr *top[IPVS_CMD_ATTR_MAX + 1];
	struct fm_virtual *grown;
	struct fm_ipvs *ipvs = arg;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, top, IPVS_CMD_ATTR_MAX, NULL) ||
	    !top[IPVS_CMD_ATTR_SERVICE] ||
	    nla_parse_nested(attr, IPVS_SVC_ATTR_MAX,
			     top[IPVS_CMD_ATTR_SERVICE], NULL) ||
	    !attr[IPVS_SVC_ATTR_AF])
		return NL_SKIP;
	grown = reallocarray(ipvs->service, ipvs->count + 1, sizeof(*grown));
	if (!grown)
		return -NLE_NOMEM;
	ipvs->service = grown;
	fm_virtual_fill(&grown[ipvs->count++], attr);
	return NL_OK;
}

static int fm_ipvs_dest(struct nl_msg *msg, void *arg)
{
	struct nlattr *attr[IPVS_DEST_ATTR_MAX + 1];
	struct nlattr *top[IPVS_CMD_ATTR_MAX + 1];
	struct fm_virtual *service = arg;
	struct fm_dest *grown;
	int family;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, top, IPVS_CMD_ATTR_MAX, NULL) ||
	    !top[IPVS_CMD_ATTR_DEST] ||
	    nla_parse_nested(attr, IPVS_DEST_ATTR_MAX, top[IPVS_CMD_ATTR_DEST],
			     NULL) || !attr[IPVS_DEST_ATTR_ADDR])
		return NL_SKIP;
	grown = reallocarray(service->dest, service->dest_count + 1,
			     sizeof(*grown));
	if (!grown)
		return -NLE_NOMEM;
	service->dest = grown;
	grown += service->dest_count++;
	/* A tunnel may lead to a real server of the other family. */
	family = attr[IPVS_DEST_ATTR_ADDR_FAMILY] ?
		 nla_get_u16(attr[IPVS_DEST_ATTR_ADDR_FAMILY]) :
		 service->family;
	memset(grown, 0, sizeof(*grown));
	fm_ipvs_address(attr[IPVS_DEST_ATTR_ADDR], family, &grown->address);
	if (attr[IPVS_DEST_ATTR_PORT])
		grown->port = ntohs(nla_get_u16(attr[IPVS_DEST_ATTR_PORT]));
	grown->method = fm_ipvs_u32(attr[IPVS_DEST_ATTR_FWD_METHOD]) &
			IP_VS_CONN_F_FWD_MASK;
	grown->weight = fm_ipvs_u32(attr[IPVS_DEST_ATTR_WEIGHT]);
	return NL_OK;
}

static int fm_ipvs_daemon(struct nl_msg *msg, void *arg)
{
	struct nlattr *attr[IPVS_DAEMON_ATTR_MAX + 1];
	struct nlattr *top[IPVS_CMD_ATTR_MAX + 1];
	struct fm_ipvs *ipvs = arg;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, top, IPVS_CMD_ATTR_MAX, NULL) ||
	    !top[IPVS_CMD_ATTR_DAEMON] ||
	    nla_parse_nested(attr, IPVS_DAEMON_ATTR_MAX,
			     top[IPVS_CMD_ATTR_DAEMON], NULL))
		return NL_SKIP;
	ipvs->master |= fm_ipvs_u32(attr[IPVS_DAEMON_ATTR_STATE]) &
			IP_VS_STATE_MASTER;
	ipvs->backup |= fm_ipvs_u32(attr[IPVS_DAEMON_ATTR_STATE]) &
			IP_VS_STATE_BACKUP;
	return NL_OK;
}

static struct nl_msg *fm_ipvs_message(int family, int command, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0,
				flags, command, IPVS_GENL_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int fm_ipvs_dests(struct nl_sock *sock, int family,
			 struct fm_virtual *service)
{
	struct nl_msg *msg = fm_ipvs_message(family, IPVS_CMD_GET_DEST,
					     NLM_F_DUMP);
	struct nlattr *nest;

	if (!msg)
		return -ENOMEM;
	nest = nla_nest_start(msg, IPVS_CMD_ATTR_SERVICE);
	if (!nest ||
	    nla_put_u16(msg, IPVS_SVC_ATTR_AF, service->family) ||
	    nla_put_u32(msg, IPVS_SVC_ATTR_FWMARK, service->mark)) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	nla_nest_end(msg, nest);
	return fm_netlink_ask(sock, msg, fm_ipvs_dest, service);
}

static int fm_ipvs_ask(struct nl_sock *sock, struct fm_ipvs *ipvs)
{
	int family;
	size_t i;
	int err;

	family = genl_ctrl_resolve(sock, IPVS_GENL_NAME);
	if (family < 0)
		return -ENOENT;
	err = fm_netlink_ask(sock,
			     fm_ipvs_message(family,
					     IPVS_CMD_GET_SERVICE,
					     NLM_F_DUMP),
			     fm_ipvs_service, ipvs);
	if (!err)
		err = fm_netlink_ask(sock,
				     fm_ipvs_message(family,
						     IPVS_CMD_GET_DAEMON,
						     NLM_F_DUMP),
				     fm_ipvs_daemon, ipvs);
	/* The checks need no real servers of other services. */
	for (i = 0; !err && i < ipvs->count; i++) {
		if (ipvs->service[i].mark)
			err = fm_ipvs_dests(sock, family, &ipvs->service[i]);
	}
	return err;
}

/**
 * fm_ipvs_gather() - ask IPVS for its services
 * @ipvs: the answer; its member err has other errors than -ENOMEM
 *
 * Return: 0 or -ENOMEM.
 */
int fm_ipvs_gather(struct fm_ipvs *ipvs)
{
	struct nl_sock *sock;
	int err;

	/* The question itself would load IPVS. */
	if (access("/sys/module/ip_vs", F_OK)) {
		ipvs->err = -ENOENT;
		return 0;
	}
	sock = fm_netlink_open(NETLINK_GENERIC, &err);
	if (sock)
		err = fm_ipvs_ask(sock, ipvs);
	nl_socket_free(sock);
	ipvs->err = err;
	return err == -ENOMEM ? err : 0;
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
 * fm_ipvs_free() - free the answer of IPVS
 * @ipvs: the answer
 */
void fm_ipvs_free(struct fm_ipvs *ipvs)
{
	while (ipvs->count)
		free(ipvs->service[--ipvs->count].dest);
	free(ipvs->service);
	ipvs->service = NULL;
}
