// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which data connections have packets: a sample. The hook is registered now and
 * then for a moment, so that packets cost nothing the rest of the time. Memory
 * is fixed: while it is full, further connections are not noticed, and later
 * samples meet those that last.
 */
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "flows.h"
#include "ipvs.h"
#include "net.h"
#include "table.h"

enum {
	FTPMARK_FLOW_BUCKETS	= 128,
	FTPMARK_FLOW_ENTRIES	= FTPMARK_FLOWS_MAX / FTPMARK_FLOW_BUCKETS,
};

/**
 * struct ftpmark_flow_bucket - the data connections of one hash
 * @lock: protects @entry; taken with softirqs off; no other lock is taken under
 *	it
 * @entry: in no order; free if its flow has no family
 */
struct ftpmark_flow_bucket {
	spinlock_t lock;	/* entries of this bucket */
	struct ftpmark_data entry[FTPMARK_FLOW_ENTRIES];
};

/**
 * struct ftpmark_flows - the data connections of a namespace
 * @key: secret, so that a sender can't choose its bucket
 * @bucket: by hash of addresses and ports
 */
struct ftpmark_flows {
	hsiphash_key_t key;
	struct ftpmark_flow_bucket bucket[FTPMARK_FLOW_BUCKETS];
};

/**
 * ftpmark_flows_create - create a memory of data connections, empty
 *
 * Context: may sleep.
 * Return: to be freed with ftpmark_flows_destroy(), or NULL.
 */
struct ftpmark_flows *ftpmark_flows_create(void)
{
	struct ftpmark_flows *flows;
	unsigned int i;

	flows = kvzalloc(sizeof(*flows), GFP_KERNEL_ACCOUNT);
	if (!flows)
		return NULL;

	get_random_bytes(&flows->key, sizeof(flows->key));
	for (i = 0; i < FTPMARK_FLOW_BUCKETS; i++)
		spin_lock_init(&flows->bucket[i].lock);
	return flows;
}

/**
 * ftpmark_flows_destroy - free a memory of data connections
 * @flows: no longer in use by packets; may be NULL
 */
void ftpmark_flows_destroy(struct ftpmark_flows *flows)
{
	kvfree(flows);
}

static struct ftpmark_flow_bucket *
ftpmark_flows_bucket(struct ftpmark_flows *flows,
		     const struct ftpmark_flow *flow)
{
	u32 ports = (u32)flow->source_port << 16 | flow->destination_port;
	u32 hash = hsiphash(&flow->source, sizeof(flow->source), &flows->key);

	hash = hsiphash_2u32(hash, ports, &flows->key);
	return &flows->bucket[hash % FTPMARK_FLOW_BUCKETS];
}

static bool ftpmark_flow_equal(const struct ftpmark_flow *x,
			       const struct ftpmark_flow *y)
{
	return x->family == y->family &&
	       x->source_port == y->source_port &&
	       x->destination_port == y->destination_port &&
	       !memcmp(&x->source, &y->source, sizeof(x->source)) &&
	       !memcmp(&x->destination, &y->destination,
		       sizeof(x->destination));
}

/**
 * ftpmark_flows_note - note that a data connection has packets
 * @flows: where
 * @flow: from the client to the VIP
 */
void ftpmark_flows_note(struct ftpmark_flows *flows,
			const struct ftpmark_flow *flow)
{
	struct ftpmark_flow_bucket *bucket = ftpmark_flows_bucket(flows, flow);
	struct ftpmark_data *free = NULL;
	unsigned int i;

	spin_lock_bh(&bucket->lock);
	for (i = 0; i < FTPMARK_FLOW_ENTRIES; i++) {
		struct ftpmark_data *entry = &bucket->entry[i];

		if (ftpmark_flow_equal(&entry->flow, flow)) {
			entry->seen = true;
			goto unlock;
		}
		if (!entry->flow.family)
			free = entry;
	}
	if (free)
		*free = (struct ftpmark_data) { .flow = *flow, .seen = true };
unlock:
	spin_unlock_bh(&bucket->lock);
}

