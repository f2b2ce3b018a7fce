// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leases: for a moment, packets of a direction of a connection are sent as the
 * last one was that went the usual way. learn.c gives leases, and fast.c sends by
 * them. Their memory is bounded; a connection that finds no place goes the usual
 * way, at no other loss.
 *
 * A lease is given anew about once a second, else the sweep removes it. Nothing
 * but its end and its counter changes while packets may read it. The reference to
 * a neighbour keeps its device from going away, until the sweep has removed the
 * lease: when a device goes, ftpmark_leases_end() is called.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "ipvs_learn.h"
#include "lease.h"
#include "route.h"
#include "target.h"
#include "work.h"

enum {
	FTPMARK_LEASE_SWEEP	= HZ,
	/* Nobody who found a lease valid is still at it so much later. */
	FTPMARK_LEASE_OVER	= HZ / 2,
};

static u32 ftpmark_lease_hash(const struct ftpmark_leases *leases, u8 family,
			      const union ftpmark_ends *from)
{
	return family == NFPROTO_IPV4 ?
	       ftpmark_lease_hash4(leases, &from->v4) :
	       ftpmark_lease_hash6(leases, &from->v6);
}

static spinlock_t *ftpmark_lease_lock(struct ftpmark_leases *leases, u32 hash)
{
	return &leases->lock[hash % FTPMARK_LEASE_LOCKS];
}

/* Has IPVS count what was sent by a lease. */
static void ftpmark_lease_account(struct ftpmark_leases *leases,
				  struct ftpmark_lease *lease)
{
	u64 sent = atomic64_xchg(&lease->sent, 0);

	if (sent)
		ftpmark_ipvs_count(leases->net, lease->family, &lease->from,
				   lease->to_client,
				   sent >> FTPMARK_LEASE_BYTES_BITS,
				   sent & (BIT_ULL(FTPMARK_LEASE_BYTES_BITS) - 1));
}

/*
 * Frees a lease that is out of its bucket, and that nobody has sent by for long:
 * else what is sent would not be counted. Those who still walk the bucket are in
 * an RCU read-side critical section, and the kernel frees routes after those.
 */
static void ftpmark_lease_free(struct ftpmark_leases *leases,
			       struct ftpmark_lease *lease)
{
	ftpmark_lease_account(leases, lease);
	neigh_release(lease->neigh);
	dst_release(lease->dst);
	atomic_dec(&leases->count);
	kfree_rcu(lease, rcu);
}

/* Frees the leases that were replaced before the last sweep. */
static void ftpmark_leases_free_gone(struct ftpmark_leases *leases)
{
	struct ftpmark_lease *lease, *next;

	llist_for_each_entry_safe(lease, next, leases->going, gone)
		ftpmark_lease_free(leases, lease);
	leases->going = llist_del_all(&leases->gone);
}

static bool ftpmark_lease_over(const struct ftpmark_lease *lease)
{
	return time_after(jiffies, READ_ONCE(lease->until) +
				   FTPMARK_LEASE_OVER);
}

/* Takes one lease that is over out of a bucket. */
static struct ftpmark_lease *
ftpmark_lease_take(struct ftpmark_leases *leases, u32 hash,
		   struct hlist_head *bucket, bool all)
{
	spinlock_t *lock = ftpmark_lease_lock(leases, hash);
	struct ftpmark_lease *lease;

	spin_lock_bh(lock);
	hlist_for_each_entry(lease, bucket, node) {
		if (all || ftpmark_lease_over(lease)) {
			hlist_del_rcu(&lease->node);
			goto unlock;
		}
	}
	lease = NULL;
unlock:
	spin_unlock_bh(lock);
	return lease;
}

static void ftpmark_leases_clean(struct ftpmark_leases *leases, bool all)
{
	unsigned int family;
	u32 hash;

	for (family = 0; family < ARRAY_SIZE(leases->bucket); family++) {
		for (hash = 0; hash < ARRAY_SIZE(leases->bucket[0]); hash++) {
			struct hlist_head *bucket =
				&leases->bucket[family][hash];
			struct ftpmark_lease *lease;

			if (hlist_empty(bucket))
				continue;
			while ((lease = ftpmark_lease_take(leases, hash, bucket,
							   all)))
				ftpmark_lease_free(leases, lease);
			cond_resched();
		}
	}
}

static void ftpmark_lease_sweep(struct work_struct *work)
{
	struct ftpmark_leases *leases = container_of(to_delayed_work(work),
						     struct ftpmark_leases,
						     sweep);

	if (atomic_read(&leases->count)) {
		ftpmark_leases_free_gone(leases);
		ftpmark_leases_clean(leases, false);
	}
	queue_delayed_work(ftpmark_work_queue, &leases->sweep,
			   FTPMARK_LEASE_SWEEP);
}

