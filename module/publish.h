/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_PUBLISH_H
#define FTPMARK_PUBLISH_H

struct ftpmark_refusal;
struct ftpmark_state;

int ftpmark_publish_init(void);
void ftpmark_publish_exit(void);
int ftpmark_publish(struct ftpmark_state *ns, struct ftpmark_refusal *refusal);

#endif
