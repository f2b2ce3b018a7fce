// SPDX-License-Identifier: GPL-2.0-only
/*
 * The settings of a service: a table of their names, defaults and kinds, and how
 * a setting of each kind is read and written as text. A new setting needs a line
 * in the table below.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/sysfs.h>

#include "parse.h"
#include "settings.h"

static const char *const ftpmark_bool_words[] = { "0", "1" };

static const char *const ftpmark_active_words[] = {
	[FTPMARK_ACTIVE_OFF]		= "off",
	[FTPMARK_ACTIVE_MASQUERADE]	= "masquerade",
	[FTPMARK_ACTIVE_SNAT]		= "snat",
	[FTPMARK_ACTIVE_IPVS]		= "ipvs",
};

static const char *const ftpmark_on_marked_words[] = {
	[FTPMARK_MARKED_OVERWRITE]	= "overwrite",
	[FTPMARK_MARKED_KEEP]		= "keep",
};

static const char *const ftpmark_passive_from_words[] = {
	[FTPMARK_FROM_ANYONE]	= "anyone",
	[FTPMARK_FROM_CLIENTS]	= "clients",
};

/* The type of a setting's kind (enum ftpmark_kind) has to be the member's. */
#define FTPMARK_SETTING(_name, _kind, _value)				\
	.name	= #_name,						\
	.kind	= FTPMARK_KIND_ ## _kind,				\
	.value	= (_value),						\
	.offset	= offsetof(struct ftpmark_settings, _name)

#define FTPMARK_CHOICE(_name, _words, _value)				\
	FTPMARK_SETTING(_name, CHOICE, _value),				\
	.words	= (_words),						\
	.count	= sizeof(_words) / sizeof(const char *)
#define FTPMARK_PORTS(_name, _value)					\
	FTPMARK_SETTING(_name, PORTS, _value)

/* The active port is that of RFC 959, section 8: below the control port. */
const struct ftpmark_setting ftpmark_setting_table[FTPMARK_SETTING_COUNT] = {
	[FTPMARK_SETTING_ENABLED] = {
		FTPMARK_CHOICE(enabled, ftpmark_bool_words, "0"),
	},
	[FTPMARK_SETTING_VIP] = { FTPMARK_SETTING(vip, HOSTS, "") },
	[FTPMARK_SETTING_CONTROL_PORTS] = {
		FTPMARK_PORTS(control_ports, "21"),
	},
	[FTPMARK_SETTING_PASSIVE_PORTS] = {
		FTPMARK_PORTS(passive_ports, "10000-20000"),
		.may_be_empty = true,
	},
	[FTPMARK_SETTING_MARK] = { FTPMARK_SETTING(mark, MARK, "21") },
	[FTPMARK_SETTING_ON_MARKED] = {
		FTPMARK_CHOICE(on_marked, ftpmark_on_marked_words, "overwrite"),
	},
	[FTPMARK_SETTING_REAL_SERVERS] = {
		FTPMARK_SETTING(real_servers, PREFIXES, ""),
	},
	[FTPMARK_SETTING_ACTIVE] = {
		FTPMARK_CHOICE(active, ftpmark_active_words,
			       IS_ENABLED(CONFIG_IP_VS) ? "ipvs" : "snat"),
		.needs_ipvs = FTPMARK_ACTIVE_IPVS,
	},
	[FTPMARK_SETTING_ACTIVE_PORTS] = { FTPMARK_PORTS(active_ports, "20") },
	[FTPMARK_SETTING_NOTRACK] = {
		FTPMARK_CHOICE(notrack, ftpmark_bool_words, "0"),
		.needs_ipvs = 1,
	},
	[FTPMARK_SETTING_PASSIVE_FROM] = {
		FTPMARK_CHOICE(passive_from, ftpmark_passive_from_words,
			       "anyone"),
		.needs_ipvs = FTPMARK_FROM_CLIENTS,
	},
	[FTPMARK_SETTING_FAST] = {
		FTPMARK_CHOICE(fast, ftpmark_bool_words, "0"),
		.needs_ipvs = 1,
	},
};

/* Returns the list of a setting whose kind is one. */
static const void **ftpmark_setting_list(const struct ftpmark_setting *setting,
					 const struct ftpmark_settings *settings)
{
	return (const void **)((char *)settings + setting->offset);
}

static int ftpmark_choice_parse(const struct ftpmark_setting *setting, u8 *value,
				const char *text,
				struct ftpmark_refusal *refusal)
{
	int choice = ftpmark_parse_choice(text, setting->words, setting->count,
					  refusal);