/**
 * ftpmark_leases_create - create the leases of a namespace: none
 * @net: the namespace
 *
 * Context: may sleep.
 * Return: to be freed with ftpmark_leases_destroy(), or NULL.
 */
struct ftpmark_leases *ftpmark_leases_create(struct net *net)
{
	struct ftpmark_leases *leases;
	unsigned int i;

	leases = kvzalloc(sizeof(*leases), GFP_KERNEL_ACCOUNT);
	if (!leases)
		return NULL;

	for (i = 0; i < ARRAY_SIZE(leases->multiplier); i++)
		leases->multiplier[i] = get_random_u64() | 1;
	leases->net = net;
	for (i = 0; i < FTPMARK_LEASE_LOCKS; i++)
		spin_lock_init(&leases->lock[i]);
	INIT_DELAYED_WORK(&leases->sweep, ftpmark_lease_sweep);
	queue_delayed_work(ftpmark_work_queue, &leases->sweep,
			   FTPMARK_LEASE_SWEEP);
	return leases;
}

/**
 * ftpmark_leases_destroy - free all leases
 * @leases: of a namespace that is still there, and no longer in use by packets
 *	for a grace period; may be NULL
 *
 * Context: may sleep.
 */
void ftpmark_leases_destroy(struct ftpmark_leases *leases)
{
	if (!leases)
		return;
	cancel_delayed_work_sync(&leases->sweep);
	ftpmark_leases_free_gone(leases);
	ftpmark_leases_free_gone(leases);
	ftpmark_leases_clean(leases, true);
	kvfree(leases);
}

/**
 * ftpmark_leases_end - end all leases, because something has changed
 * @leases: of the namespace
 *
 * Whoever gives one from here on has to look at everything once more.
 */
void ftpmark_leases_end(struct ftpmark_leases *leases)
{
	/* The change is seen ahead of the epoch. */
	smp_mb__before_atomic();
	atomic_inc(&leases->epoch);
}

/**
 * ftpmark_lease_pays - whether a direction of a connection is worth a lease
 * @leases: of the namespace
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @to: the ends of one of its packets as it leaves
 *
 * A lease costs less than one packet that it sends saves. So it pays if packets come
 * at least once in a lease, and it is the last two that tell. A direction that shares
 * its place with another one may be taken for more than it is, never for less.
 *
 * Context: any.
 * Return: whether the packet before came within the time of a lease.
 */
bool ftpmark_lease_pays(struct ftpmark_leases *leases, u8 family,
			const union ftpmark_ends *to)
{
	u32 *seen = &leases->seen[ftpmark_lease_hash(leases, family, to)];
	u32 now = jiffies;
	u32 apart = now - READ_ONCE(*seen);

	WRITE_ONCE(*seen, now);
	return apart <= FTPMARK_LEASE_APART;
}

/* Ends a lease, and does not keep one that is over from the sweep. */
static void ftpmark_lease_stop(struct ftpmark_lease *lease)
{
	unsigned long now = jiffies;

	if (!time_before(READ_ONCE(lease->until), now))
		WRITE_ONCE(lease->until, now - 1);
}

/**
 * ftpmark_lease_end - end the lease of one direction, if there is one
 * @leases: of the namespace
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @from: the ends of its packets as they arrive
 *
 * Nor is one given by what was known before.
 *
 * Context: RCU read-side critical section, any but hard interrupt.
 */
void ftpmark_lease_end(struct ftpmark_leases *leases, u8 family,
		       const union ftpmark_ends *from)
{
	u32 hash = ftpmark_lease_hash(leases, family, from);
	spinlock_t *lock = ftpmark_lease_lock(leases, hash);
	struct ftpmark_lease *lease;

	/* Whoever gives one now sees this, or it is found. */
	atomic_inc(&leases->ended);
	spin_lock_bh(lock);
	lease = ftpmark_lease_find(leases, family, from);
	if (lease)
		ftpmark_lease_stop(lease);
	spin_unlock_bh(lock);

	/* Now IPVS has the connection. RCU keeps the lease. */
	if (lease)
		ftpmark_lease_account(leases, lease);
}

/**
 * ftpmark_lease_end_both - end the leases of both directions
 * @leases: of the namespace
 * @lease: of one of them
 *
 * Context: RCU read-side critical section, any but hard interrupt.
 */
void ftpmark_lease_end_both(struct ftpmark_leases *leases,
			    const struct ftpmark_lease *lease)
{
	union ftpmark_ends answer;

	ftpmark_lease_end(leases, lease->family, &lease->from);
	ftpmark_ends_reverse(&answer, lease->family, &lease->to);
	ftpmark_lease_end(leases, lease->family, &answer);
}

/*
 * Whether a lease says what a packet has shown. Routes are cached by processor,
 * so another one to the same neighbour is the same.
 */
