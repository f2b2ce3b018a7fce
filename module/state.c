// SPDX-License-Identifier: GPL-2.0-only
/* The state of a network namespace: where to find it. */
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "state.h"

/* The kernel assigns it when the pernet operations are registered. */
unsigned int ftpmark_net_id __read_mostly;

/**
 * ftpmark_netns - look up the state of a namespace
 * @net: the namespace
 *
 * Return: its state, never NULL while the module is loaded.
 */
struct ftpmark_state *ftpmark_netns(const struct net *net)
{
	return net_generic(net, ftpmark_net_id);
}
