/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of verbs. */
#ifndef FTPMARK_TABLE_H
#define FTPMARK_TABLE_H

#include "verbs/call.h"

extern const struct ftpmark_verb ftpmark_verbs[];
extern const size_t ftpmark_verbs_count;

#endif /* FTPMARK_TABLE_H */
