/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_DEVICES_H
#define FTPMARK_DEVICES_H

#include <linux/kconfig.h>

#if IS_ENABLED(CONFIG_IP_VS)
int ftpmark_devices_init(void);
void ftpmark_devices_exit(void);
#else
static inline int ftpmark_devices_init(void)
{
	return 0;
}

static inline void ftpmark_devices_exit(void)
{
}
#endif

#endif
