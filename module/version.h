/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_VERSION_H
#define FTPMARK_VERSION_H

/* Shared by the module and the tool; dkms.conf is checked against it. */
#define FTPMARK_VERSION "0.2.0"

/* The newest kernel on which this version was seen: see docs/kernels.md. */
#define FTPMARK_KERNEL_SEEN "7.3"

#endif
