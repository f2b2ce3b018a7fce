/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints what "ftpmark trace" has seen. */
#ifndef FM_TRACE_PRINT_H
#define FM_TRACE_PRINT_H

#include "trace/causes.h"

int fm_trace_print(struct fm_evidence *evidence, bool json, bool *stopped);

#endif /* FM_TRACE_PRINT_H */
