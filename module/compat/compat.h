/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What older kernels lack. The sources are written for the newest kernel. This
 * header alone knows that kernels differ, and lets the compiler read most of
 * that off the kernel's own declarations: a version number says little about a
 * kernel that takes changes back from newer ones, as RHEL's do.
 *
 * It comes ahead of every source, and so of every "#define pr_fmt". Therefore
 * it has macros only, and includes nothing that could bring <linux/printk.h>.
 */
#ifndef FTPMARK_COMPAT_H
#define FTPMARK_COMPAT_H

#include <linux/version.h>

/*
 * The oldest kernel that is supported, written here and nowhere else: Kbuild
 * reads this line, and make lint holds all other mentions against it.
 */
#define FTPMARK_KERNEL_MIN KERNEL_VERSION(5, 10, 0)

#if LINUX_VERSION_CODE < FTPMARK_KERNEL_MIN
#error "nf_ftpmark: this kernel is too old; see FTPMARK_KERNEL_MIN"
#endif

/*
 * The object that the callbacks of struct kobj_type get: a const struct kobject
 * since 6.2, and in RHEL 9 too.
 */
#define ftpmark_kobj_t \
	typeof(*_Generic(((struct kobj_type *)NULL)->get_ownership, \
			 void (*)(struct kobject *, kuid_t *, kgid_t *): \
				(struct kobject *)NULL, \
			 default: (const struct kobject *)NULL))

/*
 * What kobj_type.namespace returns: the namespace as void until 7.1, its struct
 * ns_common, whose ->ns_id kernfs reads, since 7.2.
 */
#define ftpmark_kobj_ns_t \
	typeof(((struct kobj_type *)NULL)->namespace(NULL))
#define ftpmark_kobj_ns(net) \
	_Generic((ftpmark_kobj_ns_t)NULL, \
		 const void *: (net), \
		 default: &(net)->ns)

/*
 * A type as kobject_init() and kobject_init_and_add() want it: const since
 * 5.19. Older kernels do not change the type either.
 */
#define ftpmark_kobj_type(type) \
	((typeof(_Generic(&kobject_init, \
			  void (*)(struct kobject *, struct kobj_type *): \
				(struct kobj_type *)NULL, \
			  default: (const struct kobj_type *)NULL)))(type))

/* Came with 6.6 and was taken into stable trees later. */
#ifndef __counted_by
#define __counted_by(member)
#endif

#endif
