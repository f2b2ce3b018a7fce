// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which VIPs a client's control connections use: active data comes from the same
 * VIP, and passive data connections may be for such clients only. A command
 * (PORT, EPRT, PASV, EPSV) precedes every data connection and brings its client
 * back to mind, so a short timeout and little memory are enough. Both are fixed:
 * this can forget clients, but not grow.
 *
 * A memory of clients that IPVS confirms takes up no others, so forged packets
 * neither enter it nor push a client out. It need not be replicated: IPVS's
 * connections are. Packets of connections that it knows do not ask IPVS.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "clients.h"
#include "ipvs_lookup.h"
#include "packet.h"

enum {
	FTPMARK_CLIENT_BUCKETS	= 1024,
	FTPMARK_CLIENT_TIMEOUT	= 300 * HZ,
};

/**
 * struct ftpmark_client - a client has control connections to a VIP
 * @client: its address
 * @use: the VIP and the connections
 * @seen: jiffies of the last control packet
 * @turn: the bucket's @turn at that packet; orders packets of one jiffy
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6; 0 for a free entry
 * @established: more than one packet was seen
 */
struct ftpmark_client {
	union nf_inet_addr client;
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
 * @net: the namespace, whose IPVS confirms control connections; NULL if it is
 *	not asked
 * @key: secret, so that a sender can't choose its bucket
 * @bucket: by hash of the client's address
 */
struct ftpmark_clients {
	struct net *net;
	hsiphash_key_t key;
	struct ftpmark_client_bucket bucket[FTPMARK_CLIENT_BUCKETS];
};

/**
 * ftpmark_clients_create - create a memory of clients, empty
 * @net: the namespace whose IPVS has to confirm a control connection before it
 *	is remembered, or NULL for no such condition
 *
 * Context: may sleep.
 * Return: to be freed with ftpmark_clients_destroy(), or NULL.
 */
struct ftpmark_clients *ftpmark_clients_create(struct net *net)
{
	struct ftpmark_clients *clients;
	unsigned int i;

	clients = kvzalloc(sizeof(*clients), GFP_KERNEL_ACCOUNT);
	if (!clients)
		return NULL;

