/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_HOOKS_H
#define FTPMARK_HOOKS_H

#include "netns.h"

void ftpmark_hooks_init(struct ftpmark_net *ns);
int ftpmark_hooks_add(struct ftpmark_net *ns, unsigned long hooks);
void ftpmark_hooks_del(struct ftpmark_net *ns, unsigned long hooks);

#endif
