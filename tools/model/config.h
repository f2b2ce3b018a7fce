/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Configurations: lists of services, from the text of ftpmark.conf or from the
 * module. No I/O.
 */
#ifndef FM_MODEL_CONFIG_H
#define FM_MODEL_CONFIG_H

#include "model/words.h"

enum {
	FM_SERVICES_MAX = 4096,
	/*
	 * Seconds for which most FTP servers let a session be idle. IPVS should
	 * not forget a client or a connection before.
	 */
	FM_SESSION_IDLE = 300,
};

/**
 * struct fm_profile - a service and its settings
 * @name: name of the service
 * @line: line of the file that defines it, 0 if no file does
 * @value: canonical values, in the order of fm_settings; NULL if not given
 */
struct fm_profile {
	const char *name;
	unsigned int line;
	char *value[FM_SETTINGS_MAX];
};

/**
 * struct fm_config - a configuration
 * @count: number of services
 * @room: number of services that there is room for
 * @profile: the services, ordered by name, and then by line
 */
struct fm_config {
	size_t count;
	size_t room;
	struct fm_profile *profile;
};

struct fm_profile *fm_config_add(struct fm_config *config, const char *name);
struct fm_profile *fm_config_find(const struct fm_config *config,
				  const char *name);
void fm_config_sort(struct fm_config *config);
void fm_config_drop(struct fm_config *config, size_t index);
void fm_config_free(struct fm_config *config);

const char *fm_profile_value(const struct fm_profile *profile,
			     const char *file);
const char *fm_profile_list(const struct fm_profile *profile, const char *file);
bool fm_profile_enabled(const struct fm_profile *profile);
bool fm_profile_differs(const struct fm_profile *now,
			const struct fm_profile *want, size_t index);
size_t fm_setting_index(const char *file);

#endif /* FM_MODEL_CONFIG_H */
