// SPDX-License-Identifier: GPL-2.0-only
/*
 * active = ipvs: a data connection that a real server opens is entered into
 * IPVS's own connection table, as if the client had opened it to the VIP. IPVS
 * then translates it both ways, without conntrack and with the VIP as source,
 * and replicates it to a backup director.
 */
#include <linux/random.h>
#include <linux/spinlock.h>
#include <net/ip_vs.h>

#include "active.h"
#include "ipvs.h"
#include "ipvs_lookup.h"
#include "net.h"
#include "sessions.h"

enum {
	/*
	 * Dynamic ports (RFC 6335), for when the data port is taken. They are
	 * few, since IPVS up to 7.1 hashes only the client's address and port:
	 * all entries of a client's port are in one chain, which each lookup
	 * under ipvs_lock walks.
	 */
	FTPMARK_IPVS_PORT_FIRST	= 49152,
	FTPMARK_IPVS_PORTS	= 64,
	FTPMARK_IPVS_PORT_TRIES	= 16,
};

/**
 * enum ftpmark_ipvs_entry - what IPVS's table has for a SYN
 * @FTPMARK_IPVS_FAILED: no entry, so the SYN can't be translated
 * @FTPMARK_IPVS_AGAIN: an entry from the same SYN, sent before
 * @FTPMARK_IPVS_NEW: an entry for a new connection
 */
enum ftpmark_ipvs_entry {
	FTPMARK_IPVS_FAILED,
	FTPMARK_IPVS_AGAIN,
	FTPMARK_IPVS_NEW,
};

/*
 * Gets the control connection that active data belongs to: the last one opened
 * of those that the client has to this VIP and IPVS sends to this real server.
 */
static struct ip_vs_conn *
ftpmark_ipvs_control_get(struct ftpmark_net *ns,
			 struct ftpmark_sessions *sessions,
			 const struct ftpmark_flow *flow,
			 const union nf_inet_addr *vip)
{
	struct ftpmark_session_end found[FTPMARK_SESSIONS_MAX];
	unsigned int count, i;

	count = ftpmark_sessions_find(sessions, flow->family,
				      &flow->destination, found);
	for (i = 0; i < count; i++) {
		struct ftpmark_flow session;
		struct ip_vs_conn *cp;

		if (memcmp(&found[i].vip, vip, sizeof(*vip)))
			continue;
		session = ftpmark_session_flow(flow->family, &flow->destination,
					       &found[i]);
		cp = ftpmark_ipvs_in_get(ns->net, &session);
		if (!cp)
			continue;
		if (READ_ONCE(cp->state) == IP_VS_TCP_S_ESTABLISHED &&
		    cp->daf == flow->family &&
		    ip_vs_addr_equal(cp->daf, &cp->daddr, &flow->source))
			return cp;
		__ip_vs_conn_put(cp);
	}
	return NULL;
}

/*
 * Hangs active data on its control connection, so that IPVS keeps that while it
 * keeps the data. The data may hang on another one, because its entry has been
 * taken over. IPVS reads ->control without a lock, and frees a connection after
 * a grace period.
 */
static void ftpmark_ipvs_hang(struct ip_vs_conn *cp, struct ip_vs_conn *control)
{
	if (!control || cp->control == control)
		return;
	if (cp->control)
		ip_vs_control_del(cp);
	ip_vs_control_add(cp, control);
}

/*
 * Like IPVS itself, a new connection takes over the entry of an ended one with
 * the same ports, unless that has another virtual address. Then it is ended for
 * good, and the connection needs an entry of its own, which IPVS finds first.
 */
static enum ftpmark_ipvs_entry
ftpmark_ipvs_take_over(struct ip_vs_conn *cp,
		       const struct ftpmark_active_match *match,
		       struct ip_vs_conn *control)
{
	if (!match->has_vip ||
	    ip_vs_addr_equal(cp->af, &cp->vaddr, &match->vip)) {
		ftpmark_ipvs_hang(cp, control);
		return FTPMARK_IPVS_NEW;
	}

	/* With a timeout of 0, IPVS would end the control connection, too. */
	spin_lock_bh(&cp->lock);
	cp->timeout = 1;
	spin_unlock_bh(&cp->lock);
	return FTPMARK_IPVS_FAILED;
}

static enum ftpmark_ipvs_entry
ftpmark_ipvs_known(struct net *net, const struct ftpmark_flow *flow,
		   const struct ftpmark_active_match *match,
		   struct ip_vs_conn *control)
{
	struct ip_vs_conn *cp = ftpmark_ipvs_out_get(net, flow);
	enum ftpmark_ipvs_entry entry;

	if (!cp)
		return FTPMARK_IPVS_FAILED;

