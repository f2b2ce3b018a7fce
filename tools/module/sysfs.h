/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's sysfs tree. Paths are below /sys/kernel/nf_ftpmark/net. Functions
 * return 0 or -errno and print nothing.
 */
#ifndef FM_MODULE_SYSFS_H
#define FM_MODULE_SYSFS_H

#include <stdbool.h>

#include "model/words.h"

/* Room for the path of a file of a service. */
enum { FM_PATH_MAX = FM_NAME_MAX + 64 };

int fm_sysfs_open(void);
int fm_sysfs_open_file(const char *path, int flags);
int fm_sysfs_read(const char *path, char **value);
int fm_sysfs_write(const char *path, const char *value);
const char *fm_service_path(char path[FM_PATH_MAX], const char *name,
			    const char *file);
bool fm_sysfs_exists(const char *name);
int fm_service_open(const char *name);
int fm_service_read(int service, const char *file, char **value);
bool fm_sysfs_foreign(void);
int fm_sysfs_module_version(char **version);
bool fm_sysfs_module_has_ipvs(void);

#endif /* FM_MODULE_SYSFS_H */
