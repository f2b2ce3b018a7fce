/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Macros that kernel code has, too. The headers of kselftest may have defined
 * them already.
 */
#ifndef FM_BASE_MACROS_H
#define FM_BASE_MACROS_H

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

#ifndef __printf
#define __printf(fmt, args) __attribute__((format(printf, \
						  fmt, args)))
#endif

#endif /* FM_BASE_MACROS_H */
