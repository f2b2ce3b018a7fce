/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_NETNS_H
#define FTPMARK_NETNS_H

int ftpmark_netns_init(void);
void ftpmark_netns_exit(void);

#endif
