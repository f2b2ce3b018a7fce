// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which control connections clients have: known by their first packet, so that
 * later ones cost nothing. Memory is fixed. A flood of forged SYNs can displace
 * only those that have not been found to be established yet.
 */
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "sessions.h"

enum {
	FTPMARK_SESSION_BUCKETS	= 512,
};

/**
 * struct ftpmark_session - a control connection
 * @client: its client
 * @end: the rest of its addresses and ports
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6; 0 for a free entry
 * @open: it has been found to be established
 * @reviewed: it has been asked about; before that, IPVS may not have it yet
 * @turn: the bucket's @turn at its last SYN
 */
struct ftpmark_session {
	union nf_inet_addr client;
	struct ftpmark_session_end end;
	u8 family;
	bool open;
	bool reviewed;
	u32 turn;
};

/**
 * struct ftpmark_session_bucket - the control connections of one hash
 * @lock: protects @turn and @entry; taken with softirqs off; the only locks
 *	taken under it are IPVS's
 * @turn: counts SYNs
 * @entry: in no order
 */
struct ftpmark_session_bucket {
	spinlock_t lock;	/* entries of this bucket */
	u32 turn;
	struct ftpmark_session entry[FTPMARK_SESSIONS_MAX];
};

/**
 * struct ftpmark_sessions - the control connections of a namespace
 * @key: secret, so that a sender can't choose its bucket
 * @bucket: by hash of the client's address
 */
struct ftpmark_sessions {
	hsiphash_key_t key;
	struct ftpmark_session_bucket bucket[FTPMARK_SESSION_BUCKETS];
};

/**
 * ftpmark_sessions_create - create a memory of control connections, empty
 *
 * Context: may sleep.
 * Return: to be freed with ftpmark_sessions_destroy(), or NULL.
 */
struct ftpmark_sessions *ftpmark_sessions_create(void)
{
	struct ftpmark_sessions *sessions;
	unsigned int i;

	sessions = kvzalloc(sizeof(*sessions), GFP_KERNEL_ACCOUNT);
	if (!sessions)
		return NULL;

	get_random_bytes(&sessions->key, sizeof(sessions->key));
	for (i = 0; i < FTPMARK_SESSION_BUCKETS; i++)
		spin_lock_init(&sessions->bucket[i].lock);
	return sessions;
}

/**
 * ftpmark_sessions_destroy - free a memory of control connections
 * @sessions: no longer in use by packets; may be NULL
 */
void ftpmark_sessions_destroy(struct ftpmark_sessions *sessions)
{
	kvfree(sessions);
}

static struct ftpmark_session_bucket *
ftpmark_sessions_bucket(struct ftpmark_sessions *sessions,
			const union nf_inet_addr *client)
{
	u32 hash = hsiphash(client, sizeof(*client), &sessions->key);

	return &sessions->bucket[hash % FTPMARK_SESSION_BUCKETS];
}

/*
 * Whether @x is replaced before @y: free entries go first, then those that are
 * not known to be established, then those opened longer ago.
 */
static bool ftpmark_session_before(const struct ftpmark_session *x,
				   const struct ftpmark_session *y)
{
	if (!x->family != !y->family)
		return !x->family;
	if (x->open != y->open)
		return !x->open;
	return (s32)(x->turn - y->turn) < 0;
}

/* Finds the entry of a connection, or replaces another entry with it. */
static struct ftpmark_session *
ftpmark_session_entry(struct ftpmark_session_bucket *bucket,
		      const struct ftpmark_flow *flow)
{
	struct ftpmark_session *worst = &bucket->entry[0];
	unsigned int i;

	for (i = 0; i < FTPMARK_SESSIONS_MAX; i++) {
		struct ftpmark_session *entry = &bucket->entry[i];

		if (entry->end.client_port == flow->source_port &&
		    entry->end.port == flow->destination_port &&
		    entry->family == flow->family &&
		    !memcmp(&entry->client, &flow->source,
			    sizeof(entry->client)) &&
		    !memcmp(&entry->end.vip, &flow->destination,
			    sizeof(entry->end.vip)))
			return entry;
		if (ftpmark_session_before(entry, worst))
			worst = entry;
	}

	*worst = (struct ftpmark_session) {
		.client	= flow->source,
		.end	= {
			.vip		= flow->destination,
			.port		= flow->destination_port,
			.client_port	= flow->source_port,
		},
		.family	= flow->family,
	};
	return worst;
}