static struct ftpmark_data *
ftpmark_flows_entry(struct ftpmark_flows *flows, unsigned int i,
		    struct ftpmark_flow_bucket **bucket)
{
	*bucket = &flows->bucket[i / FTPMARK_FLOW_ENTRIES];
	return &(*bucket)->entry[i % FTPMARK_FLOW_ENTRIES];
}

/**
 * ftpmark_flows_read - read what is remembered of a data connection
 * @flows: where
 * @i: its number, below FTPMARK_FLOWS_MAX
 * @data: a copy
 *
 * Return: whether there is one with this number.
 */
bool ftpmark_flows_read(struct ftpmark_flows *flows, unsigned int i,
			struct ftpmark_data *data)
{
	struct ftpmark_flow_bucket *bucket;
	struct ftpmark_data *entry;

	entry = ftpmark_flows_entry(flows, i, &bucket);
	spin_lock_bh(&bucket->lock);
	*data = *entry;
	spin_unlock_bh(&bucket->lock);
	return data->flow.family;
}

/**
 * ftpmark_flows_keep - remember a data connection until the next sample
 * @flows: where
 * @i: its number
 * @searched: whether its control connections have been searched for
 */
void ftpmark_flows_keep(struct ftpmark_flows *flows, unsigned int i,
			bool searched)
{
	struct ftpmark_flow_bucket *bucket;
	struct ftpmark_data *entry;

	entry = ftpmark_flows_entry(flows, i, &bucket);
	spin_lock_bh(&bucket->lock);
	entry->seen = false;
	entry->old = true;
	entry->searched = searched;
	spin_unlock_bh(&bucket->lock);
}

/**
 * ftpmark_flows_drop - forget a data connection
 * @flows: where
 * @i: its number
 */
void ftpmark_flows_drop(struct ftpmark_flows *flows, unsigned int i)
{
	struct ftpmark_flow_bucket *bucket;
	struct ftpmark_data *entry;

	entry = ftpmark_flows_entry(flows, i, &bucket);
	spin_lock_bh(&bucket->lock);
	memset(entry, 0, sizeof(*entry));
	spin_unlock_bh(&bucket->lock);
}

/*
 * Whether a port of a VIP is one of data connections: a passive port, or one
 * that active data comes from.
 */
static bool ftpmark_sample_port(const struct ftpmark_port_map *map, u16 port)
{
	const struct ftpmark_port_rule *rule = ftpmark_port_map_find(map, port);
	u32 i;

	if (rule)
		return rule->stat == FTPMARK_STAT_PASSIVE_PACKETS;
	if (ftpmark_ipvs_dynamic(port))
		return true;
	for (i = 0; i < map->count; i++) {
		if (ftpmark_target_sends(map->rule[i].target, port))
			return true;
	}
	return false;
}

/**
 * ftpmark_sample - note the data connection of a packet
 * @priv: the struct ftpmark_net
 * @skb: the packet
 * @state: the hook's family
 *
 * Context: RCU read-side critical section.
 * Return: NF_ACCEPT.
 */
unsigned int ftpmark_sample(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	const struct ftpmark_net *ns = priv;
	const struct ftpmark_port_map *map;
	const struct ftpmark_table *table;
	const struct tcphdr *tcp;
	struct ftpmark_flow flow;
	struct tcphdr buffer;

	tcp = ftpmark_tcp_header(skb, state->pf, &buffer);
	if (!tcp || tcp->syn || tcp->fin || tcp->rst)
		return NF_ACCEPT;

	ftpmark_flow_from_packet(&flow, skb, state->pf, tcp);
	table = rcu_dereference(ns->table);
	map = ftpmark_vips_ports(&table->vips, state->pf, &flow.destination);
	if (map && ftpmark_sample_port(map, flow.destination_port))
		ftpmark_flows_note(ns->flows, &flow);
	return NF_ACCEPT;
}
