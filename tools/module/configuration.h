/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the module's configuration and files, and prints services. */
#ifndef FM_MODULE_CONFIGURATION_H
#define FM_MODULE_CONFIGURATION_H

#include <stdio.h>

#include "model/config.h"

int fm_config_read(struct fm_config *config, const char *name);
int fm_text_read(const char *file, char **text, size_t *size);
void fm_profile_print(const struct fm_profile *profile);

#endif /* FM_MODULE_CONFIGURATION_H */
