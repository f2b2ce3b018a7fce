/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_LEASE_H
#define FTPMARK_LEASE_H

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/cache.h>
#include <linux/jiffies.h>
#include <linux/llist.h>
#include <linux/rculist.h>
#include <linux/spinlock.h>
#include <linux/tcp.h>
#include <linux/workqueue.h>
#include <net/dst.h>
#include <net/ipv6.h>
#include <net/neighbour.h>
#include "ends.h"
#include "index.h"
#include "stats.h"

enum {
	/* Each connection takes two leases: one a direction. */
	FTPMARK_LEASES_MAX		= 1 << 15,
	/* Of a family: at most as many leases as buckets, few to a bucket. */
	FTPMARK_LEASE_BUCKET_BITS	= 14,
	FTPMARK_LEASE_CHAIN_MAX		= 4,
	FTPMARK_LEASE_LOCKS		= 256,
	/* Further apart, a lease would be over before it sends a packet. */
	FTPMARK_LEASE_APART		= HZ + HZ / 4,
	/* Packets count in the upper bits of a counter, bytes in the lower. */
	FTPMARK_LEASE_BYTES_BITS	= 40,
};

/**
 * struct ftpmark_lease - what becomes of one direction of a connection
 * @node: in its bucket
 * @from: the ends of its packets as they arrive
 * @until: jiffies; until then packets need not go the usual way
 * @epoch: that of the table when it was made; another one makes it worthless
 * @iif: index of the device on which they arrive
 * @to: the ends of its packets as they leave
 * @csum_ip: to be added to the checksum of IPv4's header, in network byte order
 * @csum_tcp: the same for that of TCP
 * @csum_pseudo: the same for one of the pseudo header only
 * @headroom: what the outgoing device needs
 * @mtu: of the route
 * @mark: of packets that leave
 * @priority: of packets that leave
 * @hops: TTL or hop limit of packets as they arrive
 * @dscp: of packets, the upper bits of TOS or traffic class
 * @to_client: whether they go to the client
 * @counted: whether they are of a passive port of the VIP
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @cookie: of the route, for IPv6
 * @dst: the route, with a reference
 * @neigh: whom they are sent to, with a reference
 * @stats: the counters of the service; valid only in the epoch
 * @sent: packets and bytes sent that IPVS has not counted yet
 * @gone: entry in the leases that have been replaced
 * @rcu: frees it
 *
 * The first cache line is all that a lookup reads. Once a lease is in its bucket
 * only @until and @sent change.
 */
struct ftpmark_lease {
	struct hlist_node node;
	union ftpmark_ends from;
	u32 iif;
	unsigned long until;
	union ftpmark_ends to;
	u32 epoch;
	__be16 csum_ip;
	__be16 csum_tcp;
	__be16 csum_pseudo;
	u16 headroom;
	u32 mtu;
	u32 mark;
	u32 priority;
	u8 hops;
	u8 dscp;
	bool to_client;
	bool counted;
	u8 family;
	u32 cookie;
	struct dst_entry *dst;
	struct neighbour *neigh;
	struct ftpmark_stats __percpu *stats;
	atomic64_t sent;
	union {
		struct llist_node gone;
		struct rcu_head rcu;
	};
};

/**
 * struct ftpmark_leases - the leases of a namespace
 * @multiplier: secret, so that a sender can't choose its bucket; odd
 * @epoch: a change of it ends all leases
 * @ended: number of packets that have begun or ended a connection
 * @count: how many leases there are, with those that wait to be freed
 * @port: by VIP's or real server's port, in network byte order: whether a lease
 *	has been for it
 * @net: the namespace
 * @sweep: removes leases that have ended
 * @gone: leases that have been replaced since the last sweep
 * @going: those replaced before it
 * @lock: protect the chains of buckets, each those of some; taken with softirqs
 *	off; no other lock is taken under them
 * @bucket: for each family (ftpmark_family()), leases by hash of both ends
 * @seen: jiffies of the last packet that went the usual way, by hash of both its ends
 *	as it left; directions may share one
 */
struct ftpmark_leases {
	u64 multiplier[5];
	atomic_t epoch;
	atomic_t ended;
	atomic_t count;
	DECLARE_BITMAP(port, 1 << 16);
	struct net *net;
	struct delayed_work sweep;
	struct llist_head gone;
	struct llist_node *going;
	spinlock_t lock[FTPMARK_LEASE_LOCKS];	/* chains of buckets */
	struct hlist_head bucket[2][1 << FTPMARK_LEASE_BUCKET_BITS];
	u32 seen[1 << FTPMARK_LEASE_BUCKET_BITS];
};

/**
 * enum ftpmark_lease_result - what came of an attempt to give a lease
 * @FTPMARK_LEASE_NONE: a packet has ended the connection meanwhile, or packets of
 *	one direction go different ways, or there is no memory
 * @FTPMARK_LEASE_FULL: there is no place
 * @FTPMARK_LEASE_GIVEN: to a direction that had none
 * @FTPMARK_LEASE_RENEWED: to one that had one
 */
enum ftpmark_lease_result {
	FTPMARK_LEASE_NONE,
	FTPMARK_LEASE_FULL,
	FTPMARK_LEASE_GIVEN,
	FTPMARK_LEASE_RENEWED,
};

/* Whether a packet may have a lease, by its ports: most of other traffic has none. */
static inline bool ftpmark_lease_ports(const struct ftpmark_leases *leases,
				       __be16 source, __be16 destination)
{
	return test_bit((__force u16)source, leases->port) ||
	       test_bit((__force u16)destination, leases->port);
}

