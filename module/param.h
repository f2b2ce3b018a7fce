/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_PARAM_H
#define FTPMARK_PARAM_H

int ftpmark_param_init(void);

#endif
