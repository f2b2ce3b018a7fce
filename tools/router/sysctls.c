// SPDX-License-Identifier: GPL-2.0-only
/* Gathers settings of the network namespace. */

#include <stddef.h>

#include "base/macros.h"
#include "router/router.h"
#include "router/sysctl.h"

static const struct {
	const char *name;
	size_t at;
} fm_sysctls_read[] = {
	{ "ipv4/ip_early_demux", offsetof(struct fm_sysctls, early_demux) },
	{ "ipv4/conf/all/rp_filter", offsetof(struct fm_sysctls, rp_filter) },
	{ "ipv4/conf/all/src_valid_mark",
	  offsetof(struct fm_sysctls, src_valid_mark) },
	{ "ipv4/ip_forward", offsetof(struct fm_sysctls, forward) },
	{ "ipv4/vs/am_droprate", offsetof(struct fm_sysctls, am_droprate) },
	{ "ipv4/vs/backup_only", offsetof(struct fm_sysctls, backup_only) },
	{ "ipv4/vs/conn_max", offsetof(struct fm_sysctls, conn_max) },
	{ "ipv4/vs/conn_reuse_mode",
	  offsetof(struct fm_sysctls, conn_reuse_mode) },
	{ "ipv4/vs/conntrack", offsetof(struct fm_sysctls, vs_conntrack) },
	{ "ipv4/vs/drop_entry", offsetof(struct fm_sysctls, drop_entry) },
	{ "ipv4/vs/drop_packet", offsetof(struct fm_sysctls, drop_packet) },
	{ "ipv4/vs/expire_nodest_conn",
	  offsetof(struct fm_sysctls, expire_nodest_conn) },
	{ "ipv4/vs/expire_quiescent_template",
	  offsetof(struct fm_sysctls, expire_quiescent_template) },
	{ "ipv4/vs/secure_tcp", offsetof(struct fm_sysctls, secure_tcp) },
	{ "ipv4/vs/sloppy_tcp", offsetof(struct fm_sysctls, sloppy_tcp) },
	{ "ipv4/vs/snat_reroute", offsetof(struct fm_sysctls, snat_reroute) },
	{ "ipv4/vs/sync_refresh_period",
	  offsetof(struct fm_sysctls, sync_refresh) },
	{ "ipv6/conf/all/forwarding", offsetof(struct fm_sysctls, forward6) },
	{ "netfilter/nf_conntrack_count",
	  offsetof(struct fm_sysctls, tracked) },
	{ "netfilter/nf_conntrack_max",
	  offsetof(struct fm_sysctls, tracked_max) },
	{ "netfilter/nf_conntrack_tcp_loose",
	  offsetof(struct fm_sysctls, tcp_loose) },
};

/**
 * fm_sysctls_gather() - read settings of the network namespace
 * @sysctls: the settings
 */
void fm_sysctls_gather(struct fm_sysctls *sysctls)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fm_sysctls_read); i++)
		*(long *)((char *)sysctls + fm_sysctls_read[i].at) =
			fm_sysctl_number("%s", fm_sysctls_read[i].name);
	fm_sysctl_pair("ipv4/ip_local_port_range", &sysctls->local.first,
		       &sysctls->local.last);
}
