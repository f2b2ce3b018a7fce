/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds services of a file that share a port of a VIP. No I/O. */
#ifndef FM_MODEL_CLASH_H
#define FM_MODEL_CLASH_H

#include "model/config.h"

bool fm_clash_find(const struct fm_config *config,
		   const struct fm_profile **one,
		   const struct fm_profile **two);

#endif /* FM_MODEL_CLASH_H */
