// SPDX-License-Identifier: GPL-2.0-only
/* What "ftpmark check" looks at: settings of the network namespace. */

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "router.h"

#define FTPMARK_NET "/proc/sys/net/"
#define FTPMARK_CONF FTPMARK_NET "ipv4/conf"

static long ftpmark_number(const char *path)
{
	FILE *file = fopen(path, "re");
	long number;

	if (!file)
		return FTPMARK_UNKNOWN;
	if (fscanf(file, "%ld", &number) != 1)
		number = FTPMARK_UNKNOWN;
	fclose(file);
	return number;
}

static void ftpmark_local_ports(struct ftpmark_range *range)
{
	FILE *file = fopen(FTPMARK_NET "ipv4/ip_local_port_range", "re");

	range->first = 0;
	range->last = 0;
	if (!file)
		return;
	if (fscanf(file, "%u %u", &range->first, &range->last) != 2)
		range->last = 0;
	fclose(file);
}

/* An interface's check is the larger of its own and that of "all". */
static void ftpmark_interfaces(struct ftpmark_sysctls *sysctls)
{
	long all = ftpmark_number(FTPMARK_CONF "/all/rp_filter");
	struct dirent *entry;
	char path[PATH_MAX];
	long number;
	DIR *dir;

	sysctls->rp_filter = FTPMARK_UNKNOWN;
	sysctls->src_valid_mark = FTPMARK_UNKNOWN;
	dir = opendir(FTPMARK_CONF);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		/* "default" is for interfaces to come. */
		if (entry->d_name[0] == '.' ||
		    !strcmp(entry->d_name, "default"))
			continue;
		snprintf(path, sizeof(path), FTPMARK_CONF "/%s/rp_filter",
			 entry->d_name);
		number = ftpmark_number(path);
		if (number < all)
			number = all;
		/* 2 is the loose one. */
		if (number == 1 || sysctls->rp_filter == FTPMARK_UNKNOWN)
			sysctls->rp_filter = number;
		snprintf(path, sizeof(path), FTPMARK_CONF "/%s/src_valid_mark",
			 entry->d_name);
		number = ftpmark_number(path);
		if (number > sysctls->src_valid_mark)
			sysctls->src_valid_mark = number;
	}
	closedir(dir);
}

/**
 * ftpmark_sysctls_gather() - read settings of the network namespace
 * @sysctls: the settings
 */
void ftpmark_sysctls_gather(struct ftpmark_sysctls *sysctls)
{
	sysctls->forward = ftpmark_number(FTPMARK_NET "ipv4/ip_forward");
	sysctls->forward6 =
		ftpmark_number(FTPMARK_NET "ipv6/conf/all/forwarding");
	sysctls->vs_conntrack = ftpmark_number(FTPMARK_NET "ipv4/vs/conntrack");
	sysctls->tracked =
		ftpmark_number(FTPMARK_NET "netfilter/nf_conntrack_count");
	ftpmark_interfaces(sysctls);
	ftpmark_local_ports(&sysctls->local);
}
