/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_WORK_H
#define FTPMARK_WORK_H

struct workqueue_struct;

extern struct workqueue_struct *ftpmark_work_queue;

int ftpmark_work_init(void);
void ftpmark_work_exit(void);

#endif
