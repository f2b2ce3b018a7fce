/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_NAT_H
#define FTPMARK_NAT_H

#include <linux/types.h>

struct net;

int ftpmark_nat_init(void);
void ftpmark_nat_exit(void);
int ftpmark_nat_start(struct net *net, u8 family);
void ftpmark_nat_stop(struct net *net, u8 family);

#endif
