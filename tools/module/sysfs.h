/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's sysfs tree. Functions return 0 or -errno and print nothing. */
#ifndef FM_MODULE_SYSFS_H
#define FM_MODULE_SYSFS_H

#include <stdbool.h>
#include <stddef.h>

int fm_sysfs_open(void);
int fm_sysfs_create(const char *name);
int fm_sysfs_remove(const char *name);
bool fm_sysfs_exists(const char *name);
int fm_sysfs_read(const char *name, const char *file, char **value);
int fm_sysfs_write(const char *name, const char *file, const char *value);
int fm_sysfs_list(char ***names, size_t *count);
void fm_sysfs_list_free(char **names, size_t count);
int fm_sysfs_module_version(char **version);
bool fm_sysfs_module_has_ipvs(void);

#endif /* FM_MODULE_SYSFS_H */
