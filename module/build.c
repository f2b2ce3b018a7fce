// SPDX-License-Identifier: GPL-2.0-only
/*
 * Building a table from the enabled services. Whatever a configuration decides
 * is computed here once, so that packets need not compute it.
 */
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "build.h"
#include "clients.h"
#include "lease.h"
#include "sessions.h"
#include "table.h"

/*
 * Whether active data of a family could come from more than one VIP, or from a
 * VIP or none, so that the client's control connection has to decide.
 */
static bool ftpmark_build_vip_choice(const struct ftpmark_source *sources,
				     u32 count, u8 family)
{
	const struct ftpmark_prefix *last = NULL;
	unsigned long modes = 0;
	bool several = false;
	u32 i, j;

	for (i = 0; i < count; i++) {
		const struct ftpmark_settings *settings = sources[i].settings;
		const struct ftpmark_prefixes *list = settings->vip;

		if (!settings->real_servers->count)
			continue;
		modes |= BIT(settings->active);
		for (j = 0; j < list->count; j++) {
			const struct ftpmark_prefix *vip = &list->prefix[j];

			if (vip->family != family)
				continue;
			if (last && !nf_inet_addr_cmp(&last->addr, &vip->addr))
				several = true;
			last = vip;
		}
	}
	/* If all services masquerade, or all are off, no VIP is used. */
	return several && modes != BIT(FTPMARK_ACTIVE_MASQUERADE) &&
	       modes != BIT(FTPMARK_ACTIVE_OFF);
}

/* Whether passive ports of some service are for clients only. */
static bool ftpmark_build_for_clients(const struct ftpmark_source *sources,
				      u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		if (sources[i].settings->passive_from == FTPMARK_FROM_CLIENTS)
			return true;
	}
	return false;
}

/* The memories belong to the namespace and outlive the table. */
static int ftpmark_build_clients(struct ftpmark_table *table,
				 const struct ftpmark_source *sources,
				 u32 count,
				 struct ftpmark_client_memories *clients)
{
	if (ftpmark_build_vip_choice(sources, count, NFPROTO_IPV4) ||
	    ftpmark_build_vip_choice(sources, count, NFPROTO_IPV6)) {
		if (!clients->seen)
			clients->seen = ftpmark_clients_create(NULL);
		if (!clients->seen)
			return -ENOMEM;
		table->clients.seen = clients->seen;
	}
	if (ftpmark_build_for_clients(sources, count)) {
		if (!clients->connected)
			clients->connected =
				ftpmark_clients_create(clients->net);
		if (!clients->connected)
			return -ENOMEM;
		table->clients.connected = clients->connected;
	}
	return 0;
}

/* So do the control connections. They are of use only if IPVS has them, too. */
static int ftpmark_build_sessions(struct ftpmark_table *table, u32 count,
				  struct ftpmark_sessions **sessions)
{
	u32 i;

	if (!IS_ENABLED(CONFIG_IP_VS))
		return 0;
	if (!*sessions)
		*sessions = ftpmark_sessions_create();
	if (!*sessions)
		return -ENOMEM;

	table->sessions = *sessions;
	for (i = 0; i < count; i++)
		table->targets.target[i].sessions = *sessions;
	return 0;
}

/* The leases, too; there are none while no service has the short way. */
static int ftpmark_build_leases(struct ftpmark_table *table,
				const struct ftpmark_source *sources, u32 count,
				struct net *net, struct ftpmark_leases **leases)
{
	u32 i;

	for (i = 0; i < count; i++) {
		if (!sources[i].settings->fast)
			continue;
		if (!*leases)
			*leases = ftpmark_leases_create(net);
		if (!*leases)
			return -ENOMEM;
		table->leases = *leases;
	}
	return 0;
}

static int ftpmark_build_realservers(struct ftpmark_table *table,
				     const struct ftpmark_source *sources,
				     u32 count)
{
	int err;

	err = ftpmark_realserver_set_build(&table->realserver[0], sources,
					   table->targets.target, count,
					   NFPROTO_IPV4, &table->size);
	if (err)
		return err;
	return ftpmark_realserver_set_build(&table->realserver[1], sources,
					    table->targets.target, count,
					    NFPROTO_IPV6, &table->size);
}