	switch (READ_ONCE(cp->state)) {
	case IP_VS_TCP_S_FIN_WAIT:
	case IP_VS_TCP_S_TIME_WAIT:
	case IP_VS_TCP_S_CLOSE:
	case IP_VS_TCP_S_CLOSE_WAIT:
	case IP_VS_TCP_S_LAST_ACK:
		entry = ftpmark_ipvs_take_over(cp, match, control);
		break;
	default:
		entry = FTPMARK_IPVS_AGAIN;
		break;
	}
	/* This restarts the timer with the entry's timeout. */
	ip_vs_conn_put(cp);
	return entry;
}

/* Whether IPVS has no entry in the direction of the client's packets. */
static bool ftpmark_ipvs_port_free(struct netns_ipvs *ipvs,
				   const struct ftpmark_flow *flow,
				   const union nf_inet_addr *vip, u16 port,
				   struct ip_vs_conn_param *param)
{
	ip_vs_conn_fill_param(ipvs, flow->family, IPPROTO_TCP,
			      &flow->destination,
			      htons(flow->destination_port),
			      vip, htons(port), param);
	return !ftpmark_ipvs_has(param);
}

/**
 * ftpmark_ipvs_dynamic - whether active data may come from a port of the VIP
 * @port: host byte order
 *
 * Return: true if it is one of those taken when the source port is not free.
 */
bool ftpmark_ipvs_dynamic(u16 port)
{
	return port >= FTPMARK_IPVS_PORT_FIRST &&
	       port < FTPMARK_IPVS_PORT_FIRST + FTPMARK_IPVS_PORTS;
}

/* Tries the source port itself first, since clients expect the data port. */
static bool ftpmark_ipvs_find_port(struct netns_ipvs *ipvs,
				   const struct ftpmark_flow *flow,
				   const union nf_inet_addr *vip,
				   struct ip_vs_conn_param *param)
{
	unsigned int start, i;

	if (ftpmark_ipvs_port_free(ipvs, flow, vip, flow->source_port, param))
		return true;

	start = get_random_u32();
	for (i = 0; i < FTPMARK_IPVS_PORT_TRIES; i++) {
		u16 port = FTPMARK_IPVS_PORT_FIRST +
			   (start + i) % FTPMARK_IPVS_PORTS;

		if (ftpmark_ipvs_port_free(ipvs, flow, vip, port, param))
			return true;
	}
	return false;
}

/*
 * With net.ipv4.vs.conntrack, IPVS would leave the connection in conntrack. It
 * begins at the real server, so the rules of POSTROUTING would then translate
 * its source once more, and the VIP would be lost. The caller holds ipvs_lock
 * until this is done, so no packet of the connection meets the flag.
 */
static void ftpmark_ipvs_bypass_conntrack(struct ip_vs_conn *cp)
{
	spin_lock_bh(&cp->lock);
	cp->flags &= ~IP_VS_CONN_F_NFCT;
	spin_unlock_bh(&cp->lock);
}

/*
 * The real server as IPVS has it, so that active data counts as the server's,
 * and IPVS looks up the route to it only once. It stays while the control
 * connection does. But IPVS would forward data as it does other connections of
 * the server, if their method was changed, so that has to be NAT. And of a
 * server with weight 0, expire_nodest_conn ends a connection whose client sends
 * a SYN, for which IPVS takes the client's SYN-ACK, too.
 */
static struct ip_vs_dest *ftpmark_ipvs_dest(const struct ip_vs_conn *control)
{
	struct ip_vs_dest *dest = control ? READ_ONCE(control->dest) : NULL;

	if (!dest || !atomic_read(&dest->weight) ||
	    (atomic_read(&dest->conn_flags) & IP_VS_CONN_F_FWD_MASK) !=
	    IP_VS_CONN_F_MASQ)
		return NULL;
	return dest;
}

static struct ip_vs_conn *
ftpmark_ipvs_create(struct netns_ipvs *ipvs, const struct ftpmark_flow *flow,
		    const union nf_inet_addr *vip, struct ip_vs_conn *control)
{
	struct ip_vs_conn_param param;
	struct ip_vs_conn *cp;

	if (!ftpmark_ipvs_find_port(ipvs, flow, vip, &param))
		return NULL;
	/* By the mark, a backup director finds the real server. */
	cp = ip_vs_conn_new(&param, flow->family,
			    &flow->source,
			    htons(flow->source_port), IP_VS_CONN_F_MASQ,
			    ftpmark_ipvs_dest(control),
			    control ? control->fwmark : 0);
	if (!cp)
		return NULL;
	ftpmark_ipvs_bypass_conntrack(cp);
	ftpmark_ipvs_hang(cp, control);
	return cp;
}

/*
 * The lock covers both lookups, of the connection and of a free virtual port,
 * and creating the entry: two CPUs may handle the same SYN, or SYNs of two real
 * servers to the same client port.
 */