static bool ftpmark_lease_same(const struct ftpmark_lease *lease,
			       const struct ftpmark_lease *shown)
{
	return lease->neigh == shown->neigh && lease->iif == shown->iif &&
	       lease->mtu == shown->mtu &&
	       lease->mark == shown->mark &&
	       lease->priority == shown->priority &&
	       lease->hops == shown->hops && lease->dscp == shown->dscp &&
	       lease->to_client == shown->to_client &&
	       lease->counted == shown->counted &&
	       lease->stats == shown->stats &&
	       !memcmp(&lease->to, &shown->to,
		       ftpmark_ends_size(shown->family));
}

/* Whether nothing but time has ended a lease, if it has ended at all. */
static bool ftpmark_lease_stands(const struct ftpmark_leases *leases,
				 const struct ftpmark_lease *lease)
{
	return lease->epoch == atomic_read(&leases->epoch) &&
	       !READ_ONCE(lease->neigh->dead) &&
	       ftpmark_route_valid(leases->net, lease->family, lease->dst,
				   lease->cookie);
}

static bool ftpmark_lease_has_room(struct ftpmark_leases *leases,
				   struct hlist_head *bucket)
{
	struct ftpmark_lease *lease;
	unsigned int count = 0;

	hlist_for_each_entry(lease, bucket, node)
		count++;
	return count < FTPMARK_LEASE_CHAIN_MAX &&
	       atomic_read(&leases->count) < FTPMARK_LEASES_MAX;
}

/* The port of the VIP or the real server. */
static __be16 ftpmark_lease_port(const struct ftpmark_lease *lease)
{
	if (lease->family == NFPROTO_IPV4)
		return lease->to_client ? lease->from.v4.source_port :
					  lease->from.v4.destination_port;
	return lease->to_client ? lease->from.v6.source_port :
				  lease->from.v6.destination_port;
}

/* Enters a lease into a bucket whose lock is held. */
static enum ftpmark_lease_result
ftpmark_lease_enter(struct ftpmark_leases *leases, struct hlist_head *bucket,
		    const struct ftpmark_lease *shown)
{
	struct ftpmark_lease *lease;

	if (!ftpmark_lease_has_room(leases, bucket))
		return FTPMARK_LEASE_FULL;
	lease = kmemdup(shown, sizeof(*shown), GFP_ATOMIC);
	if (!lease)
		return FTPMARK_LEASE_NONE;
	if (!dst_hold_safe(lease->dst)) {
		kfree(lease);
		return FTPMARK_LEASE_NONE;
	}
	neigh_hold(lease->neigh);
	atomic64_set(&lease->sent, 0);
	atomic_inc(&leases->count);
	set_bit((__force u16)ftpmark_lease_port(lease), leases->port);
	hlist_add_head_rcu(&lease->node, bucket);
	return FTPMARK_LEASE_GIVEN;
}

/**
 * ftpmark_lease_give - give a lease to a direction of a connection
 * @leases: of the namespace
 * @shown: the lease as a packet has shown it; all but @node, @sent and @rcu
 * @ended: from ftpmark_leases_ended()
 *
 * Context: RCU read-side critical section, any but hard interrupt.
 * Return: what came of it.
 */
enum ftpmark_lease_result
ftpmark_lease_give(struct ftpmark_leases *leases,
		   const struct ftpmark_lease *shown, int ended)
{
	u32 hash = ftpmark_lease_hash(leases, shown->family, &shown->from);
	spinlock_t *lock = ftpmark_lease_lock(leases, hash);
	struct hlist_head *bucket =
		&leases->bucket[ftpmark_family(shown->family)][hash];
	enum ftpmark_lease_result result = FTPMARK_LEASE_NONE;
	struct ftpmark_lease *lease = NULL;

	spin_lock_bh(lock);
	if (atomic_read(&leases->ended) != ended)
		goto unlock;
	lease = ftpmark_lease_find(leases, shown->family, &shown->from);
	if (lease && ftpmark_lease_stands(leases, lease)) {
		if (ftpmark_lease_same(lease, shown)) {
			WRITE_ONCE(lease->until, shown->until);
			result = FTPMARK_LEASE_RENEWED;
		} else {
			/* No other one until the sweep: that costs memory. */
			ftpmark_lease_stop(lease);
		}
		goto unlock;
	}
	if (lease) {
		hlist_del_rcu(&lease->node);
		llist_add(&lease->gone, &leases->gone);
	}
	result = ftpmark_lease_enter(leases, bucket, shown);
	if (lease && result == FTPMARK_LEASE_GIVEN)
		result = FTPMARK_LEASE_RENEWED;
unlock:
	spin_unlock_bh(lock);

	/* RCU keeps it, should the sweep have removed it meanwhile. */
	if (lease)
		ftpmark_lease_account(leases, lease);
	return result;
}
