/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whole configurations: lists of services, from the text of ftpmark.conf or
 * from the module. Nothing here reads or writes anything.
 */
#ifndef FTPMARK_CONFIG_H
#define FTPMARK_CONFIG_H

#include "model/words.h"

enum { FTPMARK_SERVICES_MAX = 4096 };

/**
 * struct ftpmark_profile - a service and its settings
 * @name: its name
 * @line: where it stands in the file, 0 if it is not from one
 * @clash: it has, or would have on the way, a VIP and port of another
 * @value: canonical values, in the order of ftpmark_settings; NULL: not given
 */
struct ftpmark_profile {
	char *name;
	unsigned int line;
	bool clash;
	char *value[FTPMARK_SETTINGS_MAX];
};

/**
 * struct ftpmark_config - services
 * @count: how many
 * @room: for how many there is room
 * @profile: these, ordered by name
 */
struct ftpmark_config {
	size_t count;
	size_t room;
	struct ftpmark_profile *profile;
};

struct ftpmark_profile *ftpmark_config_add(struct ftpmark_config *config,
					   const char *name);
void ftpmark_config_drop(struct ftpmark_config *config);
void ftpmark_config_free(struct ftpmark_config *config);

const char *ftpmark_profile_value(const struct ftpmark_profile *profile,
				  const char *file);
const char *ftpmark_profile_list(const struct ftpmark_profile *profile,
				 const char *file);
bool ftpmark_profile_enabled(const struct ftpmark_profile *profile);
size_t ftpmark_setting_index(const char *file);

#endif /* FTPMARK_CONFIG_H */