	clients->net = net;
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
		       const union nf_inet_addr *client)
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

/* The client and VIP of a packet, or NULL. */
static struct ftpmark_client *
ftpmark_client_find(struct ftpmark_client_bucket *bucket,
		    const struct ftpmark_flow *flow)
{
	unsigned int i;

	for (i = 0; i < FTPMARK_CLIENT_VIPS; i++) {
		struct ftpmark_client *entry = &bucket->entry[i];

		if (entry->family == flow->family &&
		    !memcmp(&entry->client, &flow->source,
			    sizeof(entry->client)) &&
		    !memcmp(&entry->use.vip, &flow->destination,
			    sizeof(entry->use.vip)))
			return entry;
	}
	return NULL;
}

static struct ftpmark_client *
ftpmark_client_worst(struct ftpmark_client_bucket *bucket)
{
	struct ftpmark_client *worst = &bucket->entry[0];
	unsigned int i;

	for (i = 1; i < FTPMARK_CLIENT_VIPS; i++) {
		if (ftpmark_client_before(&bucket->entry[i], worst))
			worst = &bucket->entry[i];
	}
	return worst;
}

/* Whether IPVS has a control connection of a client as established. */
static bool ftpmark_client_connected(struct net *net,
				     const struct ftpmark_client *entry)
{
	struct ftpmark_flow flow = {
		.family		= entry->family,
		.source		= entry->client,
		.destination	= entry->use.vip,
	};
	unsigned int i;

	for (i = 0; i < FTPMARK_CLIENT_CONNECTIONS; i++) {
		if (!entry->use.last[i].port)
			break;
		flow.source_port = entry->use.last[i].client_port;
		flow.destination_port = entry->use.last[i].port;
		if (ftpmark_ipvs_established(net, &flow))
			return true;
	}
	return false;
}

static void ftpmark_client_touch(struct ftpmark_client_bucket *bucket,
				 struct ftpmark_client *entry)
{
	/* A sender of forged packets rarely sends a second one. */
	entry->established = entry->turn;
	entry->seen = jiffies;
	entry->turn = ++bucket->turn;
}

/*
 * Makes an entry for a client and VIP in the place of another one. If IPVS is
 * asked, clients that are still connected stay as long as there are others.
 */
static struct ftpmark_client *
ftpmark_client_replace(const struct ftpmark_clients *clients,
		       struct ftpmark_client_bucket *bucket,
		       const struct ftpmark_flow *flow)
{
	unsigned int tries = clients->net ? FTPMARK_CLIENT_VIPS : 0;
	struct ftpmark_client *entry = ftpmark_client_worst(bucket);

	while (tries-- && ftpmark_client_connected(clients->net, entry)) {
		ftpmark_client_touch(bucket, entry);
		entry = ftpmark_client_worst(bucket);
	}

	memset(entry, 0, sizeof(*entry));
	entry->client = flow->source;
	entry->use.vip = flow->destination;
	entry->family = flow->family;
	return entry;
}

/* Where in the list the connection of a packet is; its length if it is not. */
static unsigned int
ftpmark_client_use_find(const struct ftpmark_client_use *use,
			const struct ftpmark_flow *flow)
{
	unsigned int i;

	for (i = 0; i < FTPMARK_CLIENT_CONNECTIONS; i++) {
		if (use->last[i].port == flow->destination_port &&
		    use->last[i].client_port == flow->source_port)
			break;
	}
	return i;
}

/* Moves a connection to the head of the list, or enters it there. */
static void ftpmark_client_use_first(struct ftpmark_client_use *use,
				     const struct ftpmark_flow *flow)
{
	unsigned int at = ftpmark_client_use_find(use, flow);

	at = min(at, FTPMARK_CLIENT_CONNECTIONS - 1u);
	memmove(&use->last[1], &use->last[0], at * sizeof(use->last[0]));
	use->last[0].port = flow->destination_port;
	use->last[0].client_port = flow->source_port;
}

static bool ftpmark_client_knows(const struct ftpmark_client *entry,
				 const struct ftpmark_flow *flow)
{
	return entry && ftpmark_client_use_find(&entry->use, flow) <
			FTPMARK_CLIENT_CONNECTIONS;
}

/**
 * ftpmark_clients_note - remember the sender of a control packet
 * @clients: where
 * @skb: the packet, to a VIP
 * @tcp: its TCP header
 *
 * A packet without data is not worth it: no command is in it. If IPVS has to
 * confirm connections, it is asked about those that are not remembered.
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
	entry = ftpmark_client_find(bucket, &flow);
	if (clients->net && !ftpmark_client_knows(entry, &flow) &&
	    !ftpmark_ipvs_established(clients->net, &flow))
		goto unlock;
	if (!entry)
		entry = ftpmark_client_replace(clients, bucket, &flow);
	ftpmark_client_use_first(&entry->use, &flow);
	ftpmark_client_touch(bucket, entry);
unlock:
	spin_unlock_bh(&bucket->lock);
}

/**
 * ftpmark_clients_connected - whether a client has a control connection
 * @clients: where clients are remembered that IPVS confirms
 * @flow: a packet of the client to the VIP
 *
 * Context: any but hard interrupt.
 * Return: true if IPVS has one of its connections to this VIP as established.
 */
bool ftpmark_clients_connected(struct ftpmark_clients *clients,
			       const struct ftpmark_flow *flow)
{
	struct ftpmark_client_bucket *bucket;
	struct ftpmark_client *entry;
	bool connected;

	bucket = ftpmark_clients_bucket(clients, &flow->source);
	spin_lock_bh(&bucket->lock);
	entry = ftpmark_client_find(bucket, flow);
	connected = entry && ftpmark_client_connected(clients->net, entry);
	spin_unlock_bh(&bucket->lock);
	return connected;
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
		     const union nf_inet_addr *client,
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
