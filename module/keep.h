/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_KEEP_H
#define FTPMARK_KEEP_H

#include <linux/kconfig.h>

struct ftpmark_state;

#if IS_ENABLED(CONFIG_IP_VS)
void ftpmark_keep_init(struct ftpmark_state *ns);
int ftpmark_keep_prepare(struct ftpmark_state *ns);
void ftpmark_keep_start(struct ftpmark_state *ns);
void ftpmark_keep_stop(struct ftpmark_state *ns);
void ftpmark_keep_destroy(struct ftpmark_state *ns);
#else
static inline void ftpmark_keep_init(struct ftpmark_state *ns)
{
}

static inline int ftpmark_keep_prepare(struct ftpmark_state *ns)
{
	return 0;
}

static inline void ftpmark_keep_start(struct ftpmark_state *ns)
{
}

static inline void ftpmark_keep_stop(struct ftpmark_state *ns)
{
}

static inline void ftpmark_keep_destroy(struct ftpmark_state *ns)
{
}
#endif

#endif
