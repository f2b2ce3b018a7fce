// SPDX-License-Identifier: GPL-2.0-only
/*
 * The short way: what learn.c and lease.c ask IPVS, and tell it. No reference to
 * anything of IPVS is kept.
 */
#include <linux/bottom_half.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>

#include "compat/ip_vs.h"
#include "ipvs_learn.h"
#include "ipvs_lookup.h"

enum {
	/* IPVS sees a packet at least so often, and so often in its timeout. */
	FTPMARK_IPVS_LEASE	= HZ,
	FTPMARK_IPVS_PARTS	= 4,
	/* Shorter connections, like those of listings, are not worth it. */
	FTPMARK_IPVS_PACKETS	= 8,
};

/*
 * Gets the connection of a packet from a client to a VIP, or from a real server
 * to a client, as it arrives.
 */
static struct ip_vs_conn *
ftpmark_ipvs_conn_get(struct net *net, u8 family,
		      const union ftpmark_ends *ends, bool from_client)
{
	union nf_inet_addr source = {}, destination = {};
	struct ip_vs_conn_param param;
	__be16 source_port, destination_port;
	struct ip_vs_conn *cp;

	if (!ftpmark_ipvs_works(net, family))
		return NULL;
	ftpmark_ends_get(ends, family, &source, &source_port, &destination,
			 &destination_port);
	ip_vs_conn_fill_param(net_ipvs(net), family, IPPROTO_TCP, &source,
			      source_port, &destination, destination_port,
			      &param);
	cp = from_client ? ip_vs_conn_in_get(&param) :
			   ip_vs_conn_out_get(&param);
	/* A tunnel may lead to a server of the other family. */
	if (!cp || cp->daf == family)
		return cp;
	__ip_vs_conn_put(cp);
	return NULL;
}

/*
 * The backup director hears of a connection when the master has seen enough
 * packets of it; only then may IPVS miss some.
 */
static bool ftpmark_ipvs_seen(const struct ip_vs_conn *cp)
{
	int needed = FTPMARK_IPVS_PACKETS;

	if (cp->ipvs->sync_state & IP_VS_STATE_MASTER)
		needed = max(needed, sysctl_sync_threshold(cp->ipvs) + 1);
	return atomic_read(&cp->in_pkts) >= needed;
}

/*
 * Plain NAT of an established connection: what IPVS does to its packets depends
 * on nothing but their ends.
 */
static bool ftpmark_ipvs_plain(const struct ip_vs_conn *cp)
{
	const u32 special = IP_VS_CONN_F_NFCT | IP_VS_CONN_F_NO_CPORT |
			    IP_VS_CONN_F_ONE_PACKET | IP_VS_CONN_F_SEQ_MASK |
			    IP_VS_CONN_F_TEMPLATE;
	const struct ip_vs_dest *dest = READ_ONCE(cp->dest);
	u32 flags = READ_ONCE(cp->flags);

	return READ_ONCE(cp->state) == IP_VS_TCP_S_ESTABLISHED && !cp->app &&
	       (flags & IP_VS_CONN_F_FWD_MASK) == IP_VS_CONN_F_MASQ &&
	       !(flags & special) && dest && ftpmark_ipvs_dest_available(dest);
}

/*
 * For how long IPVS need not see packets. The backup director hears of every so
 * many-th one that IPVS has seen, and forgets the connection, too.
 */
static unsigned long ftpmark_ipvs_lease(const struct ip_vs_conn *cp)
{
	unsigned long parts = FTPMARK_IPVS_PARTS;
	int period = sysctl_sync_period(cp->ipvs);

	if ((cp->ipvs->sync_state & IP_VS_STATE_MASTER) && period > 0)
		parts *= period;
	return min_t(unsigned long, FTPMARK_IPVS_LEASE,
		     READ_ONCE(cp->timeout) / parts);
}

