/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads single sysctls of the network namespace. */
#ifndef FM_ROUTER_SYSCTL_H
#define FM_ROUTER_SYSCTL_H

#include "base/macros.h"

__printf(1, 2)
long fm_sysctl_number(const char *fmt, ...);
void fm_sysctl_pair(const char *name, unsigned int *first,
		    unsigned int *second);

#endif /* FM_ROUTER_SYSCTL_H */
