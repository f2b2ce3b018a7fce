/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_SERVICE_FILES_H
#define FTPMARK_SERVICE_FILES_H

#include <linux/kobject.h>

extern const struct kobj_type ftpmark_service_type;

void ftpmark_service_files_init(void);

#endif
