/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Services, as the verbs see them: operations that tell the operator why the
 * kernel refused. All of them return 0 or -errno.
 */
#ifndef FTPMARK_SERVICE_H
#define FTPMARK_SERVICE_H

#include <signal.h>

#include "model/words.h"

int ftpmark_service_create(const char *name);
int ftpmark_service_remove(const char *name);
int ftpmark_service_read(const char *name,
			 const struct ftpmark_setting *setting, char **value);
int ftpmark_service_write(const char *name,
			  const struct ftpmark_change *change);
void ftpmark_service_explain(const char *name,
			     const struct ftpmark_change *change, int err);
int ftpmark_service_list(char ***names, size_t *count);
const char *ftpmark_service_reason(int err);

void ftpmark_signals_block(sigset_t *old);
void ftpmark_signals_restore(const sigset_t *old);

#endif /* FTPMARK_SERVICE_H */