	if (choice < 0)
		return choice;
	if (!IS_ENABLED(CONFIG_IP_VS) && choice &&
	    choice == setting->needs_ipvs)
		return ftpmark_refuse(refusal, -EOPNOTSUPP,
				      "built for a kernel without IPVS");
	*value = choice;
	return 0;
}

static const void *ftpmark_list_parse(const struct ftpmark_setting *setting,
				      const char *text,
				      struct ftpmark_refusal *refusal)
{
	const struct ftpmark_ports *ports;

	if (setting->kind == FTPMARK_KIND_HOSTS)
		return ftpmark_parse_hosts(text, refusal);
	if (setting->kind == FTPMARK_KIND_PREFIXES)
		return ftpmark_parse_prefixes(text, refusal);

	ports = ftpmark_parse_ports(text, refusal);
	if (IS_ERR(ports) || ports->count || setting->may_be_empty)
		return ports;
	kfree(ports);
	return ERR_PTR(ftpmark_refuse(refusal, -EINVAL,
				      "at least one port is needed"));
}

/**
 * ftpmark_setting_parse - replace a setting
 * @setting: which one
 * @settings: a copy of a service's settings; a list that is replaced is not
 *	freed, since the service has it, too
 * @text: the value
 * @refusal: the reason, when refused
 *
 * Context: may sleep.
 * Return: 0, or -EINVAL, -E2BIG, -EOPNOTSUPP, -ENOMEM with @settings as they
 * were.
 */
int ftpmark_setting_parse(const struct ftpmark_setting *setting,
			  struct ftpmark_settings *settings, const char *text,
			  struct ftpmark_refusal *refusal)
{
	void *value = (char *)settings + setting->offset;
	const void *list;

	switch (setting->kind) {
	case FTPMARK_KIND_CHOICE:
		return ftpmark_choice_parse(setting, value, text, refusal);
	case FTPMARK_KIND_MARK:
		return ftpmark_parse_mark(text, value, refusal);
	default:
		list = ftpmark_list_parse(setting, text, refusal);
		if (IS_ERR(list))
			return PTR_ERR(list);
		*ftpmark_setting_list(setting, settings) = list;
		return 0;
	}
}

/**
 * ftpmark_setting_print - write a setting in canonical form
 * @setting: which one
 * @settings: the settings
 * @page: a buffer of PAGE_SIZE bytes, aligned to it
 *
 * What it prints, with a newline, can be parsed again.
 *
 * Return: number of characters written.
 */
ssize_t ftpmark_setting_print(const struct ftpmark_setting *setting,
			      const struct ftpmark_settings *settings,
			      char *page)
{
	const void *value = (const char *)settings + setting->offset;

	switch (setting->kind) {
	case FTPMARK_KIND_CHOICE:
		return sysfs_emit(page, "%s\n",
				  setting->words[*(const u8 *)value]);
	case FTPMARK_KIND_MARK:
		return sysfs_emit(page, "%u\n", *(const u32 *)value);
	case FTPMARK_KIND_PORTS:
		return ftpmark_print_ports(*ftpmark_setting_list(setting,
								 settings),
					   page);
	default:
		return ftpmark_print_prefixes(*ftpmark_setting_list(setting,
								    settings),
					      page);
	}
}

/**
 * ftpmark_settings_init - set the defaults
 * @settings: to be released with ftpmark_settings_release()
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int ftpmark_settings_init(struct ftpmark_settings *settings)
{
	struct ftpmark_refusal refusal;
	unsigned int i;
	int err;

	memset(settings, 0, sizeof(*settings));
	for (i = 0; i < FTPMARK_SETTING_COUNT; i++) {
		const struct ftpmark_setting *setting =
			&ftpmark_setting_table[i];

		err = ftpmark_setting_parse(setting, settings, setting->value,
					    &refusal);
		if (err) {
			ftpmark_settings_release(settings, NULL, NULL);
			return err;
		}
	}
	return 0;
}

/**
 * ftpmark_settings_release - free the lists of settings no longer used
 * @settings: the settings to let go
 * @kept: settings that stay and may share lists with @settings, or NULL
 * @kept_too: the same
 */
void ftpmark_settings_release(const struct ftpmark_settings *settings,
			      const struct ftpmark_settings *kept,
			      const struct ftpmark_settings *kept_too)
{
	unsigned int i;

	for (i = 0; i < FTPMARK_SETTING_COUNT; i++) {
		const struct ftpmark_setting *setting =
			&ftpmark_setting_table[i];
		const void *list;

		if (!ftpmark_setting_is_list(setting))
			continue;
		list = *ftpmark_setting_list(setting, settings);
		if (kept && *ftpmark_setting_list(setting, kept) == list)
			continue;
		if (kept_too &&
		    *ftpmark_setting_list(setting, kept_too) == list)
			continue;
		kfree(list);
	}
}
