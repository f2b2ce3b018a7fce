// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets on several CPUs while everything that can be changed is changed:
 * each packet that arrives must have the mark of a configuration that was in
 * force between its sending and its arrival, and each must arrive.
 *
 *	race CLIENT DEVICE MAC SECONDS LIMIT SEED [UNLOAD LOAD]
 *
 * runs for SECONDS and until each kind of thing has happened as many times, but
 * for no more than LIMIT seconds. It is to be run in the router's namespace,
 * where rules log to group 7 what comes from 198.18.0.0/15 and
 * 2001:db8:57::c612:0/111. CLIENT is the other namespace, DEVICE the wire's end
 * in it, MAC the other end's. UNLOAD and LOAD are commands for the module; with
 * them it goes away and comes back now and then.
 *
 * A packet to one of the steady services carries the number of the last state
 * known to be there; whoever receives it looks for its mark in that state and
 * all that have begun since.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libnetfilter_log/libnetfilter_log.h>

#include "race_shared.h"
#include "race_steady.h"
#include "race_storm.h"

enum {
	FTPMARK_GROUP		= 7,
	FTPMARK_SENDERS		= 2,
	FTPMARK_STORMS		= 3,
	FTPMARK_WINDOW		= 256,		/* packets under way */
	FTPMARK_PATIENCE	= 300,		/* seconds for the last one */
	FTPMARK_PACKETS		= 50,		/* to each other thing */
	FTPMARK_FAULTS_TOLD	= 20,
};

struct ftpmark_sender {
	int fd;
	unsigned int cpu;
	__u32 seed;
	struct sockaddr_ll to;
	atomic_ulong sent;
};

/* The addresses are IPv4's; those of IPv6 have them at their end. */
struct ftpmark_probe {
	bool ipv6;
	__u32 from;
	__u32 to;
	struct tcphdr tcp;
};

struct ftpmark_packet4 {
	struct iphdr ip;
	struct tcphdr tcp;
};

struct ftpmark_packet6 {
	struct ip6_hdr ip;
	struct tcphdr tcp;
};

union ftpmark_packet {
	struct ftpmark_packet4 ipv4;
	struct ftpmark_packet6 ipv6;
};

static struct ftpmark_sender ftpmark_senders[FTPMARK_SENDERS];
static unsigned int ftpmark_steady_count = FTPMARK_STEADY_MAX;
static atomic_bool ftpmark_all_sent;
static atomic_ulong ftpmark_received, ftpmark_faults;
static atomic_ulong ftpmark_marked;
/* Those that would have been wrong without a mark. */
static atomic_ulong ftpmark_certain4, ftpmark_certain6;

