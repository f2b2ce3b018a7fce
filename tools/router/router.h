/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What "ftpmark check" looks at: the state of this router, gathered before any
 * of it is judged.
 */
#ifndef FM_ROUTER_ROUTER_H
#define FM_ROUTER_ROUTER_H

#include <stdint.h>

#include "model/config.h"
#include "model/values.h"
#include "module/counters.h"

enum { FM_UNKNOWN = -1 };

/**
 * struct fm_kernel - the running kernel and the module for it
 * @release: of the kernel
 * @loaded: the module is loaded
 * @version: of the loaded module, or NULL
 * @tainted: the kernel found no signature that it trusts on the loaded module
 * @enforced: the kernel loads none but signed modules
 * @secure_boot: the firmware has started none but signed kernels
 * @asked: modinfo was asked for the module's file
 * @found: there is one for the running kernel
 * @file_version: its version, or NULL
 * @file_magic: the kernel it was built for, or NULL
 * @file_signed: it has a signature
 */
struct fm_kernel {
	char release[65];
	bool loaded;
	char *version;
	bool tainted;
	bool enforced;
	bool secure_boot;
	bool asked;
	bool found;
	char *file_version;
	char *file_magic;
	bool file_signed;
};

/**
 * struct fm_sysctls - settings of the network namespace
 * @forward: packets of any interface are forwarded, IPv4
 * @forward6: packets are forwarded, IPv6
 * @vs_conntrack: net.ipv4.vs.conntrack
 * @tracked: entries of connection tracking
 * @rp_filter: the strictest of the interfaces: 0 none, 1 strict, 2 loose
 * @src_valid_mark: of any interface
 * @local: ports that connections from here get
 *
 * FM_UNKNOWN where it can't be read.
 */
struct fm_sysctls {
	long forward;
	long forward6;
	long vs_conntrack;
	long tracked;
	long rp_filter;
	long src_valid_mark;
	struct fm_range local;
};

/**
 * struct fm_dest - a real server of an IPVS service
 * @address: its address
 * @method: how it is forwarded to, an IP_VS_CONN_F_FWD_MASK value
 * @weight: its weight
 */
struct fm_dest {
	struct fm_prefix address;
	uint32_t method;
	int32_t weight;
};

/**
 * struct fm_virtual - an IPVS service
 * @family: AF_INET or AF_INET6
 * @mark: the firewall mark that it is for, or 0
 * @protocol: IPPROTO_TCP or another, if it is for an address
 * @address: this address
 * @port: and port, 0 for every one
 * @flags: IP_VS_SVC_F_*
 * @timeout: of persistence, in seconds
 * @prefix: how much of a client's address persistence looks at
 * @scheduler: its name
 * @engine: the persistence engine's name, or ""
 * @dest_count: how many real servers
 * @dest: these
 */
struct fm_virtual {
	int family;
	uint32_t mark;
	unsigned int protocol;
	struct fm_prefix address;
	unsigned int port;
	uint32_t flags;
	uint32_t timeout;
	unsigned int prefix;
	char scheduler[16];
	char engine[16];
	size_t dest_count;
	struct fm_dest *dest;
};

/**
 * struct fm_ipvs - IPVS in the network namespace
 * @err: why it could not be asked, a -errno, or 0
 * @tcp_timeout: seconds an idle connection is remembered
 * @count: how many services
 * @service: these
 */
struct fm_ipvs {
	int err;
	uint32_t tcp_timeout;
	size_t count;
	struct fm_virtual *service;
};

/**
 * struct fm_policy - a routing rule that looks at marks
 * @family: AF_INET or AF_INET6
 * @priority: its place
 * @invert: it is for all other packets
 * @mark: what a packet's mark has to be
 * @mask: in these bits
 * @table: where routes are then looked up
 */
struct fm_policy {
	int family;
	uint32_t priority;
	bool invert;
	uint32_t mark;
	uint32_t mask;
	uint32_t table;
};

/**
 * struct fm_policies - the routing rules that look at marks
 * @err: why they could not be read, a -errno, or 0
 * @count: how many
 * @item: these
 */
struct fm_policies {
	int err;
	size_t count;
	struct fm_policy *item;
};

/**
 * struct fm_filter_rule - a rule of iptables or nftables
 * @mark: the mark that it sets, or 0 if it translates source addresses
 * @ports: of packets from these ports, otherwise
 * @from: and these addresses; none if it is for any, or not known for which
 * @text: the rule
 * @removal: the command that deletes it
 */
struct fm_filter_rule {
	uint32_t mark;
	struct fm_ranges ports;
	struct fm_prefixes from;
	char *text;
	char *removal;
};

/**
 * struct fm_filter_rules - rules that do what the module does
 * @err: why they could not be read, a -errno, or 0
 * @count: how many
 * @item: these
 */
struct fm_filter_rules {
	int err;
	size_t count;
	struct fm_filter_rule *item;
};

/**
 * struct fm_instance - a service of the module
 * @profile: its settings as they are written
 * @enabled: packets see it
 * @notrack: its flows are not tracked
 * @mark: its mark
 * @vip: its virtual addresses
 * @local: for each of them, whether packets to it stay here; FM_UNKNOWN
 * @real: its real servers
 * @control: ports
 * @passive: ports
 * @active_ports: ports
 * @counts: its counters
 */
struct fm_instance {
	const struct fm_profile *profile;
	bool enabled;
	bool notrack;
	uint32_t mark;
	struct fm_prefixes vip;
	int local[FM_ITEMS_MAX];
	struct fm_prefixes real;
	struct fm_ranges control;
	struct fm_ranges passive;
	struct fm_ranges active_ports;
	struct fm_counts counts;
};

/**
 * struct fm_router - all of it
 * @kernel: kernel and module
 * @sysctls: settings of the namespace
 * @helper_ipvs: ip_vs_ftp is loaded
 * @helper_nat: nf_nat_ftp is loaded
 * @config: the module's services as they are written
 * @count: how many services
 * @service: these
 * @ipvs: IPVS
 * @policies: routing rules
 * @rules: rules of iptables and nftables
 */
struct fm_router {
	struct fm_kernel kernel;
	struct fm_sysctls sysctls;
	bool helper_ipvs;
	bool helper_nat;
	struct fm_config config;
	size_t count;
	struct fm_instance *service;
	struct fm_ipvs ipvs;
	struct fm_policies policies;
	struct fm_filter_rules rules;
};

void fm_kernel_gather(struct fm_kernel *kernel);
void fm_sysctls_gather(struct fm_sysctls *sysctls);
int fm_services_gather(struct fm_router *router);
int fm_ipvs_gather(struct fm_ipvs *ipvs);
int fm_policies_gather(struct fm_policies *policies);
int fm_local_gather(struct fm_router *router);
int fm_filter_rules_gather(struct fm_filter_rules *rules);

int fm_router_gather(struct fm_router *router);

void fm_kernel_free(struct fm_kernel *kernel);
void fm_ipvs_free(struct fm_ipvs *ipvs);
void fm_filter_rules_free(struct fm_filter_rules *rules);
void fm_router_free(struct fm_router *router);

#endif /* FM_ROUTER_ROUTER_H */
