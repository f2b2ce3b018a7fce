/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_HOOKS_H
#define FTPMARK_HOOKS_H

struct ftpmark_state;

void ftpmark_hooks_init(struct ftpmark_state *ns);
int ftpmark_hooks_add(struct ftpmark_state *ns, unsigned long hooks);
void ftpmark_hooks_del(struct ftpmark_state *ns, unsigned long hooks);

#endif
