// SPDX-License-Identifier: GPL-2.0-only
/* Checks that a module is there, and that it fits the kernel and the tool. */

#include <stdio.h>
#include <string.h>

#include "../../module/version.h"
#include "check/check.h"
#include "module/kernel_log.h"

/**
 * fm_check_sys() - sysfs must be mounted, where the module's files are
 * @router: the state of the router
 * @findings: the findings to add to
 */
void fm_check_sys(const struct fm_router *router, struct fm_findings *findings)
{
	if (router->sys)
		return;
	fm_findings_add(findings, FM_FAULT, "sys-not-mounted", NULL,
			"/sys is not mounted here: the module's services can't be seen");
	fm_remedy(findings, "mount -t sysfs none /sys");
}

/**
 * fm_check_loaded() - the module must be loaded
 * @router: the state of the router
 * @findings: the findings to add to
 */
void fm_check_loaded(const struct fm_router *router,
		     struct fm_findings *findings)
{
	if (router->kernel.loaded)
		return;
	fm_findings_add(findings, FM_FAULT, "module-not-loaded", NULL,
			"the module nf_ftpmark is not loaded");
	fm_remedy(findings, "modprobe nf_ftpmark%s",
		  router->kernel.enforced ?
		  "; if its key is rejected: mokutil --import KEY, and reboot" :
		  "");
}

static bool fm_kernel_fits(const struct fm_kernel *kernel)
{
	size_t length = strlen(kernel->release);

	return !kernel->file_magic ||
	       (!strncmp(kernel->file_magic, kernel->release, length) &&
		kernel->file_magic[length] == ' ');
}

/**
 * fm_check_file() - the module must be built for the running kernel
 * @router: the state of the router
 * @findings: the findings to add to
 *
 * A loaded module fits, but its file may be missing after the next boot.
 */
void fm_check_file(const struct fm_router *router, struct fm_findings *findings)
{
	const struct fm_kernel *kernel = &router->kernel;
	enum fm_grade grade = kernel->loaded ? FM_WARNING :
						    FM_FAULT;

	if (!kernel->asked)
		return;
	if (!kernel->found) {
		fm_findings_add(findings, grade, "module-not-built", NULL,
				"no file nf_ftpmark.ko is installed for the running kernel %s",
				kernel->release);
		fm_remedy(findings,
			  "dkms install nf_ftpmark/%s -k %s (needs the headers of that kernel)",
			  FTPMARK_VERSION, kernel->release);
	} else if (!fm_kernel_fits(kernel)) {
		fm_findings_add(findings, grade, "module-wrong-kernel", NULL,
				"nf_ftpmark.ko was built for kernel %.*s, running is %s",
				(int)strcspn(kernel->file_magic, " "),
				kernel->file_magic, kernel->release);
		fm_remedy(findings,
			  "dkms install --force nf_ftpmark/%s -k %s",
			  FTPMARK_VERSION, kernel->release);
	}
}

/**
 * fm_check_signature() - the module must be signed if the kernel wants that
 * @router: the state of the router
 * @findings: the findings to add to
 */
void fm_check_signature(const struct fm_router *router,
			struct fm_findings *findings)
{
	const struct fm_kernel *kernel = &router->kernel;
	bool bare = kernel->found && !kernel->file_signed;

	if (!kernel->enforced && !kernel->secure_boot)
		return;
	/* The kernel ignores a signature if it does not know the key. */
	if (kernel->loaded ? !kernel->tainted && !bare : !bare)
		return;
	fm_findings_add(findings, kernel->enforced && !kernel->loaded ?
			FM_FAULT : FM_WARNING, "module-unsigned", NULL,
			bare ? "nf_ftpmark.ko has no signature, and this machine %s" :
			     "the loaded module is signed by no key that the kernel knows, and this machine %s",
			kernel->enforced ? "loads none but signed modules" :
					 "has Secure Boot");
	fm_remedy(findings,
		  "have DKMS sign it, enroll its key (mokutil --import /var/lib/dkms/mok.pub), and reboot");
}

/**
 * fm_check_versions() - tool, loaded and installed module must agree
 * @router: the state of the router
 * @findings: the findings to add to
 */
void fm_check_versions(const struct fm_router *router,
		       struct fm_findings *findings)
{
	const struct fm_kernel *kernel = &router->kernel;
	const char *advice;

	if (!kernel->version)
		return;
	advice = fm_version_remedy(kernel->version);
	if (advice) {
		fm_findings_add(findings, FM_WARNING, "module-version", NULL,
				"module %s and tool %s differ in version",
				kernel->version, FTPMARK_VERSION);
		fm_remedy(findings, "%s", advice);
	}
	if (kernel->file_version &&
	    strcmp(kernel->file_version, kernel->version)) {
		fm_findings_add(findings, FM_WARNING, "module-reload", NULL,
				"module %s is loaded, but %s is installed",
				kernel->version, kernel->file_version);
		fm_remedy(findings,
			  "ftpmark save >FILE && rmmod nf_ftpmark && modprobe nf_ftpmark && ftpmark restore FILE");
	}
}

/* Major and minor number of a release as one; 0 if it has none. */
static unsigned long fm_series(const char *release)
{
	unsigned int major, minor;

	if (sscanf(release, "%u.%u", &major, &minor) != 2)
		return 0;
	return (unsigned long)major << 16 | (minor & 0xffff);
}

/**
 * fm_check_seen() - is the kernel newer than any this version was seen on
 * @router: the state of the router
 * @findings: the findings to add to
 */
void fm_check_seen(const struct fm_router *router, struct fm_findings *findings)
{
	const char *release = router->kernel.release;

	if (fm_series(release) <= fm_series(FTPMARK_KERNEL_SEEN))
		return;
	fm_findings_add(findings, FM_NOTE, "kernel-unseen", NULL,
			"kernel %s is newer than %s, the newest that nf_ftpmark %s was seen on",
			release, FTPMARK_KERNEL_SEEN, FTPMARK_VERSION);
	fm_remedy(findings,
		  "nothing, if FTP works; otherwise look for a newer nf_ftpmark");
}
