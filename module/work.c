// SPDX-License-Identifier: GPL-2.0-only
/* The workqueue for what is done now and then, and may take long. */
#include <linux/errno.h>
#include <linux/workqueue.h>

#include "work.h"

/*
 * The kernel's own queue for such work is system_unbound_wq, which newer kernels
 * call system_dfl_wq: as of Linux 7.2 they log who uses the old name.
 */
struct workqueue_struct *ftpmark_work_queue;

/**
 * ftpmark_work_init - create the workqueue
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int ftpmark_work_init(void)
{
	ftpmark_work_queue = alloc_workqueue(KBUILD_MODNAME "_work", WQ_UNBOUND,
					     0);
	return ftpmark_work_queue ? 0 : -ENOMEM;
}

/**
 * ftpmark_work_exit - undo ftpmark_work_init(); no work is left
 *
 * Context: may sleep.
 */
void ftpmark_work_exit(void)
{
	destroy_workqueue(ftpmark_work_queue);
}