static __u16 ftpmark_checksum(const void *data, size_t len)
{
	const __u16 *word = data;
	__u32 sum = 0;

	for (; len; len -= 2)
		sum += *word++;
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

/*
 * To a steady service, with what is known of it; sometimes to one of the storm,
 * or what a real server would send: neither says anything.
 */
static void ftpmark_probe_fill(struct ftpmark_probe *probe, __u32 *seed)
{
	static const __u16 port[] = {
		21, 2121, 10000, 12345, 14999, 15000, 20000, 20001,
	};
	unsigned int chance = ftpmark_race_random(seed) % 16;
	unsigned int service = ftpmark_race_random(seed) % ftpmark_steady_count;

	memset(probe, 0, sizeof(*probe));
	probe->ipv6 = ftpmark_race_random(seed) % 3 == 0;
	probe->from = 0xc6120000 | (ftpmark_race_random(seed) & 0x1ffff);
	probe->to = 0xc6336400 + service * 2 + (ftpmark_race_random(seed) & 1);
	probe->tcp.source = htons(1024 + ftpmark_race_random(seed) % 1024);
	probe->tcp.dest = htons(port[ftpmark_race_random(seed) % 8]);
	if (!chance) {
		probe->to = 0xc0000200 + ftpmark_race_random(seed) % 4;
	} else if (chance < 3) {
		probe->from = 0x0a000001;
		probe->to = 0xcb007101;
		probe->tcp.source = htons(20);
	}
	probe->tcp.doff = 5;
	probe->tcp.syn = chance < 8;
	probe->tcp.ack = chance >= 8;
	probe->tcp.ack_seq = htonl(service);
	probe->tcp.seq = htonl(ftpmark_steady_there(service));
}

static struct in6_addr ftpmark_address6(__u32 address)
{
	struct in6_addr address6 = {
		.s6_addr = { 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x57 },
	};

	address6.s6_addr32[3] = htonl(address);
	return address6;
}

static size_t ftpmark_probe_encode(const struct ftpmark_probe *probe,
				   union ftpmark_packet *packet)
{
	struct ftpmark_packet4 *ipv4 = &packet->ipv4;
	struct ftpmark_packet6 *ipv6 = &packet->ipv6;

	memset(packet, 0, sizeof(*packet));
	if (probe->ipv6) {
		ipv6->ip.ip6_flow = htonl(6 << 28);
		ipv6->ip.ip6_plen = htons(sizeof(ipv6->tcp));
		ipv6->ip.ip6_nxt = IPPROTO_TCP;
		ipv6->ip.ip6_hlim = 64;
		ipv6->ip.ip6_src = ftpmark_address6(probe->from);
		ipv6->ip.ip6_dst = ftpmark_address6(probe->to);
		ipv6->tcp = probe->tcp;
		return sizeof(*ipv6);
	}
	ipv4->ip = (struct iphdr) {
		.version	= 4,
		.ihl		= 5,
		.tot_len	= htons(sizeof(*ipv4)),
		.ttl		= 64,
		.protocol	= IPPROTO_TCP,
		.saddr		= htonl(probe->from),
		.daddr		= htonl(probe->to),
	};
	ipv4->ip.check = ftpmark_checksum(&ipv4->ip, sizeof(ipv4->ip));
	ipv4->tcp = probe->tcp;
	return sizeof(*ipv4);
}

static bool ftpmark_probe_decode(struct ftpmark_probe *probe, const void *data,
				 size_t len)
{
	union ftpmark_packet packet = {};

	memcpy(&packet, data, len < sizeof(packet) ? len : sizeof(packet));
	probe->ipv6 = packet.ipv4.ip.version == 6;
	if (probe->ipv6) {
		probe->to = ntohl(packet.ipv6.ip.ip6_dst.s6_addr32[3]);
		probe->tcp = packet.ipv6.tcp;
		return len >= sizeof(packet.ipv6);
	}
	probe->to = ntohl(packet.ipv4.ip.daddr);
	probe->tcp = packet.ipv4.tcp;
	return len >= sizeof(packet.ipv4);
}

static unsigned long ftpmark_sent(void)
{
	unsigned long sent = 0;
	unsigned int i;

	for (i = 0; i < FTPMARK_SENDERS; i++)
		sent += atomic_load(&ftpmark_senders[i].sent);
	return sent;
}

static bool ftpmark_is_logged(const struct ftpmark_probe *probe)
{
	return probe->from >> 17 == 0xc6120000 >> 17;
}

static void *ftpmark_sender_thread(void *argument)
{
	struct ftpmark_sender *sender = argument;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sender->cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		ftpmark_race_die("sched_setaffinity");
	while (!atomic_load(&ftpmark_race_stop)) {
		union ftpmark_packet packet;
		struct ftpmark_probe probe;
		size_t len;

		if (ftpmark_sent() - atomic_load(&ftpmark_received) >
		    FTPMARK_WINDOW) {
			sched_yield();
			continue;
		}
		ftpmark_probe_fill(&probe, &sender->seed);
		len = ftpmark_probe_encode(&probe, &packet);
		sender->to.sll_protocol = htons(probe.ipv6 ? ETH_P_IPV6 :
							     ETH_P_IP);
		if (ftpmark_is_logged(&probe))
			atomic_fetch_add(&sender->sent, 1);
		if (sendto(sender->fd, &packet, len, 0,
			   (struct sockaddr *)&sender->to,
			   sizeof(sender->to)) < 0)
			ftpmark_race_die("sendto");
	}
	return NULL;
}

static bool ftpmark_mark_is_right(const struct ftpmark_probe *probe,
				  __u32 mark)
{
	/* A service of the storm: one of its marks, the default, or none. */
	if (probe->to >> 8 == 0xc00002)
		return !mark || mark == 21 ||
		       (mark & 0xffff0000) == FTPMARK_STORM_MARK;
	return ftpmark_steady_mark_is(ntohl(probe->tcp.ack_seq),
				      ntohl(probe->tcp.seq), probe->to & 1,
				      ntohs(probe->tcp.dest), mark);
}

static int ftpmark_caught(struct nflog_g_handle *group, struct nfgenmsg *message,
			  struct nflog_data *data, void *unused)
{
	struct ftpmark_probe probe;
	char *payload;
	int len = nflog_get_payload(data, &payload);
	__u32 mark = nflog_get_nfmark(data);

	if (len < 0 || !ftpmark_probe_decode(&probe, payload, len))
		return 0;
	if (mark)
		atomic_fetch_add(&ftpmark_marked, 1);
	if (!ftpmark_mark_is_right(&probe, mark) &&
	    atomic_fetch_add(&ftpmark_faults, 1) < FTPMARK_FAULTS_TOLD)
		printf("wrong: mark %#x of IPv%u %#x:%u, service %u at %u\n",
		       mark, probe.ipv6 ? 6 : 4, probe.to,
		       ntohs(probe.tcp.dest), ntohl(probe.tcp.ack_seq),
		       ntohl(probe.tcp.seq));
	if (!ftpmark_mark_is_right(&probe, 0))
		atomic_fetch_add(probe.ipv6 ? &ftpmark_certain6 :
					      &ftpmark_certain4, 1);
	atomic_fetch_add(&ftpmark_received, 1);
	return 0;
}

static struct nflog_handle *ftpmark_log_open(void)
{
	struct nflog_handle *log = nflog_open();
	struct nflog_g_handle *group;
	struct timeval second = { .tv_sec = 1 };
	int room = 16 << 20;

	group = log ? nflog_bind_group(log, FTPMARK_GROUP) : NULL;
	if (!group || nflog_set_mode(group, NFULNL_COPY_PACKET, 128) ||
	    nflog_set_qthresh(group, 16) || nflog_set_timeout(group, 1))
		ftpmark_race_die("nflog");
	setsockopt(nflog_fd(log), SOL_SOCKET, SO_RCVBUFFORCE, &room,
		   sizeof(room));
	setsockopt(nflog_fd(log), SOL_SOCKET, SO_RCVTIMEO, &second,
		   sizeof(second));
	nflog_callback_register(group, ftpmark_caught, NULL);
	return log;
}

/* Receives until all packets have arrived, or none arrives any more. */
static void *ftpmark_receiver_thread(void *argument)
{
	struct nflog_handle *log = argument;
	unsigned int silent = 0;
	char buffer[65536];

	while (silent < FTPMARK_PATIENCE &&
	       !(atomic_load(&ftpmark_all_sent) &&
		 atomic_load(&ftpmark_received) == ftpmark_sent())) {
		ssize_t len = recv(nflog_fd(log), buffer, sizeof(buffer), 0);

		if (len > 0)
			nflog_handle_packet(log, buffer, len);
		else if (errno != EAGAIN && errno != EINTR)
			ftpmark_race_die("nflog");
		silent = len > 0 ? 0 : silent + 1;
	}
	return NULL;
}

static void ftpmark_senders_open(const char *client, const char *device,
				 const char *mac)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	unsigned int i, cpus = sysconf(_SC_NPROCESSORS_ONLN);
	char path[256];
	int away;

	snprintf(path, sizeof(path), "/run/netns/%s", client);
	away = open(path, O_RDONLY | O_CLOEXEC);
	if (home < 0 || away < 0 || setns(away, CLONE_NEWNET))
		ftpmark_race_die(path);
	for (i = 0; i < FTPMARK_SENDERS; i++) {
		struct ftpmark_sender *sender = &ftpmark_senders[i];

		sender->cpu = i % cpus;
		sender->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		sender->to = (struct sockaddr_ll) {
			.sll_family	= AF_PACKET,
			.sll_ifindex	= if_nametoindex(device),
			.sll_halen	= ETH_ALEN,
		};
		if (!ether_aton_r(mac, (struct ether_addr *)sender->to.sll_addr) ||
		    sender->fd < 0 || !sender->to.sll_ifindex)
			ftpmark_race_die(device);
	}
	if (setns(home, CLONE_NEWNET))
		ftpmark_race_die("setns");
}

