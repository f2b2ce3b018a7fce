/* SPDX-License-Identifier: GPL-2.0-only */
/* Why the kernel refused a write, from its log. */
#ifndef FM_MODULE_KERNEL_LOG_H
#define FM_MODULE_KERNEL_LOG_H

void fm_reason_begin(void);
void fm_reason_print(const char *what);
const char *fm_version_remedy(const char *module);
void fm_version_advice(const char *module);

#endif /* FM_MODULE_KERNEL_LOG_H */
