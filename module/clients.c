// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which VIP a client's control connection uses, so that active data comes from
 * the same VIP. A command (PORT or EPRT) precedes every data connection, so a
 * short timeout and little memory are enough. Both are fixed: a flood of forged
 * packets can make this forget clients, but not grow.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "clients.h"
#include "packet.h"

enum {
	FTPMARK_CLIENT_BUCKETS	= 1024,
	FTPMARK_CLIENT_TIMEOUT	= 300 * HZ,
};

/**
 * struct ftpmark_client - a client has a control connection to a VIP
 * @client: its address
 * @use: the VIP, and the ports of the last control packet
 * @seen: jiffies of the last control packet
 * @turn: the bucket's @turn at that packet; orders packets of one jiffy
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6; 0 for a free entry
 * @established: more than one packet was seen
 */
struct ftpmark_client {
	union ftpmark_key client;
	struct ftpmark_client_use use;
	unsigned long seen;
	u32 turn;
	u8 family;
	bool established;
};

/**
 * struct ftpmark_client_bucket - the clients of one hash
 * @lock: protects @turn and @entry; taken with softirqs off; no other lock is
 *	taken under it
 * @turn: counts control packets
 * @entry: in no order
 */
struct ftpmark_client_bucket {
	spinlock_t lock;	/* entries of this bucket */
	u32 turn;
	struct ftpmark_client entry[FTPMARK_CLIENT_VIPS];
};

/**
 * struct ftpmark_clients - the clients of a namespace
 * @key: secret, so that a sender can't choose its bucket
 * @bucket: by hash of the client's address
 */
struct ftpmark_clients {
	hsiphash_key_t key;
	struct ftpmark_client_bucket bucket[FTPMARK_CLIENT_BUCKETS];
};

/**
 * ftpmark_clients_create - create a memory of clients, empty
 *
 * Context: may sleep.
 * Return: to be freed with ftpmark_clients_destroy(), or NULL.
 */
struct ftpmark_clients *ftpmark_clients_create(void)
{
	struct ftpmark_clients *clients;
	unsigned int i;

	clients = kvzalloc(sizeof(*clients), GFP_KERNEL_ACCOUNT);
	if (!clients)
		return NULL;

	get_random_bytes(&clients->key, sizeof(clients->key));
	for (i = 0; i < FTPMARK_CLIENT_BUCKETS; i++)
		spin_lock_init(&clients->bucket[i].lock);
	return clients;
}

/**
 * ftpmark_clients_destroy - free a memory of clients
 * @clients: no longer in use by packets; may be NULL
 */
void ftpmark_clients_destroy(struct ftpmark_clients *clients)
{
	kvfree(clients);
}

static struct ftpmark_client_bucket *
ftpmark_clients_bucket(struct ftpmark_clients *clients,
		       const union ftpmark_key *client)
{
	u32 hash = hsiphash(client, sizeof(*client), &clients->key);

	return &clients->bucket[hash % FTPMARK_CLIENT_BUCKETS];
}

static bool ftpmark_client_expired(const struct ftpmark_client *entry)
{
	return !entry->family ||
	       time_after(jiffies, entry->seen + FTPMARK_CLIENT_TIMEOUT);
}

/*
 * Whether @x is replaced before @y: expired entries go first, then those of
 * clients that sent one packet only, then those seen longer ago.
 */
static bool ftpmark_client_before(const struct ftpmark_client *x,
				  const struct ftpmark_client *y)
{
	bool x_expired = ftpmark_client_expired(x);

	if (x_expired != ftpmark_client_expired(y))
		return x_expired;
	if (x->established != y->established)
		return !x->established;
	return (s32)(x->turn - y->turn) < 0;
}

/* Finds the entry of a client and VIP, or replaces another entry with it. */
static struct ftpmark_client *
ftpmark_client_entry(struct ftpmark_client_bucket *bucket,
		     const struct ftpmark_flow *flow)
{
	struct ftpmark_client *worst = &bucket->entry[0];
	unsigned int i;

	for (i = 0; i < FTPMARK_CLIENT_VIPS; i++) {
		struct ftpmark_client *entry = &bucket->entry[i];

		if (entry->family == flow->family &&
		    !memcmp(&entry->client, &flow->source,
			    sizeof(entry->client)) &&
		    !memcmp(&entry->use.vip, &flow->destination,
			    sizeof(entry->use.vip)))
			return entry;
		if (ftpmark_client_before(entry, worst))
			worst = entry;
	}

	memset(worst, 0, sizeof(*worst));
	worst->client = flow->source;
	worst->use.vip = flow->destination;
	worst->family = flow->family;
	return worst;
}

/**
 * ftpmark_clients_note - remember the sender of a control packet
 * @clients: where
 * @skb: the packet, to a VIP
 * @tcp: its TCP header
 *
 * A packet without data is not worth it: no command is in it.
 *
 * Context: any but hard interrupt.
 */
void ftpmark_clients_note(struct ftpmark_clients *clients,
			  const struct sk_buff *skb, const struct tcphdr *tcp)
{
	struct ftpmark_client_bucket *bucket;
	struct ftpmark_client *entry;
	struct ftpmark_flow flow;
	u8 family;

	family = ip_hdr(skb)->version == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	if (!ftpmark_tcp_has_data(skb, family, tcp))
		return;

	ftpmark_flow_from_packet(&flow, skb, family, tcp);
	bucket = ftpmark_clients_bucket(clients, &flow.source);

	spin_lock_bh(&bucket->lock);
	entry = ftpmark_client_entry(bucket, &flow);
	/* A sender of forged packets rarely sends a second one. */
	entry->established = entry->turn;
	entry->seen = jiffies;
	entry->turn = ++bucket->turn;
	entry->use.port = flow.destination_port;
	entry->use.client_port = flow.source_port;
	spin_unlock_bh(&bucket->lock);
}

/**
 * ftpmark_clients_find - look up the VIPs that a client uses
 * @clients: where to look
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @client: its address
 * @used: the VIPs, most recently used first
 *
 * Context: any but hard interrupt.
 * Return: number of VIPs.
 */
unsigned int
ftpmark_clients_find(struct ftpmark_clients *clients, u8 family,
		     const union ftpmark_key *client,
		     struct ftpmark_client_use used[FTPMARK_CLIENT_VIPS])
{
	struct ftpmark_client_bucket *bucket;
	u32 turn[FTPMARK_CLIENT_VIPS];
	unsigned int count = 0;
	unsigned int i, j;

	bucket = ftpmark_clients_bucket(clients, client);
	spin_lock_bh(&bucket->lock);
	for (i = 0; i < FTPMARK_CLIENT_VIPS; i++) {
		const struct ftpmark_client *entry = &bucket->entry[i];

		if (entry->family != family || ftpmark_client_expired(entry) ||
		    memcmp(&entry->client, client, sizeof(*client)))
			continue;
		for (j = count++; j && (s32)(turn[j - 1] - entry->turn) < 0; j--) {
			turn[j] = turn[j - 1];
			used[j] = used[j - 1];
		}
		turn[j] = entry->turn;
		used[j] = entry->use;
	}
	spin_unlock_bh(&bucket->lock);
	return count;
}
