/* SPDX-License-Identifier: GPL-2.0-only */
/* What libFuzzer calls. */
#ifndef FTPMARK_FUZZ_H
#define FTPMARK_FUZZ_H

#include <stddef.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#endif /* FTPMARK_FUZZ_H */
