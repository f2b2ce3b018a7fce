// SPDX-License-Identifier: GPL-2.0-only
/* Gathers facts about the running kernel and the module for it. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "module/sysfs.h"
#include "router/router.h"
#include "router/run_program.h"

#define FM_MODULE_DIR "/sys/module/nf_ftpmark"
#define FM_SIG_ENFORCE "/sys/module/module/parameters/sig_enforce"
#define FM_LOCKDOWN "/sys/kernel/security/lockdown"
#define FM_SECURE_BOOT \
	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* Whether the kernel lists the module; for where /sys is not mounted. */
static bool fm_module_listed(void)
{
	FILE *file = fopen("/proc/modules", "re");
	bool listed = false;
	char line[256];

	while (file && !listed && fgets(line, sizeof(line), file))
		listed = !strncmp(line, "nf_ftpmark ", 11);
	if (file)
		fclose(file);
	return listed;
}

/* Reads up to @size - 1 bytes and adds a zero; their number or -errno. */
static int fm_bytes(const char *path, char *bytes, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t count;

	bytes[0] = '\0';
	if (!file)
		return -errno;
	count = fread(bytes, 1, size - 1, file);
	bytes[count] = '\0';
	fclose(file);
	return count;
}

/* The file is like "none [integrity] confidentiality", with the mode in []. */
static bool fm_enforced(void)
{
	char text[64];

	if (fm_bytes(FM_SIG_ENFORCE, text, sizeof(text)) > 0 && text[0] == 'Y')
		return true;
	return fm_bytes(FM_LOCKDOWN, text, sizeof(text)) > 0 &&
	       strchr(text, '[') && !strstr(text, "[none]");
}

/* An EFI variable is four bytes of attributes, then the value. */
static bool fm_secure_boot(void)
{
	char variable[16];

	return fm_bytes(FM_SECURE_BOOT, variable,
			sizeof(variable)) == 5 && variable[4] == 1;
}

/* A line of modinfo is "field:   value". */
static char *fm_field(const char *text, const char *field)
{
	size_t length = strlen(field);
	const char *line = text;

	while (line) {
		if (!strncmp(line, field, length) && line[length] == ':') {
			line += length + 1;
			line += strspn(line, " ");
			return strndup(line, strcspn(line, "\n"));
		}
		line = strchr(line, '\n');
		line += !!line;
	}
	return NULL;
}

/* modinfo finds the file that modprobe loads, and reads compressed files. */
static void fm_module_file(struct fm_kernel *kernel)
{
	const char *const argv[] = { "modinfo", "-k", kernel->release,
				     "nf_ftpmark", NULL };
	char *text, *signer;
	int err;

	err = fm_program_read(argv, &text);
	kernel->asked = !err || err == -EIO;
	kernel->found = !err;
	if (err)
		return;
	kernel->file_version = fm_field(text, "version");
	kernel->file_magic = fm_field(text, "vermagic");
	signer = fm_field(text, "signer");
	kernel->file_signed = signer;
	free(signer);
	free(text);
}

/**
 * fm_kernel_gather() - gather facts about the running kernel and the module
 * @kernel: the facts
 *
 * Call it before a network namespace is entered: the /sys there lacks the file
 * systems that are mounted below the first one.
 */
void fm_kernel_gather(struct fm_kernel *kernel)
{
	struct utsname name;
	char text[64];

	memset(kernel, 0, sizeof(*kernel));
	uname(&name);
	snprintf(kernel->release, sizeof(kernel->release), "%s", name.release);
	kernel->loaded = !access(FM_MODULE_DIR, F_OK) || fm_module_listed();
	if (fm_sysfs_module_version(&kernel->version))
		kernel->version = NULL;
	kernel->tainted = fm_bytes(FM_MODULE_DIR "/taint", text,
				   sizeof(text)) > 0 && strchr(text, 'E');
	kernel->enforced = fm_enforced();
	kernel->secure_boot = fm_secure_boot();
	fm_module_file(kernel);
}

/**
 * fm_kernel_free() - free the facts about the kernel
 * @kernel: the facts
 */
void fm_kernel_free(struct fm_kernel *kernel)
{
	free(kernel->version);
	free(kernel->file_version);
	free(kernel->file_magic);
}
