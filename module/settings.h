/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_SETTINGS_H
#define FTPMARK_SETTINGS_H

#include <linux/netfilter.h>
#include <linux/types.h>

enum {
	FTPMARK_SERVICES_MAX	= 4096,	/* a namespace */
	FTPMARK_VIPS_MAX	= 16,
	FTPMARK_PREFIXES_MAX	= 64,
	FTPMARK_RANGES_MAX	= 64,
};

/**
 * enum ftpmark_active - how data connections from real servers leave
 * @FTPMARK_ACTIVE_OFF: untouched
 * @FTPMARK_ACTIVE_MASQUERADE: under the address of the outgoing interface,
 *	through conntrack
 * @FTPMARK_ACTIVE_SNAT: under the VIP, through conntrack
 * @FTPMARK_ACTIVE_IPVS: under the VIP, as connections of IPVS
 */
enum ftpmark_active {
	FTPMARK_ACTIVE_OFF,
	FTPMARK_ACTIVE_MASQUERADE,
	FTPMARK_ACTIVE_SNAT,
	FTPMARK_ACTIVE_IPVS,
};

/**
 * enum ftpmark_on_marked - what to do with a packet that bears another mark
 * @FTPMARK_MARKED_OVERWRITE: replace it, as a MARK rule without mask does
 * @FTPMARK_MARKED_KEEP: leave it alone
 */
enum ftpmark_on_marked {
	FTPMARK_MARKED_OVERWRITE,
	FTPMARK_MARKED_KEEP,
};

/**
 * enum ftpmark_passive_from - who may open passive data connections
 * @FTPMARK_FROM_ANYONE: every host
 * @FTPMARK_FROM_CLIENTS: hosts that have a control connection to the same VIP
 */
enum ftpmark_passive_from {
	FTPMARK_FROM_ANYONE,
	FTPMARK_FROM_CLIENTS,
};

/**
 * struct ftpmark_range - neighbouring ports
 * @first: lowest port, host byte order, never 0
 * @last: highest port, host byte order, not below @first
 */
struct ftpmark_range {
	u16 first;
	u16 last;
};

/**
 * struct ftpmark_ports - a set of ports in canonical form
 * @count: number of ranges, at most FTPMARK_RANGES_MAX
 * @range: ascending, neither overlapping nor adjacent
 */
struct ftpmark_ports {
	unsigned int count;
	struct ftpmark_range range[] __counted_by(count);
};

/**
 * struct ftpmark_prefix - an address prefix, or a host as the longest one
 * @addr: network byte order; bits behind @len, or beyond the family, are 0
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @len: significant leading bits of @addr
 */
struct ftpmark_prefix {
	union nf_inet_addr addr;
	u8 family;
	u8 len;
};

/**
 * struct ftpmark_prefixes - a list of prefixes in the order written
 * @count: number of entries
 * @prefix: without duplicates
 */
struct ftpmark_prefixes {
	unsigned int count;
	struct ftpmark_prefix prefix[] __counted_by(count);
};

/**
 * struct ftpmark_settings - all settings of one service
 * @enabled: whether packets see the service
 * @vip: virtual IPs, hosts only
 * @control_ports: ports of control connections, never empty
 * @passive_ports: ports of passive data connections
 * @mark: firewall mark, never 0
 * @on_marked: what to do with a packet that bears another mark; one of
 *	enum ftpmark_on_marked
 * @real_servers: where active data connections come from
 * @active: how they leave; one of enum ftpmark_active
 * @active_ports: source ports they use, never empty
 * @notrack: whether its control and passive flows stay out of conntrack
 * @passive_from: who may open passive data connections; one of
 *	enum ftpmark_passive_from
 * @fast: whether established data takes the short way
 *
 * The lists are immutable: a change replaces the pointer. None is NULL in a
 * service. Choices are bytes, so that one function sets all of them.
 */
struct ftpmark_settings {
	u8 enabled;
	u8 notrack;
	u8 active;
	u8 on_marked;
	u8 passive_from;
	u8 fast;
	u32 mark;
	const struct ftpmark_prefixes *vip;
	const struct ftpmark_prefixes *real_servers;
	const struct ftpmark_ports *control_ports;
	const struct ftpmark_ports *passive_ports;
	const struct ftpmark_ports *active_ports;
};

struct ftpmark_refusal;

/**
 * enum ftpmark_kind - what a setting is, and so its type
 * @FTPMARK_KIND_CHOICE: one of several words; u8
 * @FTPMARK_KIND_MARK: a firewall mark; u32
 * @FTPMARK_KIND_HOSTS: addresses; a pointer to struct ftpmark_prefixes
 * @FTPMARK_KIND_PREFIXES: addresses and prefixes; the same
 * @FTPMARK_KIND_PORTS: ports and ranges; a pointer to struct ftpmark_ports
 */
enum ftpmark_kind {
	FTPMARK_KIND_CHOICE,
	FTPMARK_KIND_MARK,
	FTPMARK_KIND_HOSTS,
	FTPMARK_KIND_PREFIXES,
	FTPMARK_KIND_PORTS,
};

/**
 * struct ftpmark_setting - one setting, by the name of its file
 * @name: file name in services/NAME/
 * @value: the default, as an operator would write it
 * @words: of a choice: the words, by value
 * @count: of a choice: their number
 * @needs_ipvs: of a choice: the value that needs IPVS, or 0 for none
 * @may_be_empty: of ports: whether there may be none
 * @kind: what it is
 * @offset: where in struct ftpmark_settings
 */
struct ftpmark_setting {
	const char *name;
	const char *value;
	const char *const *words;
	u8 count;
	u8 needs_ipvs;
	bool may_be_empty;
	enum ftpmark_kind kind;
	size_t offset;
};

static inline bool
ftpmark_setting_is_list(const struct ftpmark_setting *setting)
{
	return setting->kind >= FTPMARK_KIND_HOSTS;
}

enum ftpmark_setting_id {
	FTPMARK_SETTING_ENABLED,
	FTPMARK_SETTING_VIP,
	FTPMARK_SETTING_CONTROL_PORTS,
	FTPMARK_SETTING_PASSIVE_PORTS,
	FTPMARK_SETTING_MARK,
	FTPMARK_SETTING_ON_MARKED,
	FTPMARK_SETTING_REAL_SERVERS,
	FTPMARK_SETTING_ACTIVE,
	FTPMARK_SETTING_ACTIVE_PORTS,
	FTPMARK_SETTING_NOTRACK,
	FTPMARK_SETTING_PASSIVE_FROM,
	FTPMARK_SETTING_FAST,
	FTPMARK_SETTING_COUNT,
};

extern const struct ftpmark_setting ftpmark_setting_table[FTPMARK_SETTING_COUNT];

int ftpmark_setting_parse(const struct ftpmark_setting *setting,
			  struct ftpmark_settings *settings, const char *text,
			  struct ftpmark_refusal *refusal);
ssize_t ftpmark_setting_print(const struct ftpmark_setting *setting,
			      const struct ftpmark_settings *settings,
			      char *page);
int ftpmark_settings_init(struct ftpmark_settings *settings);
void ftpmark_settings_release(const struct ftpmark_settings *settings,
			      const struct ftpmark_settings *kept,
			      const struct ftpmark_settings *kept_too);

#endif