struct ftpmark_threads {
	pthread_t thread[16];
	unsigned int count;
};

static void ftpmark_start(struct ftpmark_threads *threads,
			  void *(*run)(void *), void *argument)
{
	if (pthread_create(&threads->thread[threads->count++], NULL, run,
			   argument))
		ftpmark_race_die("pthread_create");
}

static void ftpmark_join(const struct ftpmark_threads *threads)
{
	unsigned int i;

	for (i = 0; i < threads->count; i++)
		pthread_join(threads->thread[i], NULL);
}

/* Too few would prove nothing. What takes long has to happen only once. */
static bool ftpmark_enough(unsigned long least, bool reloads)
{
	unsigned int i;

	for (i = 0; i < FTPMARK_SENDERS; i++) {
		if (atomic_load(&ftpmark_senders[i].sent) < least)
			return false;
	}
	for (i = 0; i < ftpmark_steady_count; i++) {
		if (ftpmark_steady_there(i) < least)
			return false;
	}
	return atomic_load(&ftpmark_received) >= FTPMARK_PACKETS * least &&
	       atomic_load(&ftpmark_certain4) >= least &&
	       atomic_load(&ftpmark_certain6) >= least &&
	       atomic_load(&ftpmark_race_storm.done) >= least &&
	       atomic_load(&ftpmark_race_storm.refused) >= least &&
	       atomic_load(&ftpmark_race_namespaces.done) &&
	       atomic_load(&ftpmark_race_transactions.done) &&
	       (!reloads || ftpmark_steady_reloads());
}

