/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Operations on services, which tell the operator why the kernel refused them.
 * They return 0 or -errno.
 */
#ifndef FM_MODULE_SERVICE_H
#define FM_MODULE_SERVICE_H

#include <signal.h>

#include "model/words.h"

int fm_service_create(const char *name);
int fm_service_remove(const char *name);
int fm_service_read(const char *name,
		    const struct fm_setting *setting, char **value);
int fm_service_write(const char *name, const struct fm_change *change);
void fm_service_explain(const char *name,
			const struct fm_change *change, int err);
int fm_service_list(char ***names, size_t *count);
const char *fm_service_reason(int err);

void fm_signals_block(sigset_t *old);
void fm_signals_restore(const sigset_t *old);

#endif /* FM_MODULE_SERVICE_H */
