/* SPDX-License-Identifier: GPL-2.0-only */
/* The configuration that the module has, and files with one. */
#ifndef FTPMARK_PROFILE_H
#define FTPMARK_PROFILE_H

#include <stdio.h>

#include "model/config.h"

int ftpmark_config_read(struct ftpmark_config *config, const char *name);
int ftpmark_text_read(const char *file, char **text, size_t *size);
void ftpmark_profile_print(const struct ftpmark_profile *profile);

#endif /* FTPMARK_PROFILE_H */
