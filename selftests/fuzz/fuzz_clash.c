// SPDX-License-Identifier: GPL-2.0-only
/*
 * Services with few VIPs and ports, so that many collide: a file is refused if,
 * and only if, two enabled services share a port of a VIP, and both are named.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "model/config_text.h"
#include "fuzz.h"

enum {
	FUZZ_SERVICES = 8,
	FUZZ_PORTS = 512,
};

/**
 * struct fuzz_service - what a service uses
 * @enabled: it is enabled
 * @vips: its VIPs, as bits
 * @port: its ports
 */
struct fuzz_service {
	bool enabled;
	unsigned int vips;
	bool port[FUZZ_PORTS];
};

static void fuzz_ports(struct fuzz_service *service, const char *text)
{
	unsigned long first, last;
	char *end;

	while (text && *text >= '0' && *text <= '9') {
		first = strtoul(text, &end, 10);
		last = *end == '-' ? strtoul(end + 1, &end, 10) : first;
		while (first <= last)
			service->port[first++] = true;
		text = *end ? end + 1 : NULL;
	}
}

/* Three bytes a service; a line each, in the order of their numbers. */
static size_t fuzz_service(const unsigned char *data, size_t number,
			   struct fuzz_service *service, char *text)
{
	static const char *const control[] = {
		"21", "22", "21-23", "21,23", "22,24", "24",
	};
	static const char *const passive[] = {
		"none", "100-199", "150-250", "100-120,180-300", "22", "23", "1-20",
	};
	const char *c = control[data[1] % ARRAY_SIZE(control)];
	const char *p = passive[data[2] % ARRAY_SIZE(passive)];
	size_t at, i;

	memset(service, 0, sizeof(*service));
	service->enabled = data[0] & 0x40;
	service->vips = data[0] & 15;
	if (!service->vips)
		service->vips = 1;
	fuzz_ports(service, c);
	fuzz_ports(service, p);
	at = sprintf(text, "add s%zu enabled %d control %s passive %s vip ",
		     number, service->enabled, c, p);
	for (i = 0; i < 4; i++) {
		if (service->vips & 1 << i)
			at += sprintf(text + at, "10.0.0.%zu,", i + 1);
	}
	text[at - 1] = '\n';
	return at;
}

static bool fuzz_share(const struct fuzz_service *a,
		       const struct fuzz_service *b)
{
	size_t i;

	if (!a->enabled || !b->enabled || !(a->vips & b->vips))
		return false;
	for (i = 0; i < FUZZ_PORTS; i++) {
		if (a->port[i] && b->port[i])
			return true;
	}
	return false;
}

static void fuzz_judge(const struct fuzz_service *service, size_t count,
		       bool taken, const struct fm_config_fault *fault)
{
	size_t one, two;
	size_t i, j;

	for (i = 0; taken && i < count; i++) {
		for (j = 0; j < i; j++) {
			if (fuzz_share(&service[i], &service[j]))
				abort();
		}
	}
	if (taken)
		return;
	if (sscanf(fault->why, "has a vip and port of s%zu", &one) != 1 ||
	    sscanf(fault->word, "s%zu", &two) != 1 || one >= two ||
	    two >= count || fault->line != two + 1 ||
	    !fuzz_share(&service[one], &service[two]))
		abort();
}

/**
 * LLVMFuzzerTestOneInput() - one file
 * @data: its services
 * @size: length of that
 *
 * Return: 0.
 */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct fuzz_service service[FUZZ_SERVICES];
	char text[FUZZ_SERVICES * 256];
	struct fm_config_fault fault;
	struct fm_config config;
	size_t count, at = 0;
	bool taken;

	for (count = 0; count < FUZZ_SERVICES && size >= 3; count++) {
		at += fuzz_service(data, count, &service[count], text + at);
		data += 3;
		size -= 3;
	}
	taken = fm_config_parse(text, at, &config, &fault);
	fuzz_judge(service, count, taken, &fault);
	fm_config_free(&config);
	return 0;
}
