// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remembers counters from one "ftpmark check" to the next, so that an old
 * scan of ports is not told for ever. Only root's checks are remembered.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "router/router.h"

#define FM_MEMORY_DIR "/run/ftpmark"

enum { FM_MEMORY_PATH = 64 };

/* The kernel's name for packets that rp_filter has refused. */
static const char fm_refused_name[] = "IPReversePathFilter";

static const char fm_blanks[] = { ' ', '\n', '\0' };

/* Finds a number in a line of names and one of values, which follow each other. */
static long fm_netstat_value(char *names, char *values)
{
	char *name, *value;

	while ((name = strsep(&names, fm_blanks)) &&
	       (value = strsep(&values, fm_blanks))) {
		if (!strcmp(name, fm_refused_name))
			return strtol(value, NULL, 10);
	}
	return FM_UNKNOWN;
}

static long fm_refused(void)
{
	FILE *file = fopen("/proc/net/netstat", "re");
	char *names = NULL, *values = NULL;
	size_t names_size = 0, values_size = 0;
	long found = FM_UNKNOWN;

	while (file && found == FM_UNKNOWN &&
	       getline(&names, &names_size, file) > 0 &&
	       getline(&values, &values_size, file) > 0)
		found = fm_netstat_value(names, values);
	free(names);
	free(values);
	if (file)
		fclose(file);
	return found;
}

/* Each network namespace has its own file, named by its number. */
static bool fm_memory_path(char path[FM_MEMORY_PATH])
{
	struct stat status;

	if (geteuid() || stat("/proc/self/ns/net", &status))
		return false;
	snprintf(path, FM_MEMORY_PATH, FM_MEMORY_DIR "/check.%llu",
		 (unsigned long long)status.st_ino);
	return true;
}

static void fm_memory_line(struct fm_router *router, const char *line)
{
	struct fm_instance *service;
	unsigned long long value;
	char name[32], file[32];
	size_t i, j;

	if (sscanf(line, "%31s %31s %llu", name, file, &value) != 3)
		return;
	if (!strcmp(file, fm_refused_name) && router->refused >= (long)value)
		router->refused_before = value;
	for (i = 0; i < router->count; i++) {
		service = &router->service[i];
		if (strcmp(service->profile->name, name))
			continue;
		for (j = 0; j < fm_counters_count; j++) {
			/* A service that was made anew counts from 0. */
			if (!strcmp(fm_counters[j].file, file) &&
			    service->counts.known[j] &&
			    service->counts.value[j] >= value)
				service->before[j] = value;
		}
	}
}

static void fm_memory_read(struct fm_router *router, const char *path)
{
	char line[128];
	FILE *file = fopen(path, "re");

	if (!file)
		return;
	while (fgets(line, sizeof(line), file))
		fm_memory_line(router, line);
	fclose(file);
}

static void fm_memory_write(const struct fm_router *router, const char *path)
{
	const struct fm_instance *service;
	char temporary[FM_MEMORY_PATH + 8];
	FILE *file;
	size_t i, j;

	if (mkdir(FM_MEMORY_DIR, 0755) && errno != EEXIST)
		return;
	snprintf(temporary, sizeof(temporary), "%s.%d", path, getpid());
	file = fopen(temporary, "we");
	if (!file)
		return;
	for (i = 0; i < router->count; i++) {
		service = &router->service[i];
		for (j = 0; j < fm_counters_count; j++) {
			if (fm_counters[j].advice && service->counts.value[j])
				fprintf(file, "%s %s %llu\n",
					service->profile->name,
					fm_counters[j].file,
					service->counts.value[j]);
		}
	}
	/* No service can have this name. */
	if (router->refused != FM_UNKNOWN)
		fprintf(file, "- %s %ld\n", fm_refused_name, router->refused);
	if (fclose(file) || rename(temporary, path))
		unlink(temporary);
}

/**
 * fm_memory_gather() - recall the counters of the last check
 * @router: the state of the router, with its services
 *
 * What can't be remembered counts as 0 the last time.
 */
void fm_memory_gather(struct fm_router *router)
{
	char path[FM_MEMORY_PATH];

	router->refused = fm_refused();
	router->refused_before = FM_UNKNOWN;
	if (!router->count || !fm_memory_path(path))
		return;
	fm_memory_read(router, path);
	fm_memory_write(router, path);
}
