/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's sysfs tree. Functions return 0 or -errno; none prints.
 */
#ifndef FTPMARK_SYSFS_H
#define FTPMARK_SYSFS_H

#include <stdbool.h>
#include <stddef.h>

int ftpmark_sysfs_open(void);
int ftpmark_sysfs_create(const char *name);
int ftpmark_sysfs_remove(const char *name);
bool ftpmark_sysfs_exists(const char *name);
int ftpmark_sysfs_read(const char *name, const char *file, char **value);
int ftpmark_sysfs_write(const char *name, const char *file,
			const char *value);
int ftpmark_sysfs_list(char ***names, size_t *count);
void ftpmark_sysfs_list_free(char **names, size_t count);
int ftpmark_sysfs_module_version(char **version);
bool ftpmark_sysfs_module_has_ipvs(void);

#endif /* FTPMARK_SYSFS_H */
