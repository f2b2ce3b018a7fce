/* SPDX-License-Identifier: GPL-2.0-only */
/* The time that passes. */
#ifndef FM_BASE_CLOCK_H
#define FM_BASE_CLOCK_H

double fm_now(void);

#endif /* FM_BASE_CLOCK_H */
