/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tool exits with. */
#ifndef FM_STATUS_H
#define FM_STATUS_H

/**
 * enum fm_status - exit status
 * @FM_DONE: done
 * @FM_REFUSED: refused by the kernel; nothing has changed. Or "check"
 *	found a fault
 * @FM_USAGE: not understood
 * @FM_NO_MODULE: the module is not loaded
 * @FM_DIFFERS: "restore --dry-run" found a difference
 */
enum fm_status {
	FM_DONE = 0,
	FM_REFUSED = 1,
	FM_USAGE = 2,
	FM_NO_MODULE = 3,
	FM_DIFFERS = 4,
};

#endif /* FM_STATUS_H */
