/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_NETNS_H
#define FTPMARK_NETNS_H

int ftpmark_netns_enter(const char *netns);

#endif /* FTPMARK_NETNS_H */