/**
 * ftpmark_sessions_note - remember a control connection
 * @sessions: where
 * @flow: a packet of its client to the VIP
 *
 * Context: any but hard interrupt.
 */
void ftpmark_sessions_note(struct ftpmark_sessions *sessions,
			   const struct ftpmark_flow *flow)
{
	struct ftpmark_session_bucket *bucket;
	struct ftpmark_session *entry;

	bucket = ftpmark_sessions_bucket(sessions, &flow->source);
	spin_lock_bh(&bucket->lock);
	entry = ftpmark_session_entry(bucket, flow);
	entry->reviewed = false;
	entry->turn = ++bucket->turn;
	spin_unlock_bh(&bucket->lock);
}

/**
 * ftpmark_session_flow - a control connection as its client's packets go
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @client: its address
 * @end: the rest
 *
 * Return: the flow.
 */
struct ftpmark_flow ftpmark_session_flow(u8 family,
					 const union nf_inet_addr *client,
					 const struct ftpmark_session_end *end)
{
	return (struct ftpmark_flow) {
		.family			= family,
		.source			= *client,
		.destination		= end->vip,
		.source_port		= end->client_port,
		.destination_port	= end->port,
	};
}

/**
 * ftpmark_sessions_find - look up the control connections of a client
 * @sessions: where to look
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @client: its address
 * @found: the connections, last opened first
 *
 * Context: any but hard interrupt.
 * Return: number of connections; FTPMARK_SESSIONS_MAX if there may be more.
 */
unsigned int
ftpmark_sessions_find(struct ftpmark_sessions *sessions, u8 family,
		      const union nf_inet_addr *client,
		      struct ftpmark_session_end found[FTPMARK_SESSIONS_MAX])
{
	struct ftpmark_session_bucket *bucket;
	u32 turn[FTPMARK_SESSIONS_MAX];
	unsigned int count = 0;
	unsigned int i, j;

	bucket = ftpmark_sessions_bucket(sessions, client);
	spin_lock_bh(&bucket->lock);
	for (i = 0; i < FTPMARK_SESSIONS_MAX; i++) {
		const struct ftpmark_session *entry = &bucket->entry[i];

		if (entry->family != family ||
		    memcmp(&entry->client, client, sizeof(*client)))
			continue;
		for (j = count++; j && (s32)(turn[j - 1] - entry->turn) < 0; j--) {
			turn[j] = turn[j - 1];
			found[j] = found[j - 1];
		}
		turn[j] = entry->turn;
		found[j] = entry->end;
	}
	spin_unlock_bh(&bucket->lock);
	return count;
}

/**
 * ftpmark_sessions_review - find out which control connections are established
 * @sessions: where to look
 * @net: the namespace
 * @judge: says what became of one; called with softirqs off
 *
 * Those that are gone are forgotten. Has to be called now and then.
 *
 * Context: may sleep.
 */
void ftpmark_sessions_review(struct ftpmark_sessions *sessions,
			     struct net *net,
			     enum ftpmark_session_state
			     (*judge)(struct net *net,
				      const struct ftpmark_flow *flow))
{
	unsigned int b, i;

	for (b = 0; b < FTPMARK_SESSION_BUCKETS; b++) {
		struct ftpmark_session_bucket *bucket = &sessions->bucket[b];

		spin_lock_bh(&bucket->lock);
		for (i = 0; i < FTPMARK_SESSIONS_MAX; i++) {
			struct ftpmark_session *entry = &bucket->entry[i];
			enum ftpmark_session_state state;
			struct ftpmark_flow flow;

			if (!entry->family)
				continue;
			flow = ftpmark_session_flow(entry->family,
						    &entry->client,
						    &entry->end);
			state = judge(net, &flow);
			if (state == FTPMARK_SESSION_OPEN)
				entry->open = true;
			else if (state == FTPMARK_SESSION_GONE && entry->reviewed)
				memset(entry, 0, sizeof(*entry));
			entry->reviewed = true;
		}
		spin_unlock_bh(&bucket->lock);
		cond_resched();
	}
}
