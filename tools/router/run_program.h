/* SPDX-License-Identifier: GPL-2.0-only */
/* Asking other programs. */
#ifndef FTPMARK_PROGRAM_H
#define FTPMARK_PROGRAM_H

int ftpmark_program_read(const char *const argv[], char **output);

#endif /* FTPMARK_PROGRAM_H */
