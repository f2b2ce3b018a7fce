// SPDX-License-Identifier: GPL-2.0-only
/* Gathers routing rules, over rtnetlink. */

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "router/netlink.h"
#include "router/router.h"

static int fm_policy_find(struct nl_msg *msg, void *arg)
{
	struct fib_rule_hdr *rule = nlmsg_data(nlmsg_hdr(msg));
	struct fm_policies *policies = arg;
	struct nlattr *attr[FRA_MAX + 1];
	struct fm_policy *grown;

	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(*rule), attr, FRA_MAX, NULL))
		return NL_SKIP;
	policies->by_source |= rule->src_len || attr[FRA_L3MDEV];
	/* The kernel leaves out a mark of 0, but not its mask. */
	if (!attr[FRA_FWMARK] && !attr[FRA_FWMASK])
		return NL_SKIP;
	grown = reallocarray(policies->item, policies->count + 1,
			     sizeof(*grown));
	if (!grown)
		return -NLE_NOMEM;
	policies->item = grown;
	grown += policies->count++;
	grown->family = rule->family;
	grown->action = rule->action;
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

/**
 * fm_policies_gather() - read the routing rules that look at marks
 * @policies: the rules; the member err has other errors than -ENOMEM
 *
 * Return: 0 or -ENOMEM.
 */
int fm_policies_gather(struct fm_policies *policies)
{
	int err = fm_netlink_dump(RTM_GETRULE, AF_INET, fm_policy_find,
				  policies);

	if (!err)
		err = fm_netlink_dump(RTM_GETRULE, AF_INET6, fm_policy_find,
				      policies);
	policies->err = err;
	return err == -ENOMEM ? err : 0;
}
