/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of this router, which "ftpmark check" gathers and then judges. */
#ifndef FM_ROUTER_ROUTER_H
#define FM_ROUTER_ROUTER_H

#include <net/if.h>
#include <stdint.h>

#include "module/instance.h"
#include "rules/rules.h"

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
 * @forward: net.ipv4.ip_forward
 * @forward6: IPv6 packets are forwarded
 * @rp_filter: that of all interfaces
 * @src_valid_mark: that of all interfaces
 * @early_demux: net.ipv4.ip_early_demux
 * @am_droprate: net.ipv4.vs.am_droprate, and so on to @snat_reroute
 * @backup_only: backup_only
 * @conn_max: conn_max, of Linux 7.2 and newer
 * @conn_reuse_mode: conn_reuse_mode
 * @vs_conntrack: conntrack
 * @drop_entry: drop_entry
 * @drop_packet: drop_packet
 * @expire_nodest_conn: expire_nodest_conn
 * @expire_quiescent_template: expire_quiescent_template
 * @secure_tcp: secure_tcp
 * @sloppy_tcp: sloppy_tcp
 * @snat_reroute: snat_reroute
 * @sync_refresh: sync_refresh_period
 * @tracked: number of conntrack entries
 * @tracked_max: highest number of them
 * @tcp_loose: connections are tracked from any packet on
 * @local: range of source ports of local connections
 *
 * A number that can't be read is FM_UNKNOWN.
 */
struct fm_sysctls {
	long forward;
	long forward6;
	long rp_filter;
	long src_valid_mark;
	long early_demux;
	long am_droprate;
	long backup_only;
	long conn_max;
	long conn_reuse_mode;
	long vs_conntrack;
	long drop_entry;
	long drop_packet;
	long expire_nodest_conn;
	long expire_quiescent_template;
	long secure_tcp;
	long sloppy_tcp;
	long snat_reroute;
	long sync_refresh;
	long tracked;
	long tracked_max;
	long tcp_loose;
	struct fm_range local;
};

struct fm_link;

/**
 * struct fm_way - where the kernel sends packets to an address
 * @asked: the kernel was asked
 * @type: RTN_UNICAST or another; RTN_UNSPEC if there is no route
 * @link: the interface, or NULL
 * @hop: the address of the next hop
 * @neighbour: state of this neighbour, NUD_*; 0 if the kernel has none
 */
struct fm_way {
	bool asked;
	unsigned int type;
	const struct fm_link *link;
	struct fm_prefix hop;
	unsigned int neighbour;
};

/**
 * struct fm_link - an interface
 * @index: its index
 * @name: its name
 * @flags: IFF_*
 * @master: index of the bridge, bond or VRF that it belongs to, or 0
 * @vrf: it is a VRF
 * @address: for IPv4 and IPv6, an address of it, with the length of its network;
 *	its family is 0 if it has none
 * @forwarding: for IPv4 and IPv6, whether packets from there are forwarded
 * @rp_filter: how sources are checked: 0 not, 1 strictly, 2 loosely
 * @src_valid_mark: they are looked up with the mark
 *
 * A number that can't be read is FM_UNKNOWN.
 */
struct fm_link {
	int index;
	char name[IFNAMSIZ];
	unsigned int flags;
	int master;
	bool vrf;
	struct fm_prefix address[2];
	long forwarding[2];
	long rp_filter;
	long src_valid_mark;
};

/**
 * struct fm_links - the interfaces
 * @count: number of interfaces
 * @item: the interfaces
 */
struct fm_links {
	size_t count;
	struct fm_link *item;
};

/**
 * struct fm_dest - a real server of an IPVS service
 * @address: its address
 * @port: its port, 0 for that of the client's packet
 * @method: forwarding method, an IP_VS_CONN_F_FWD_MASK value
 * @weight: its weight
 * @way: the way to it
 */
