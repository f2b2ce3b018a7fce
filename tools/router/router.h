/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of this router, which "ftpmark check" gathers and then judges. */
#ifndef FM_ROUTER_ROUTER_H
#define FM_ROUTER_ROUTER_H

#include <stdint.h>

#include "model/config.h"
#include "model/values.h"
#include "module/counters.h"

enum { FM_UNKNOWN = -1 };

/**
 * struct fm_kernel - the running kernel and the module for it
 * @release: release of the kernel
 * @loaded: the module is loaded
 * @version: version of the loaded module, or NULL
 * @tainted: the loaded module has no signature that the kernel trusts
 * @enforced: the kernel loads only signed modules
 * @secure_boot: the firmware starts only signed kernels
 * @asked: modinfo could be asked for the module's file
 * @found: a file is installed for the running kernel
 * @file_version: version of this file, or NULL
 * @file_magic: the kernel that the file was built for, or NULL
 * @file_signed: the file has a signature
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
 * @forward: some interface forwards IPv4 packets
 * @forward6: IPv6 packets are forwarded
 * @vs_conntrack: net.ipv4.vs.conntrack
 * @tracked: number of conntrack entries
 * @rp_filter: strictest value of all interfaces: 0 none, 1 strict, 2 loose
 * @src_valid_mark: set for some interface
 * @local: range of source ports of local connections
 *
 * A number that can't be read is FM_UNKNOWN.
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
 * @method: forwarding method, an IP_VS_CONN_F_FWD_MASK value
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
 * @mark: its firewall mark; 0 if it has an address and port instead
 * @protocol: IPPROTO_TCP or another
 * @address: its address
 * @port: its port, 0 for all
 * @flags: IP_VS_SVC_F_*
 * @timeout: persistence timeout in seconds
 * @prefix: length of the prefix by which persistence groups clients
 * @scheduler: name of the scheduler
 * @engine: name of the persistence engine, or ""
 * @dest_count: number of real servers
 * @dest: the real servers
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
 * @err: -errno if IPVS could not be asked, or 0
 * @tcp_timeout: seconds after which IPVS forgets an idle connection
 * @count: number of services
 * @service: the services
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
 * @priority: its priority
 * @invert: it matches all packets but those with the mark
 * @mark: the mark
 * @mask: the bits of the mark that are compared
 * @table: the routing table that it leads to
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
 * @err: -errno if they could not be read, or 0
 * @count: number of rules
 * @item: the rules
 */
struct fm_policies {
	int err;
	size_t count;
	struct fm_policy *item;
};

/**
 * struct fm_filter_rule - a rule of iptables or nftables
 * @mark: the mark that it sets; 0 for a rule that translates source addresses
 * @ports: source ports that such a rule matches
 * @from: source addresses that it matches; empty for all, or if not known
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
 * @err: -errno if they could not be read, or 0
 * @count: number of rules
 * @item: the rules
 */
struct fm_filter_rules {
	int err;
	size_t count;
	struct fm_filter_rule *item;
};

/**
 * struct fm_instance - a service of the module
 * @profile: its settings as text
 * @enabled: it is enabled
 * @notrack: its flows are kept out of conntrack
 * @mark: its mark
 * @vip: its VIPs
 * @local: for each VIP, whether it is a local address, or FM_UNKNOWN
 * @real: its real servers
 * @control: ports of control connections
 * @passive: ports of passive data
 * @active_ports: source ports of active data
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
 * struct fm_router - the state of this router
 * @kernel: the kernel and the module
 * @sysctls: settings of the network namespace
 * @helper_ipvs: ip_vs_ftp is loaded
 * @helper_nat: nf_nat_ftp is loaded
 * @config: the module's services as text
 * @count: number of these services
 * @service: the same services, their values parsed
 * @ipvs: IPVS
 * @policies: routing rules that look at marks
 * @rules: rules of iptables and nftables that do what the module does
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
