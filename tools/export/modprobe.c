// SPDX-License-Identifier: GPL-2.0-only
/* Prints a service as parameters of the module. */

#include <string.h>

#include "base/macros.h"
#include "export/export.h"

/* Length of the longest value that the kernel takes for a parameter. */
enum { FM_PARAMETER_MAX = 1024 };

static const char *const fm_parameters[] = {
	"vip", "real_servers", "control_ports", "passive_ports", "mark",
	"active",
};

static bool fm_modprobe_has(const char *file)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fm_parameters); i++) {
		if (!strcmp(file, fm_parameters[i]))
			return true;
	}
	return !strcmp(file, "enabled");
}

/* Names the settings without a parameter whose value is not the default. */
static void fm_modprobe_lost(const struct fm_profile *profile, FILE *out)
{
	const struct fm_setting *setting;
	const char *value;
	size_t i;

	if (strcmp(profile->name, "ftp"))
		fputs("# the service will be called ftp\n", out);
	if (!fm_profile_enabled(profile))
		fputs("# the service will be enabled\n", out);
	for (i = 0; i < fm_settings_count; i++) {
		setting = &fm_settings[i];
		value = fm_profile_value(profile, setting->file);
		if (!fm_modprobe_has(setting->file) &&
		    strcmp(value, setting->standard))
			fprintf(out, "# no parameter for: %s %s\n",
				setting->word, value);
	}
}

/**
 * fm_export_modprobe() - print a line for modprobe.d
 * @service: the service
 * @out: the stream to print to
 */
void fm_export_modprobe(const struct fm_instance *service, FILE *out)
{
	const char *value;
	size_t i;

	fprintf(out, "# Service %s, for /etc/modprobe.d/nf_ftpmark.conf\n",
		service->profile->name);
	fm_modprobe_lost(service->profile, out);
	for (i = 0; i < ARRAY_SIZE(fm_parameters); i++) {
		value = fm_profile_value(service->profile, fm_parameters[i]);
		if (strlen(value) >= FM_PARAMETER_MAX) {
			fprintf(out, "# %s is too long for a parameter: use save and restore\n",
				fm_parameters[i]);
			return;
		}
	}
	fputs("options nf_ftpmark", out);
	for (i = 0; i < ARRAY_SIZE(fm_parameters); i++) {
		fprintf(out, " %s=%s", fm_parameters[i],
			fm_profile_list(service->profile,
					fm_parameters[i]));
	}
	putc('\n', out);
}
