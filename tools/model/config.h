/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whole configurations: lists of services, from the text of ftpmark.conf or
 * from the module. Nothing here reads or writes anything.
 */
#ifndef FM_MODEL_CONFIG_H
#define FM_MODEL_CONFIG_H

#include "model/words.h"

enum {
	FM_SERVICES_MAX = 4096,
	/*
	 * Seconds for which IPVS should remember a client: as long as most
	 * servers let a session pause.
	 */
	FM_PERSISTENCE = 300,
};

/**
 * struct fm_profile - a service and its settings
 * @name: its name
 * @line: where it stands in the file, 0 if it is not from one
 * @clash: it has, or would have on the way, a VIP and port of another
 * @value: canonical values, in the order of fm_settings; NULL: not given
 */
struct fm_profile {
	const char *name;
	unsigned int line;
	bool clash;
	char *value[FM_SETTINGS_MAX];
};

/**
 * struct fm_config - services
 * @count: how many
 * @room: for how many there is room
 * @profile: these, ordered by name
 */
struct fm_config {
	size_t count;
	size_t room;
	struct fm_profile *profile;
};

struct fm_profile *fm_config_add(struct fm_config *config, const char *name);
void fm_config_drop(struct fm_config *config);
void fm_config_free(struct fm_config *config);

const char *fm_profile_value(const struct fm_profile *profile,
			     const char *file);
const char *fm_profile_list(const struct fm_profile *profile, const char *file);
bool fm_profile_enabled(const struct fm_profile *profile);
size_t fm_setting_index(const char *file);

#endif /* FM_MODEL_CONFIG_H */