static void ftpmark_ipvs_describe(const struct ip_vs_conn *cp,
				  struct ftpmark_ipvs_way *way)
{
	memset(way, 0, sizeof(*way));
	ip_vs_addr_copy(cp->af, &way->client, &cp->caddr);
	ip_vs_addr_copy(cp->af, &way->vip, &cp->vaddr);
	ip_vs_addr_copy(cp->af, &way->server, &cp->daddr);
	way->client_port = cp->cport;
	way->vip_port = cp->vport;
	way->server_port = cp->dport;
	way->lease = ftpmark_ipvs_lease(cp);
}

/**
 * ftpmark_ipvs_way - ask IPVS how it translates a connection
 * @net: the namespace
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @ends: of a packet that IPVS has translated
 * @to_client: whether it goes to the client
 * @way: the answer
 *
 * Context: RCU read-side critical section, any but hard interrupt.
 * Return: whether the next packets may be translated without IPVS.
 */
bool ftpmark_ipvs_way(struct net *net, u8 family,
		      const union ftpmark_ends *ends, bool to_client,
		      struct ftpmark_ipvs_way *way)
{
	union ftpmark_ends answer;
	struct ip_vs_conn *cp;
	bool fits;

	/* The answer to it is a packet that IPVS has not translated. */
	ftpmark_ends_reverse(&answer, family, ends);
	cp = ftpmark_ipvs_conn_get(net, family, &answer, to_client);
	if (!cp)
		return false;
	fits = ftpmark_ipvs_plain(cp) && ftpmark_ipvs_seen(cp);
	if (fits)
		ftpmark_ipvs_describe(cp, way);
	/* Not ip_vs_conn_put(), which would restart its timer. */
	__ip_vs_conn_put(cp);
	return fits;
}

static void ftpmark_ipvs_stats_add(struct ip_vs_stats *stats, bool to_client,
				   u64 packets, u64 bytes)
{
	struct ip_vs_cpu_stats *s = this_cpu_ptr(stats->cpustats);

	u64_stats_update_begin(&s->syncp);
	if (to_client) {
		ftpmark_ipvs_counter_add(&s->cnt.outpkts, packets);
		ftpmark_ipvs_counter_add(&s->cnt.outbytes, bytes);
	} else {
		ftpmark_ipvs_counter_add(&s->cnt.inpkts, packets);
		ftpmark_ipvs_counter_add(&s->cnt.inbytes, bytes);
	}
	u64_stats_update_end(&s->syncp);
}

/**
 * ftpmark_ipvs_count - have IPVS count packets that it has not seen
 * @net: the namespace
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @ends: of the packets, as they arrived
 * @to_client: whether they went to the client
 * @packets: how many
 * @bytes: of IP, headers included
 *
 * They count as IPVS's own do: for the real server, its service, and in total,
 * while IPVS has the connection.
 *
 * Context: any but hard interrupt.
 */
void ftpmark_ipvs_count(struct net *net, u8 family,
			const union ftpmark_ends *ends, bool to_client,
			u64 packets, u64 bytes)
{
	struct ip_vs_service *service;
	struct ip_vs_dest *dest;
	struct ip_vs_conn *cp;

	rcu_read_lock();
	local_bh_disable();
	cp = ftpmark_ipvs_conn_get(net, family, ends, !to_client);
	dest = cp ? READ_ONCE(cp->dest) : NULL;
	if (dest && ftpmark_ipvs_dest_available(dest)) {
		service = rcu_dereference(dest->svc);
		ftpmark_ipvs_stats_add(&dest->stats, to_client, packets, bytes);
		if (service)
			ftpmark_ipvs_stats_add(&service->stats, to_client,
					       packets, bytes);
		ftpmark_ipvs_stats_add(ftpmark_ipvs_totals(cp->ipvs), to_client,
				       packets, bytes);
	}
	if (cp)
		__ip_vs_conn_put(cp);
	local_bh_enable();
	rcu_read_unlock();
}
