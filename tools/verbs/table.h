/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of verbs. */
#ifndef FM_VERBS_TABLE_H
#define FM_VERBS_TABLE_H

#include "verbs/call.h"

extern const struct fm_verb fm_verbs[];
extern const size_t fm_verbs_count;

#endif /* FM_VERBS_TABLE_H */
