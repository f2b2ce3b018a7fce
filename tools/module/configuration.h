/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the module's configuration, and files. */
#ifndef FM_MODULE_CONFIGURATION_H
#define FM_MODULE_CONFIGURATION_H

#include <stddef.h>

#include "model/config.h"

int fm_config_names(struct fm_config *config);
int fm_config_read(struct fm_config *config, const char *name);
int fm_config_read_among(struct fm_config *config,
			 const struct fm_config *among);
int fm_text_read(const char *file, char **text, size_t *size);

#endif /* FM_MODULE_CONFIGURATION_H */
