/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs other programs and reads their output. */
#ifndef FM_ROUTER_RUN_PROGRAM_H
#define FM_ROUTER_RUN_PROGRAM_H

int fm_program_read(const char *const argv[], char **output);

#endif /* FM_ROUTER_RUN_PROGRAM_H */
