/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Operations on services, which tell the operator why the kernel refused them.
 * They return 0 or -errno.
 */
#ifndef FM_MODULE_SERVICE_H
#define FM_MODULE_SERVICE_H

int fm_service_create(const char *name);
int fm_service_remove(const char *name);
int fm_service_set(const char *name, const char *const value[]);
const char *fm_service_reason(int err);

#endif /* FM_MODULE_SERVICE_H */