static enum ftpmark_ipvs_entry
ftpmark_ipvs_enter(struct ftpmark_net *ns, struct ftpmark_sessions *sessions,
		   const struct ftpmark_flow *flow,
		   const struct ftpmark_active_match *match)
{
	struct netns_ipvs *ipvs = net_ipvs(ns->net);
	struct ip_vs_conn *cp = NULL, *control;
	enum ftpmark_ipvs_entry entry;

	control = ftpmark_ipvs_control_get(ns, sessions, flow, &match->vip);
	spin_lock_bh(&ns->ipvs_lock);
	entry = ftpmark_ipvs_known(ns->net, flow, match, control);
	if (entry == FTPMARK_IPVS_FAILED && match->has_vip)
		cp = ftpmark_ipvs_create(ipvs, flow, &match->vip, control);
	spin_unlock_bh(&ns->ipvs_lock);
	/* Not ip_vs_conn_put(), which would restart its timer. */
	if (control)
		__ip_vs_conn_put(control);
	if (!cp)
		return entry;

	/* The timer owns the entry now, and IPVS finds it for this packet. */
	ip_vs_conn_put(cp);
	return FTPMARK_IPVS_NEW;
}

static noinline unsigned int ftpmark_ipvs_syn(struct ftpmark_net *ns,
					      struct sk_buff *skb, u8 family,
					      const struct tcphdr *tcp)
{
	const struct ftpmark_table *table = rcu_dereference(ns->table);
	enum ftpmark_ipvs_entry entry = FTPMARK_IPVS_FAILED;
	struct ftpmark_active_match match;
	struct ftpmark_flow flow;

	if (skb->ipvs_property)
		return NF_ACCEPT;

	ftpmark_flow_from_packet(&flow, skb, family, tcp);
	if (!ftpmark_active_lookup(table, ns->net, &flow,
				   BIT(FTPMARK_ACTIVE_IPVS), &match))
		return NF_ACCEPT;

	if (ftpmark_ipvs_works(ns->net, family))
		entry = ftpmark_ipvs_enter(ns, table->sessions, &flow, &match);

	switch (entry) {
	case FTPMARK_IPVS_NEW:
		ftpmark_stat_inc(match.target->stats,
				 FTPMARK_STAT_ACTIVE_CONNECTIONS);
		fallthrough;
	case FTPMARK_IPVS_AGAIN:
		return NF_ACCEPT;
	case FTPMARK_IPVS_FAILED:
		break;
	}

	/* Untranslated, it would bear an address the client can't reach. */
	ftpmark_stat_inc(match.target->stats, FTPMARK_STAT_ACTIVE_FAILED);
	return NF_DROP;
}

/* Slow path: a packet that is not plain. */
static noinline unsigned int ftpmark_ipvs_rest(struct ftpmark_net *ns,
					       struct sk_buff *skb, u8 family)
{
	const struct tcphdr *tcp;
	struct tcphdr buffer;

	tcp = ftpmark_tcp_header(skb, family, &buffer);
	if (!tcp || !ftpmark_is_syn(tcp))
		return NF_ACCEPT;
	return ftpmark_ipvs_syn(ns, skb, family, tcp);
}

/**
 * ftpmark_ipvs_ipv4 - enter an active data connection of IPv4 into IPVS
 * @priv: the struct ftpmark_net
 * @skb: the packet
 * @state: unused
 *
 * Every forwarded packet passes here, and where the director is a real server,
 * every one that it sends. All but SYNs leave at once. The slow path is for TCP
 * that is not plain.
 *
 * Context: RCU read-side critical section.
 * Return: NF_ACCEPT, or NF_DROP for a connection that can't be translated.
 */
unsigned int ftpmark_ipvs_ipv4(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);
	const struct tcphdr *tcp = (const struct tcphdr *)(ip + 1);

	if (ip->protocol != IPPROTO_TCP)
		return NF_ACCEPT;
	if (unlikely(!ftpmark_plain_tcp4(skb, ip)))
		return ftpmark_ipvs_rest(priv, skb, NFPROTO_IPV4);
	if (likely(!tcp->syn || !ftpmark_is_syn(tcp)))
		return NF_ACCEPT;
	return ftpmark_ipvs_syn(priv, skb, NFPROTO_IPV4, tcp);
}

/**
 * ftpmark_ipvs_ipv6 - enter an active data connection of IPv6 into IPVS
 * @priv: the struct ftpmark_net
 * @skb: the packet
 * @state: unused
 *
 * Context: RCU read-side critical section.
 * Return: NF_ACCEPT, or NF_DROP for a connection that can't be translated.
 */
unsigned int ftpmark_ipvs_ipv6(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip = ipv6_hdr(skb);
	const struct tcphdr *tcp = (const struct tcphdr *)(ip + 1);

	if (unlikely(ip->nexthdr != IPPROTO_TCP) &&
	    !ftpmark_before_tcp6(ip->nexthdr))
		return NF_ACCEPT;
	if (unlikely(!ftpmark_plain_tcp6(skb, ip)))
		return ftpmark_ipvs_rest(priv, skb, NFPROTO_IPV6);
	if (likely(!tcp->syn || !ftpmark_is_syn(tcp)))
		return NF_ACCEPT;
	return ftpmark_ipvs_syn(priv, skb, NFPROTO_IPV6, tcp);
}
