/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What older kernels lack. The sources are written for the newest supported
 * kernel; this header, included ahead of every source, is the only place that
 * looks at a version.
 */
#ifndef FTPMARK_COMPAT_H
#define FTPMARK_COMPAT_H

#include <linux/version.h>

/*
 * The oldest kernel that is supported, written here and nowhere else: Kbuild
 * reads this line, and make lint holds all other mentions against it.
 */
#define FTPMARK_KERNEL_MIN KERNEL_VERSION(6, 1, 0)

#if LINUX_VERSION_CODE < FTPMARK_KERNEL_MIN
#error "nf_ftpmark: this kernel is too old; see FTPMARK_KERNEL_MIN"
#endif

/* The callbacks of struct kobj_type take a const kobject since 6.2. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define FTPMARK_KOBJ_CONST
#else
#define FTPMARK_KOBJ_CONST const
#endif

/*
 * What kobj_type.namespace returns, read off the kernel's own declaration: the
 * namespace as void until 7.1, its struct ns_common since 7.2, whose ->ns_id
 * kernfs reads. Macros, because <linux/kobject.h> comes after this header.
 */
#define ftpmark_kobj_ns_t \
	typeof(((struct kobj_type *)NULL)->namespace(NULL))
#define ftpmark_kobj_ns(net) \
	_Generic((ftpmark_kobj_ns_t)NULL, \
		 const void *: (net), \
		 default: &(net)->ns)

/* Came with 6.6 and was taken into stable trees later. */
#ifndef __counted_by
#define __counted_by(member)
#endif

#endif
