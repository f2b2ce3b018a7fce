// SPDX-License-Identifier: GPL-2.0-only
/*
 * The settings of a service: their names, their defaults, and how each is read
 * and written as text. A new setting needs a line in the table below.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
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

static int ftpmark_enabled_parse(struct ftpmark_settings *settings,
				 const char *text,
				 struct ftpmark_refusal *refusal)
{
	int choice = ftpmark_parse_choice(text, ftpmark_bool_words,
					  ARRAY_SIZE(ftpmark_bool_words),
					  refusal);

	if (choice < 0)
		return choice;
	settings->enabled = choice;
	return 0;
}

static ssize_t ftpmark_enabled_print(const struct ftpmark_settings *settings,
				     char *page)
{
	return sysfs_emit(page, "%d\n", settings->enabled);
}

static int ftpmark_notrack_parse(struct ftpmark_settings *settings,
				 const char *text,
				 struct ftpmark_refusal *refusal)
{
	int choice = ftpmark_parse_choice(text, ftpmark_bool_words,
					  ARRAY_SIZE(ftpmark_bool_words),
					  refusal);

	if (choice < 0)
		return choice;
	if (choice && !IS_ENABLED(CONFIG_IP_VS))
		return ftpmark_refuse(refusal, -EOPNOTSUPP,
				      "built for a kernel without IPVS");
	settings->notrack = choice;
	return 0;
}

static ssize_t ftpmark_notrack_print(const struct ftpmark_settings *settings,
				     char *page)
{
	return sysfs_emit(page, "%d\n", settings->notrack);
}

static int ftpmark_mark_parse(struct ftpmark_settings *settings,
			      const char *text,
			      struct ftpmark_refusal *refusal)
{
	return ftpmark_parse_mark(text, &settings->mark, refusal);
}

static ssize_t ftpmark_mark_print(const struct ftpmark_settings *settings,
				  char *page)
{
	return sysfs_emit(page, "%u\n", settings->mark);
}

static int ftpmark_on_marked_parse(struct ftpmark_settings *settings,
				   const char *text,
				   struct ftpmark_refusal *refusal)
{
	int choice = ftpmark_parse_choice(text, ftpmark_on_marked_words,
					  ARRAY_SIZE(ftpmark_on_marked_words),
					  refusal);

	if (choice < 0)
		return choice;
	settings->on_marked = choice;
	return 0;
}

static ssize_t ftpmark_on_marked_print(const struct ftpmark_settings *settings,
				       char *page)
{
	return sysfs_emit(page, "%s\n",
			  ftpmark_on_marked_words[settings->on_marked]);
}

static int ftpmark_active_parse(struct ftpmark_settings *settings,
				const char *text,
				struct ftpmark_refusal *refusal)
{
	int choice = ftpmark_parse_choice(text, ftpmark_active_words,
					  ARRAY_SIZE(ftpmark_active_words),
					  refusal);

	if (choice < 0)
		return choice;
	if (choice == FTPMARK_ACTIVE_IPVS && !IS_ENABLED(CONFIG_IP_VS))
		return ftpmark_refuse(refusal, -EOPNOTSUPP,
				      "built for a kernel without IPVS");
	settings->active = choice;
	return 0;
}

static ssize_t ftpmark_active_print(const struct ftpmark_settings *settings,
				    char *page)
{
	return sysfs_emit(page, "%s\n", ftpmark_active_words[settings->active]);
}

static int ftpmark_vip_parse(struct ftpmark_settings *settings,
			     const char *text, struct ftpmark_refusal *refusal)
{
	const struct ftpmark_prefixes *list;

	list = ftpmark_parse_hosts(text, refusal);
	if (IS_ERR(list))
		return PTR_ERR(list);
	settings->vip = list;
	return 0;
}

static ssize_t ftpmark_vip_print(const struct ftpmark_settings *settings,
				 char *page)
{
	return ftpmark_print_prefixes(settings->vip, page);
}

static int ftpmark_real_servers_parse(struct ftpmark_settings *settings,
				      const char *text,
				      struct ftpmark_refusal *refusal)
{
	const struct ftpmark_prefixes *list;

	list = ftpmark_parse_prefixes(text, refusal);
	if (IS_ERR(list))
		return PTR_ERR(list);
	settings->real_servers = list;
	return 0;
}

static ssize_t
ftpmark_real_servers_print(const struct ftpmark_settings *settings, char *page)
{
	return ftpmark_print_prefixes(settings->real_servers, page);
}

static int ftpmark_ports_parse(const struct ftpmark_ports **ports,
			       bool may_be_empty, const char *text,
			       struct ftpmark_refusal *refusal)
{
	const struct ftpmark_ports *list;

	list = ftpmark_parse_ports(text, refusal);
	if (IS_ERR(list))
		return PTR_ERR(list);
	if (!list->count && !may_be_empty) {
		kfree(list);
		return ftpmark_refuse(refusal, -EINVAL,
				      "at least one port is needed");
	}
	*ports = list;
	return 0;
}

static int ftpmark_control_ports_parse(struct ftpmark_settings *settings,
				       const char *text,
				       struct ftpmark_refusal *refusal)
{
	return ftpmark_ports_parse(&settings->control_ports, false, text,
				   refusal);
}

static ssize_t
ftpmark_control_ports_print(const struct ftpmark_settings *settings, char *page)
{
	return ftpmark_print_ports(settings->control_ports, page);
}

static int ftpmark_passive_ports_parse(struct ftpmark_settings *settings,
				       const char *text,
				       struct ftpmark_refusal *refusal)
{
	return ftpmark_ports_parse(&settings->passive_ports, true, text,
				   refusal);
}

static ssize_t
ftpmark_passive_ports_print(const struct ftpmark_settings *settings, char *page)
{
	return ftpmark_print_ports(settings->passive_ports, page);
}

static int ftpmark_active_ports_parse(struct ftpmark_settings *settings,
				      const char *text,
				      struct ftpmark_refusal *refusal)
{
	return ftpmark_ports_parse(&settings->active_ports, false, text,
				   refusal);
}

static ssize_t
ftpmark_active_ports_print(const struct ftpmark_settings *settings, char *page)
{
	return ftpmark_print_ports(settings->active_ports, page);
}

#define FTPMARK_SETTING(_name) {			\
	.name	= #_name,				\
	.parse	= ftpmark_##_name##_parse,		\
	.print	= ftpmark_##_name##_print,		\
}

const struct ftpmark_setting ftpmark_setting_table[FTPMARK_SETTING_COUNT] = {
	[FTPMARK_SETTING_ENABLED]	= FTPMARK_SETTING(enabled),
	[FTPMARK_SETTING_VIP]		= FTPMARK_SETTING(vip),
	[FTPMARK_SETTING_CONTROL_PORTS]	= FTPMARK_SETTING(control_ports),
	[FTPMARK_SETTING_PASSIVE_PORTS]	= FTPMARK_SETTING(passive_ports),
	[FTPMARK_SETTING_MARK]		= FTPMARK_SETTING(mark),
	[FTPMARK_SETTING_ON_MARKED]	= FTPMARK_SETTING(on_marked),
	[FTPMARK_SETTING_REAL_SERVERS]	= FTPMARK_SETTING(real_servers),
	[FTPMARK_SETTING_ACTIVE]	= FTPMARK_SETTING(active),
	[FTPMARK_SETTING_ACTIVE_PORTS]	= FTPMARK_SETTING(active_ports),
	[FTPMARK_SETTING_NOTRACK]	= FTPMARK_SETTING(notrack),
};

/**
 * ftpmark_settings_init - set the defaults
 * @settings: to be released with ftpmark_settings_release()
 *
 * The defaults are text, as an operator would write them. The active port is
 * that of RFC 959, section 8: the one below the control port.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int ftpmark_settings_init(struct ftpmark_settings *settings)
{
	static const struct {
		enum ftpmark_setting_id id;
		const char *text;
	} defaults[] = {
		{ FTPMARK_SETTING_ENABLED,	"0" },
		{ FTPMARK_SETTING_VIP,		"" },
		{ FTPMARK_SETTING_CONTROL_PORTS, "21" },
		{ FTPMARK_SETTING_PASSIVE_PORTS, "10000-20000" },
		{ FTPMARK_SETTING_MARK,		"21" },
		{ FTPMARK_SETTING_ON_MARKED,	"overwrite" },
		{ FTPMARK_SETTING_REAL_SERVERS,	"" },
		{ FTPMARK_SETTING_ACTIVE,
		  IS_ENABLED(CONFIG_IP_VS) ? "ipvs" : "snat" },
		{ FTPMARK_SETTING_ACTIVE_PORTS,	"20" },
		{ FTPMARK_SETTING_NOTRACK,	"0" },
	};
	struct ftpmark_refusal refusal;
	unsigned int i;
	int err;

	memset(settings, 0, sizeof(*settings));
	for (i = 0; i < ARRAY_SIZE(defaults); i++) {
		err = ftpmark_setting_table[defaults[i].id].parse(settings,
								  defaults[i].text,
								  &refusal);
		if (err) {
			ftpmark_settings_release(settings, NULL);
			return err;
		}
	}
	return 0;
}

/**
 * ftpmark_settings_release - free the lists of settings no longer used
 * @settings: the settings to let go
 * @kept: settings that stay and may share lists with @settings, or NULL
 */
void ftpmark_settings_release(const struct ftpmark_settings *settings,
			      const struct ftpmark_settings *kept)
{
	if (!kept || kept->vip != settings->vip)
		kfree(settings->vip);
	if (!kept || kept->real_servers != settings->real_servers)
		kfree(settings->real_servers);
	if (!kept || kept->control_ports != settings->control_ports)
		kfree(settings->control_ports);
	if (!kept || kept->passive_ports != settings->passive_ports)
		kfree(settings->passive_ports);
	if (!kept || kept->active_ports != settings->active_ports)
		kfree(settings->active_ports);
}