/*
 * Whether a packet neither opens nor ends a connection. IPVS has to see those that do:
 * SYN, FIN, RST, and also what has no ACK, which closes it for IPVS.
 */
static inline bool ftpmark_lease_goes_on(const struct tcphdr *tcp)
{
	return (tcp_flag_word(tcp) & (TCP_FLAG_SYN | TCP_FLAG_FIN |
				      TCP_FLAG_RST | TCP_FLAG_ACK)) ==
	       TCP_FLAG_ACK;
}

/*
 * The bucket of a multilinear hash ("Strongly universal string hashing is fast",
 * Lemire and Kaser, 2014). The sums of ports in a row lie on a lattice: the upper
 * bits alone would put connections of one client into few buckets now and then.
 */
static inline u32 ftpmark_lease_bucket(u64 sum)
{
	return (u32)(sum >> 32) * (u32)sum >> (32 - FTPMARK_LEASE_BUCKET_BITS);
}

static inline u32 ftpmark_lease_hash4(const struct ftpmark_leases *leases,
				      const struct ftpmark_ends4 *ends)
{
	u64 sum = (__force u32)ends->source * leases->multiplier[0] +
		  (__force u32)ends->destination * leases->multiplier[1] +
		  (__force u32)ends->ports * leases->multiplier[2];

	return ftpmark_lease_bucket(sum);
}

static inline u32 ftpmark_lease_hash6(const struct ftpmark_leases *leases,
				      const struct ftpmark_ends6 *ends)
{
	u64 sum = ftpmark_index_half(&ends->source, 0) * leases->multiplier[0] +
		  ftpmark_index_half(&ends->source, 1) * leases->multiplier[1] +
		  ftpmark_index_half(&ends->destination, 0) *
		  leases->multiplier[2] +
		  ftpmark_index_half(&ends->destination, 1) *
		  leases->multiplier[3] +
		  (__force u32)ends->ports * leases->multiplier[4];

	return ftpmark_lease_bucket(sum);
}

static inline bool ftpmark_lease_equal4(const struct ftpmark_ends4 *x,
					const struct ftpmark_ends4 *y)
{
	/* The addresses are the first eight bytes. */
	return ftpmark_index_half(x, 0) == ftpmark_index_half(y, 0) &&
	       x->ports == y->ports;
}

/* Finds the lease of a packet of IPv4. In an RCU read-side critical section. */
static inline struct ftpmark_lease *
ftpmark_lease_find4(const struct ftpmark_leases *leases,
		    const struct ftpmark_ends4 *ends)
{
	u32 hash = ftpmark_lease_hash4(leases, ends);
	struct ftpmark_lease *lease;

	hlist_for_each_entry_rcu(lease, &leases->bucket[0][hash], node) {
		if (ftpmark_lease_equal4(&lease->from.v4, ends))
			return lease;
	}
	return NULL;
}

static inline bool ftpmark_lease_equal6(const struct ftpmark_ends6 *x,
					const struct ftpmark_ends6 *y)
{
	return ipv6_addr_equal(&x->source, &y->source) &&
	       ipv6_addr_equal(&x->destination, &y->destination) &&
	       x->ports == y->ports;
}

/* Finds the lease of a packet of IPv6. */
static inline struct ftpmark_lease *
ftpmark_lease_find6(const struct ftpmark_leases *leases,
		    const struct ftpmark_ends6 *ends)
{
	u32 hash = ftpmark_lease_hash6(leases, ends);
	struct ftpmark_lease *lease;

	hlist_for_each_entry_rcu(lease, &leases->bucket[1][hash], node) {
		if (ftpmark_lease_equal6(&lease->from.v6, ends))
			return lease;
	}
	return NULL;
}

/* Finds the lease of a direction of a connection. */
static inline struct ftpmark_lease *
ftpmark_lease_find(const struct ftpmark_leases *leases, u8 family,
		   const union ftpmark_ends *from)
{
	return family == NFPROTO_IPV4 ?
	       ftpmark_lease_find4(leases, &from->v4) :
	       ftpmark_lease_find6(leases, &from->v6);
}

/*
 * What ftpmark_lease_give() needs to know, read ahead of all that a lease is made
 * of.
 */
static inline int ftpmark_leases_ended(const struct ftpmark_leases *leases)
{
	return atomic_read_acquire(&leases->ended);
}

#if IS_ENABLED(CONFIG_IP_VS)
struct ftpmark_leases *ftpmark_leases_create(struct net *net);
void ftpmark_leases_destroy(struct ftpmark_leases *leases);
void ftpmark_leases_end(struct ftpmark_leases *leases);
#else
/* No service can have the short way then. */
static inline struct ftpmark_leases *ftpmark_leases_create(struct net *net)
{
	return NULL;
}

static inline void ftpmark_leases_destroy(struct ftpmark_leases *leases)
{
}

static inline void ftpmark_leases_end(struct ftpmark_leases *leases)
{
}
#endif

bool ftpmark_lease_pays(struct ftpmark_leases *leases, u8 family,
			const union ftpmark_ends *to);
void ftpmark_lease_end(struct ftpmark_leases *leases, u8 family,
		       const union ftpmark_ends *from);
void ftpmark_lease_end_both(struct ftpmark_leases *leases,
			    const struct ftpmark_lease *lease);
enum ftpmark_lease_result
ftpmark_lease_give(struct ftpmark_leases *leases,
		   const struct ftpmark_lease *shown, int ended);

#endif
