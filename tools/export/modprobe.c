// SPDX-License-Identifier: GPL-2.0-only
/* A service as parameters of the module. */

#include <string.h>

#include "export/export.h"

/* The longest value that the kernel takes for a parameter. */
enum { FTPMARK_PARAMETER_MAX = 1024 };

static const char *const ftpmark_parameters[] = {
	"vip", "real_servers", "control_ports", "passive_ports", "mark",
	"active",
};

static bool ftpmark_modprobe_has(const char *file)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ftpmark_parameters); i++) {
		if (!strcmp(file, ftpmark_parameters[i]))
			return true;
	}
	return !strcmp(file, "enabled");
}

/* What has no parameter and is not as the module would have it anyway. */
static void ftpmark_modprobe_lost(const struct ftpmark_profile *profile,
				  FILE *out)
{
	const struct ftpmark_setting *setting;
	const char *value;
	size_t i;

	if (strcmp(profile->name, "ftp"))
		fputs("# the service will be called ftp\n", out);
	if (!ftpmark_profile_enabled(profile))
		fputs("# the service will be enabled\n", out);
	for (i = 0; i < ftpmark_settings_count; i++) {
		setting = &ftpmark_settings[i];
		value = ftpmark_profile_value(profile, setting->file);
		if (!ftpmark_modprobe_has(setting->file) &&
		    strcmp(value, setting->standard))
			fprintf(out, "# no parameter for: %s %s\n",
				setting->word, value);
	}
}

/**
 * ftpmark_export_modprobe() - a line of modprobe.d
 * @service: the service
 * @out: where to
 */
void ftpmark_export_modprobe(const struct ftpmark_export *service, FILE *out)
{
	const char *value;
	size_t i;

	fprintf(out, "# Service %s, for /etc/modprobe.d/nf_ftpmark.conf\n",
		service->profile->name);
	ftpmark_modprobe_lost(service->profile, out);
	for (i = 0; i < ARRAY_SIZE(ftpmark_parameters); i++) {
		value = ftpmark_profile_value(service->profile,
					      ftpmark_parameters[i]);
		if (strlen(value) >= FTPMARK_PARAMETER_MAX) {
			fprintf(out, "# %s is too long for a parameter: use save and restore\n",
				ftpmark_parameters[i]);
			return;
		}
	}
	fputs("options nf_ftpmark", out);
	for (i = 0; i < ARRAY_SIZE(ftpmark_parameters); i++) {
		fprintf(out, " %s=%s", ftpmark_parameters[i],
			ftpmark_profile_list(service->profile,
					     ftpmark_parameters[i]));
	}
	putc('\n', out);
}
