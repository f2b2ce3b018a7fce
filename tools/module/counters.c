// SPDX-License-Identifier: GPL-2.0-only
/* The counters of a service, and what they mean. */

#include <assert.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	char file[64];
	char *value;
	size_t i;
	int err;

	for (i = 0; i < fm_counters_count; i++) {
		snprintf(file, sizeof(file), "stats/%s", fm_counters[i].file);
		err = fm_sysfs_read(name, file, &value);
		counts->known[i] = !err;
		/* An older module lacks the newest counters. */
		if (err == -ENOENT && fm_sysfs_exists(name))
			continue;
		if (err)
			return err;
		counts->value[i] = strtoull(value, NULL, 10);
		free(value);
	}
	return 0;
}

/**
 * fm_counts_json() - convert counters to a JSON object
 * @counts: the counters
 *
 * Return: the object, which the caller frees.
 */
struct json_object *fm_counts_json(const struct fm_counts *counts)
{
	struct json_object *json = json_object_new_object();
	size_t i;

	for (i = 0; i < fm_counters_count; i++) {
		if (counts->known[i])
			json_object_object_add(json, fm_counters[i].file,
					       json_object_new_uint64(counts->value[i]));
	}
	return json;
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
