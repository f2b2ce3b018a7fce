/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tool exits with. */
#ifndef FTPMARK_STATUS_H
#define FTPMARK_STATUS_H

/**
 * enum ftpmark_status - exit status
 * @FTPMARK_DONE: done
 * @FTPMARK_REFUSED: refused by the kernel; nothing has changed. Or "check"
 *	found a fault
 * @FTPMARK_USAGE: not understood
 * @FTPMARK_NO_MODULE: the module is not loaded
 * @FTPMARK_DIFFERS: "restore --dry-run" found a difference
 */
enum ftpmark_status {
	FTPMARK_DONE = 0,
	FTPMARK_REFUSED = 1,
	FTPMARK_USAGE = 2,
	FTPMARK_NO_MODULE = 3,
	FTPMARK_DIFFERS = 4,
};

#endif /* FTPMARK_STATUS_H */
