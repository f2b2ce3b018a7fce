// SPDX-License-Identifier: GPL-2.0-only
/* Gathers settings of the network namespace. */

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "router/router.h"

#define FM_NET "/proc/sys/net/"
#define FM_CONF FM_NET "ipv4/conf"

static long fm_number(const char *path)
{
	FILE *file = fopen(path, "re");
	long number;

	if (!file)
		return FM_UNKNOWN;
	if (fscanf(file, "%ld", &number) != 1)
		number = FM_UNKNOWN;
	fclose(file);
	return number;
}

static void fm_local_ports(struct fm_range *range)
{
	FILE *file = fopen(FM_NET "ipv4/ip_local_port_range", "re");

	range->first = 0;
	range->last = 0;
	if (!file)
		return;
	if (fscanf(file, "%u %u", &range->first, &range->last) != 2)
		range->last = 0;
	fclose(file);
}

static long fm_interface_number(const char *name, const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), FM_CONF "/%s/%s", name, file);
	return fm_number(path);
}

/* "default" is for new interfaces, and clients do not come in by "lo". */
static bool fm_interface_counts(const char *name)
{
	return name[0] != '.' && strcmp(name, "all") &&
	       strcmp(name, "default") && strcmp(name, "lo");
}

/*
 * The kernel takes the larger rp_filter of "all" and the interface. For
 * forwarding only the interface counts: a write of ip_forward sets them all.
 */
static void fm_interfaces(struct fm_sysctls *sysctls)
{
	long all = fm_interface_number("all", "rp_filter");
	struct dirent *entry;
	long number;
	DIR *dir;

	sysctls->rp_filter = FM_UNKNOWN;
	sysctls->src_valid_mark =
		fm_interface_number("all", "src_valid_mark");
	dir = opendir(FM_CONF);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (!fm_interface_counts(entry->d_name))
			continue;
		number = fm_interface_number(entry->d_name, "rp_filter");
		if (number < all)
			number = all;
		/* 1, strict, is stricter than 2, loose. */
		if (number == 1 || sysctls->rp_filter == FM_UNKNOWN)
			sysctls->rp_filter = number;
		number = fm_interface_number(entry->d_name,
					     "src_valid_mark");
		if (number > sysctls->src_valid_mark)
			sysctls->src_valid_mark = number;
		number = fm_interface_number(entry->d_name, "forwarding");
		if (number > sysctls->forward)
			sysctls->forward = number;
	}
	closedir(dir);
}

/**
 * fm_sysctls_gather() - read settings of the network namespace
 * @sysctls: the settings
 */
void fm_sysctls_gather(struct fm_sysctls *sysctls)
{
	sysctls->forward = fm_number(FM_NET "ipv4/ip_forward");
	sysctls->forward6 =
		fm_number(FM_NET "ipv6/conf/all/forwarding");
	sysctls->vs_conntrack = fm_number(FM_NET "ipv4/vs/conntrack");
	sysctls->tracked =
		fm_number(FM_NET "netfilter/nf_conntrack_count");
	fm_interfaces(sysctls);
	fm_local_ports(&sysctls->local);
}