struct fm_dest {
	struct fm_prefix address;
	unsigned int port;
	uint32_t method;
	int32_t weight;
	struct fm_way way;
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
 * @master: the sync daemon runs that sends connections
 * @backup: the one that receives them runs
 * @count: number of services
 * @service: the services
 */
struct fm_ipvs {
	int err;
	bool master;
	bool backup;
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
 * @action: FR_ACT_TO_TBL, or another, such as FR_ACT_BLACKHOLE
 * @table: the routing table that it leads to
 */
struct fm_policy {
	int family;
	uint32_t priority;
	bool invert;
	uint32_t mark;
	uint32_t mask;
	unsigned int action;
	uint32_t table;
};

/**
 * struct fm_policies - the routing rules that look at marks
 * @err: -errno if they could not be read, or 0
 * @by_source: some rule looks at the source of packets
 * @count: number of rules
 * @item: the rules
 */
struct fm_policies {
	int err;
	bool by_source;
	size_t count;
	struct fm_policy *item;
};

/**
 * struct fm_firewall - the rules of iptables and nftables
 * @err: -errno if they could not all be read, or 0
 * @rules: the rules; checks send packets through them, which marks those that
 *	the packets met
 */
struct fm_firewall {
	int err;
	struct fm_rules *rules;
};

/**
 * struct fm_trip - what becomes of packets to a VIP that come by an interface
 * @service: the service
 * @vip: the VIP
 * @link: the interface
 * @usual: clients come in by it: what the VIP sends to strangers leaves by it,
 *	or there is no way to strangers, and the interface has an address
 * @inside: real servers are behind it
 * @client: a stranger, or else a neighbour, that was taken for a client
 * @local: the kernel takes in what the client sends; otherwise it refuses the
 *	source, or rules lead the packets elsewhere
 * @stranger: the same for a stranger
 * @back: the way to a stranger of what the VIP sends
 * @through: that of what a real server sends, before it is translated
 */
struct fm_trip {
	const struct fm_instance *service;
	const struct fm_prefix *vip;
	const struct fm_link *link;
	bool usual;
	bool inside;
	struct fm_prefix client;
	bool local;
	bool stranger;
	struct fm_way back;
	struct fm_way through;
};

/**
 * struct fm_trips - these, for each VIP and interface
 * @count: number of them
 * @item: the trips
 */
struct fm_trips {
	size_t count;
	struct fm_trip *item;
};

/**
 * struct fm_router - the state of this router
 * @kernel: the kernel and the module
 * @sys: sysfs is mounted
 * @sysctls: settings of the network namespace
 * @helper_ipvs: ip_vs_ftp is loaded
 * @helper_nat: nf_nat_ftp is loaded
 * @config: the module's services as text
 * @count: number of these services
 * @service: the same services, their values parsed
 * @ipvs: IPVS
 * @policies: routing rules that look at marks
 * @links: the interfaces
 * @trips: what becomes of clients' packets
 * @refused: packets that rp_filter has refused, or FM_UNKNOWN
 * @refused_before: those at the last check, or FM_UNKNOWN
 * @firewall: rules of iptables and nftables
 */
struct fm_router {
	struct fm_kernel kernel;
	bool sys;
	struct fm_sysctls sysctls;
	bool helper_ipvs;
	bool helper_nat;
	struct fm_config config;
	size_t count;
	struct fm_instance *service;
	struct fm_ipvs ipvs;
	struct fm_policies policies;
	struct fm_links links;
	struct fm_trips trips;
	long refused;
	long refused_before;
	struct fm_firewall firewall;
};

void fm_kernel_gather(struct fm_kernel *kernel);
void fm_sysctls_gather(struct fm_sysctls *sysctls);
int fm_services_gather(struct fm_router *router);
int fm_ipvs_gather(struct fm_ipvs *ipvs);
int fm_policies_gather(struct fm_policies *policies);
int fm_links_gather(struct fm_links *links);
int fm_ways_gather(struct fm_router *router);
int fm_trips_gather(struct fm_router *router);
void fm_memory_gather(struct fm_router *router);
int fm_firewall_gather(struct fm_firewall *firewall);

int fm_router_gather(struct fm_router *router);

void fm_kernel_free(struct fm_kernel *kernel);
const struct fm_link *fm_link_find(const struct fm_links *links, int index);
const struct fm_virtual *
fm_virtual_find(const struct fm_router *router,
		const struct fm_instance *service, int family);

void fm_ipvs_free(struct fm_ipvs *ipvs);
void fm_firewall_free(struct fm_firewall *firewall);
void fm_router_free(struct fm_router *router);

#endif /* FM_ROUTER_ROUTER_H */
