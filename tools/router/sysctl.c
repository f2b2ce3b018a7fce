// SPDX-License-Identifier: GPL-2.0-only
/* Reads single sysctls of the network namespace. */

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "router/router.h"
#include "router/sysctl.h"

#define FM_NET "/proc/sys/net/"

/**
 * fm_sysctl_number() - read a number
 * @fmt: format of its name below /proc/sys/net
 *
 * Return: the number, or FM_UNKNOWN.
 */
long fm_sysctl_number(const char *fmt, ...)
{
	char path[PATH_MAX] = FM_NET;
	size_t length = strlen(path);
	va_list args;
	FILE *file;
	long number;

	va_start(args, fmt);
	vsnprintf(path + length, sizeof(path) - length, fmt, args);
	va_end(args);
	file = fopen(path, "re");
	if (!file)
		return FM_UNKNOWN;
	if (fscanf(file, "%ld", &number) != 1)
		number = FM_UNKNOWN;
	fclose(file);
	return number;
}

/**
 * fm_sysctl_pair() - read two numbers
 * @name: their name below /proc/sys/net
 * @first: the first number
 * @second: the second number; both are 0 if they can't be read
 */
void fm_sysctl_pair(const char *name, unsigned int *first,
		    unsigned int *second)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), FM_NET "%s", name);
	*first = 0;
	*second = 0;
	file = fopen(path, "re");
	if (!file)
		return;
	if (fscanf(file, "%u %u", first, second) != 2)
		*second = 0;
	fclose(file);
}
