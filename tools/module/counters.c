// SPDX-License-Identifier: GPL-2.0-only
/* The counters of a service, and what they mean. */

#include <assert.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/macros.h"
#include "module/counters.h"
#include "module/sysfs.h"

/* In the order in which "stats" prints them. */
const struct fm_counter fm_counters[] = {
	{
		.file = "control_packets", .word = "control-packets",
		.meaning = "Packets of control connections marked.",
	}, {
		.file = "passive_packets", .word = "passive-packets",
		.meaning = "Packets of passive data connections marked.",
	}, {
		.file = "bytes", .word = "bytes",
		.meaning = "IP bytes of the packets marked.",
	}, {
		.file = "fast_packets", .word = "fast-packets",
		.meaning = "Packets of data sent the short way.",
	}, {
		.file = "out_of_range", .word = "out-of-range",
		.meaning = "New connections to the VIP on no port of the service.",
		.advice =
"If transfers hang: the servers' passive range (vsftpd: pasv_min_port,\n"
"pasv_max_port) differs from passive-ports. Otherwise: somebody scans ports.",
		.harmless = true,
	}, {
		.file = "already_marked", .word = "already-marked",
		.meaning = "Packets that came with another mark.",
		.advice =
"Another program marks these packets (iptables, nftables, tc). Take the VIP\n"
"out of its rules; on-marked says which of the two marks they bear.",
	}, {
		.file = "active_connections", .word = "active-connections",
		.meaning = "Active data connections translated.",
	}, {
		.file = "active_unmatched", .word = "active-unmatched",
		.meaning = "Connections of real servers to outside from another port.",
		.advice =
"If active transfers hang: the server does not dial from port 20. Set vsftpd's\n"
"connect_from_port_20=YES, or list its port in active-ports. Otherwise: the\n"
"servers use the network themselves (DNS, updates).",
		.harmless = true,
	}, {
		.file = "active_failed", .word = "active-failed",
		.meaning = "Active data connections dropped, untranslatable.",
		.advice =
"With active ipvs: IPVS has no service here yet, or no port of the VIP is\n"
"free, or IPVS has net.ipv4.vs.conn_max connections (Linux 7.2 and newer);\n"
"with every kind: the service has no VIP of that family, or memory is short.",
	}, {
		.file = "refused", .word = "refused",
		.meaning = "Passive connections refused: no control connection.",
		.advice =
"If transfers fail: a client's data comes from another address than its commands\n"
"(FXP, NAT with several addresses); passive-from anyone serves it, too.\n"
"Otherwise: somebody scans ports.",
		.harmless = true,
	}, {
		.file = "fast_leases", .word = "fast-leases",
		.meaning = "Directions of connections that got the short way.",
	}, {
		.file = "fast_expired", .word = "fast-expired",
		.meaning = "Usual way, for IPVS to see one packet a second.",
	}, {
		.file = "fast_ended", .word = "fast-ended",
		.meaning = "Usual way, and the end of a short one: SYN, FIN or RST.",
	}, {
		.file = "fast_unfit", .word = "fast-unfit",
		.meaning = "Usual way, since unlike the packet that had shown it.",
		.advice =
"If it grows as fast-packets should: packets arrive with a mark, by several devices\n"
"or hops, or through br_netfilter or IPsec; or a rule changes their TTL or DSCP.",
		.harmless = true,
	}, {
		.file = "fast_too_long", .word = "fast-too-long",
		.meaning = "Usual way, since longer than the MTU.",
		.advice =
"The devices of clients and servers differ in their MTU, or LRO is on.",
		.harmless = true,
	}, {
		.file = "fast_route", .word = "fast-route",
		.meaning = "Usual way, since a route changed or a neighbour has gone.",
		.advice =
"A routing daemon changes routes all the time: then fast gains little.",
		.harmless = true,
	}, {
		.file = "fast_full", .word = "fast-full",
		.meaning = "Usual way, for want of a place for a short one.",
		.advice =
"More than some 16,000 connections at a time transfer data.",
		.harmless = true,
	},
};

const size_t fm_counters_count = ARRAY_SIZE(fm_counters);

static_assert(ARRAY_SIZE(fm_counters) <= FM_COUNTERS_MAX,
	      "counts must hold every counter");

/**
 * fm_counts_read() - read the counters of a service
 * @name: the service, valid
 * @counts: its counters
 *
 * Return: 0 or -errno.
 */
int fm_counts_read(const char *name, struct fm_counts *counts)
{
	int service = fm_service_open(name);
	char file[64];
	char *value;
	size_t i;
	int err = service < 0 ? service : 0;

	for (i = 0; !err && i < fm_counters_count; i++) {
		snprintf(file, sizeof(file), "stats/%s", fm_counters[i].file);
		err = fm_service_read(service, file, &value);
		counts->known[i] = !err && value;
		if (!counts->known[i])
			continue;
		counts->value[i] = strtoull(value, NULL, 10);
		free(value);
	}
	if (service >= 0)
		close(service);
	return err;
}

/**
 * fm_json_print() - print a JSON object and free it
 * @json: the object
 * @lines: print it as one line
 *
 * Return: 0 or -ENOMEM.
 */
int fm_json_print(struct json_object *json, bool lines)
{
	int flags = lines ? JSON_C_TO_STRING_PLAIN : JSON_C_TO_STRING_PRETTY;
	const char *text;

	text = json_object_to_json_string_ext(json, flags |
					      JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text)
		puts(text);
	json_object_put(json);
	return text ? 0 : -ENOMEM;
}
