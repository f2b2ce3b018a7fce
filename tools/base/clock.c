// SPDX-License-Identifier: GPL-2.0-only
/* The time that passes. */

#include <time.h>

#include "base/clock.h"

/**
 * fm_now() - ask for the time
 *
 * Return: seconds since some time.
 */
double fm_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}