static bool ftpmark_lists_family(const struct ftpmark_prefixes *list, u8 family)
{
	unsigned int i;

	for (i = 0; i < list->count; i++) {
		if (list->prefix[i].family == family)
			return true;
	}
	return false;
}

static void ftpmark_build_service_hooks(struct ftpmark_table *table,
					const struct ftpmark_settings *settings,
					u8 family)
{
	bool sends = ftpmark_lists_family(settings->real_servers, family);
	bool receives = ftpmark_lists_family(settings->vip, family);
	unsigned int i = ftpmark_family(family);

	if (receives)
		table->hooks |= BIT(FTPMARK_HOOK_MARK4 + i);
	if (settings->notrack && receives)
		table->hooks |= BIT(FTPMARK_HOOK_NOTRACK4 + i);
	if (settings->fast && receives)
		table->hooks |= BIT(FTPMARK_HOOK_FAST4 + i) |
				BIT(FTPMARK_HOOK_LEARN4 + i);
	if (!sends)
		return;

	switch ((enum ftpmark_active)settings->active) {
	case FTPMARK_ACTIVE_OFF:
		break;
	case FTPMARK_ACTIVE_MASQUERADE:
	case FTPMARK_ACTIVE_SNAT:
		table->hooks |= BIT(FTPMARK_HOOK_NAT4 + i);
		break;
	case FTPMARK_ACTIVE_IPVS:
		table->hooks |= BIT(FTPMARK_HOOK_IPVS4 + i) |
				BIT(FTPMARK_HOOK_LOCAL_IN4 + i);
		break;
	}
}

static void ftpmark_build_hooks(struct ftpmark_table *table,
				const struct ftpmark_source *sources, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		const struct ftpmark_settings *settings = sources[i].settings;

		ftpmark_build_service_hooks(table, settings, NFPROTO_IPV4);
		ftpmark_build_service_hooks(table, settings, NFPROTO_IPV6);
	}
}

/**
 * ftpmark_table_create - make the table of a configuration
 * @sources: enabled services in name order, each with a VIP; at least one
 * @count: number of services
 * @clients: what the namespace remembers of clients; a memory that the
 *	configuration needs is created, if there is none yet
 * @sessions: the namespace's control connections; created if there are none yet
 * @leases: the namespace's leases; created if a service has the short way and
 *	there are none yet
 * @refusal: the reason, when refused
 *
 * Context: may sleep.
 * Return: a table to be published or destroyed, or an ERR_PTR: -EEXIST when two
 * services share a VIP and port, -ENOMEM.
 */
struct ftpmark_table *
ftpmark_table_create(const struct ftpmark_source *sources, u32 count,
		     struct ftpmark_client_memories *clients,
		     struct ftpmark_sessions **sessions,
		     struct ftpmark_leases **leases,
		     struct ftpmark_refusal *refusal)
{
	struct ftpmark_table *table;
	int err;

	table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return ERR_PTR(-ENOMEM);

	table->size = sizeof(*table);
	table->vips = ftpmark_table_empty.vips;

	err = ftpmark_targets_build(&table->targets, sources, count,
				    &table->size);
	if (!err)
		err = ftpmark_build_clients(table, sources, count, clients);
	if (!err)
		err = ftpmark_build_sessions(table, count, sessions);
	if (!err)
		err = ftpmark_build_leases(table, sources, count, clients->net,
					   leases);
	if (!err)
		err = ftpmark_vips_build(&table->vips, sources,
					 table->targets.target, count,
					 &table->clients, &table->size,
					 refusal);
	if (!err)
		err = ftpmark_build_realservers(table, sources, count);
	if (err) {
		ftpmark_table_destroy(table);
		return ERR_PTR(err);
	}

	ftpmark_build_hooks(table, sources, count);
	return table;
}