static bool ftpmark_report(void)
{
	unsigned long sent = ftpmark_sent(), received = ftpmark_received;
	unsigned int i;

	for (i = 0; i < FTPMARK_SENDERS; i++)
		printf("sent_by_cpu%u %lu\n", ftpmark_senders[i].cpu,
		       ftpmark_senders[i].sent);
	for (i = 0; i < ftpmark_steady_count; i++)
		printf("states%u %u\n", i, ftpmark_steady_there(i));
	printf("received %lu\nlost %lu\nwrong %lu\n", received,
	       sent - received, ftpmark_faults);
	printf("marked %lu\ncertain4 %lu\ncertain6 %lu\n", ftpmark_marked,
	       ftpmark_certain4, ftpmark_certain6);
	printf("storm_done %lu\nstorm_refused %lu\n", ftpmark_race_storm.done,
	       ftpmark_race_storm.refused);
	printf("namespaces %lu\nnamespaces_refused %lu\nreloads %lu\n",
	       ftpmark_race_namespaces.done, ftpmark_race_namespaces.refused,
	       ftpmark_steady_reloads());
	printf("transactions %lu\ntransactions_ended %lu\n",
	       ftpmark_race_transactions.done,
	       ftpmark_race_transactions.refused);
	return sent == received && !ftpmark_faults;
}

int main(int argc, char **argv)
{
	static unsigned int number[FTPMARK_STEADY_MAX] = { 0, 1 };
	static __u32 seed[FTPMARK_STORMS + 2];
	struct ftpmark_threads changers = {}, senders = {}, receiver = {};
	unsigned int i, seconds, limit, second, first_seed;
	bool reloads = argc == 9;

	if (argc != 7 && !reloads)
		return 2;
	seconds = atoi(argv[4]);
	limit = atoi(argv[5]);
	first_seed = atoi(argv[6]) * 16;
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* Only one thread knows when the module is unloaded: one steady service. */
	if (reloads)
		ftpmark_steady_count = 1;
	ftpmark_senders_open(argv[1], argv[2], argv[3]);
	for (i = 0; i < ftpmark_steady_count; i++)
		ftpmark_steady_start(i, first_seed + i + 77,
				     reloads ? argv[7] : NULL,
				     reloads ? argv[8] : NULL);

	ftpmark_start(&receiver, ftpmark_receiver_thread, ftpmark_log_open());
	for (i = 0; i < FTPMARK_SENDERS; i++) {
		ftpmark_senders[i].seed = first_seed + i + 1;
		ftpmark_start(&senders, ftpmark_sender_thread,
			      &ftpmark_senders[i]);
	}
	for (i = 0; i < ftpmark_steady_count; i++)
		ftpmark_start(&changers, ftpmark_steady_thread, &number[i]);
	for (i = 0; i < FTPMARK_STORMS + 2; i++) {
		seed[i] = first_seed + i + 8;
		ftpmark_start(&changers, !i ? ftpmark_namespaces_thread :
			      i == 1 ? ftpmark_transactions_thread :
			      ftpmark_storm_thread, &seed[i]);
	}

	for (second = 0; second < seconds ||
	     (second < limit && !ftpmark_enough(seconds, reloads)); second++)
		sleep(1);
	atomic_store(&ftpmark_race_stop, true);
	ftpmark_join(&changers);
	ftpmark_join(&senders);
	atomic_store(&ftpmark_all_sent, true);
	ftpmark_join(&receiver);
	return !ftpmark_report();
}
