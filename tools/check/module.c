// SPDX-License-Identifier: GPL-2.0-only
/* Checks: is there a module that fits kernel and tool. */

#include <string.h>

#include "../../module/version.h"
#include "check/check.h"
#include "module/kernel_log.h"

/**
 * ftpmark_check_loaded() - the module has to be loaded
 * @router: what was gathered
 * @findings: where to add what is found
 */
void ftpmark_check_loaded(const struct ftpmark_router *router,
			  struct ftpmark_findings *findings)
{
	if (router->kernel.loaded)
		return;
	ftpmark_found(findings, FTPMARK_FAULT, "module-not-loaded", NULL,
		      "the module nf_ftpmark is not loaded");
	ftpmark_remedy(findings, "modprobe nf_ftpmark%s",
		       router->kernel.enforced ?
		       "; if its key is rejected: mokutil --import KEY, and reboot" :
		       "");
}

static bool ftpmark_kernel_fits(const struct ftpmark_kernel *kernel)
{
	size_t length = strlen(kernel->release);

	return !kernel->file_magic ||
	       (!strncmp(kernel->file_magic, kernel->release, length) &&
		kernel->file_magic[length] == ' ');
}

/**
 * ftpmark_check_file() - the module has to be built for the running kernel
 * @router: what was gathered
 * @findings: where to add what is found
 *
 * What is loaded fits, but may be gone after the next boot.
 */
void ftpmark_check_file(const struct ftpmark_router *router,
			struct ftpmark_findings *findings)
{
	const struct ftpmark_kernel *kernel = &router->kernel;
	enum ftpmark_grade grade = kernel->loaded ? FTPMARK_WARNING :
						    FTPMARK_FAULT;

	if (!kernel->asked)
		return;
	if (!kernel->found) {
		ftpmark_found(findings, grade, "module-not-built", NULL,
			      "no file nf_ftpmark.ko is installed for the running kernel %s",
			      kernel->release);
		ftpmark_remedy(findings,
			       "dkms install nf_ftpmark/%s -k %s (needs the headers of that kernel)",
			       FTPMARK_VERSION, kernel->release);
	} else if (!ftpmark_kernel_fits(kernel)) {
		ftpmark_found(findings, grade, "module-wrong-kernel", NULL,
			      "nf_ftpmark.ko was built for kernel %.*s, running is %s",
			      (int)strcspn(kernel->file_magic, " "),
			      kernel->file_magic, kernel->release);
		ftpmark_remedy(findings,
			       "dkms install --force nf_ftpmark/%s -k %s",
			       FTPMARK_VERSION, kernel->release);
	}
}

/**
 * ftpmark_check_signature() - the module has to be signed where that matters
 * @router: what was gathered
 * @findings: where to add what is found
 */
void ftpmark_check_signature(const struct ftpmark_router *router,
			     struct ftpmark_findings *findings)
{
	const struct ftpmark_kernel *kernel = &router->kernel;
	bool bare = kernel->found && !kernel->file_signed;

	if (!kernel->enforced && !kernel->secure_boot)
		return;
	/* A signature by a key that the kernel does not know is none to it. */
	if (kernel->loaded ? !kernel->tainted && !bare : !bare)
		return;
	ftpmark_found(findings, kernel->enforced && !kernel->loaded ?
		      FTPMARK_FAULT : FTPMARK_WARNING, "module-unsigned", NULL,
		      bare ? "nf_ftpmark.ko has no signature, and this machine %s" :
			     "the loaded module is signed by no key that the kernel knows, and this machine %s",
		      kernel->enforced ? "loads none but signed modules" :
					 "has Secure Boot");
	ftpmark_remedy(findings,
		       "have DKMS sign it, enroll its key (mokutil --import /var/lib/dkms/mok.pub), and reboot");
}

/**
 * ftpmark_check_versions() - tool, loaded and installed module have to be one
 * @router: what was gathered
 * @findings: where to add what is found
 */
void ftpmark_check_versions(const struct ftpmark_router *router,
			    struct ftpmark_findings *findings)
{
	const struct ftpmark_kernel *kernel = &router->kernel;
	const char *advice;

	if (!kernel->version)
		return;
	advice = ftpmark_version_remedy(kernel->version);
	if (advice) {
		ftpmark_found(findings, FTPMARK_WARNING, "module-version", NULL,
			      "module %s and tool %s differ in version",
			      kernel->version, FTPMARK_VERSION);
		ftpmark_remedy(findings, "%s", advice);
	}
	if (kernel->file_version &&
	    strcmp(kernel->file_version, kernel->version)) {
		ftpmark_found(findings, FTPMARK_WARNING, "module-reload", NULL,
			      "module %s is loaded, but %s is installed",
			      kernel->version, kernel->file_version);
		ftpmark_remedy(findings,
			       "ftpmark save >FILE && rmmod nf_ftpmark && modprobe nf_ftpmark && ftpmark restore FILE");
	}
}
