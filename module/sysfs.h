/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_SYSFS_H
#define FTPMARK_SYSFS_H

struct ftpmark_state;
struct ftpmark_refusal;
struct ftpmark_service;

int ftpmark_sysfs_init(void);
void ftpmark_sysfs_exit(void);
int ftpmark_sysfs_create(struct ftpmark_state *ns);
void ftpmark_sysfs_destroy(struct ftpmark_state *ns);
struct ftpmark_service *ftpmark_sysfs_add(struct ftpmark_state *ns,
					  const char *name,
					  struct ftpmark_refusal *refusal);

#endif
