// SPDX-License-Identifier: GPL-2.0-only
/* The tool's grammar. */

#include <assert.h>
#include <string.h>

#include "base/macros.h"
#include "model/words.h"

#define FM_PORTS "a list of ports and port ranges"

static const char *const fm_switch_words[] = { "0", "1", NULL };
static const char *const fm_marked_words[] = { "overwrite", "keep", NULL };
static const char *const fm_from_words[] = { "anyone", "clients", NULL };
static const char *const fm_active_words[] = {
	"ipvs", "snat", "masquerade", "off", NULL
};

/* In the order in which "show" prints them. */
const struct fm_setting fm_settings[] = {
	[FM_ENABLED] = {
		.file = "enabled", .word = "enabled",
		.takes = "one of: 0, 1",
		.kind = FM_CHOICE, .choices = fm_switch_words,
		.standard = "0",
	},
	[FM_VIP] = {
		.file = "vip", .word = "vip",
		.list = true, .empty = true, .limit = 16,
		.takes = "a list of IPv4 and IPv6 host addresses",
		.kind = FM_HOSTS, .standard = "none",
	}, {
		.file = "control_ports", .word = "control-ports",
		.alias = "control", .list = true, .limit = 64,
		.takes = FM_PORTS,
		.kind = FM_RANGES, .standard = "21",
	}, {
		.file = "passive_ports", .word = "passive-ports",
		.alias = "passive", .list = true, .empty = true, .limit = 64,
		.takes = FM_PORTS,
		.kind = FM_RANGES, .standard = "10000-20000",
	}, {
		.file = "mark", .word = "mark",
		.takes = "a number from 1 to 0xffffffff",
		.kind = FM_NUMBER, .standard = "21",
	}, {
		.file = "on_marked", .word = "on-marked",
		.takes = "one of: overwrite, keep",
		.kind = FM_CHOICE, .choices = fm_marked_words,
		.standard = "overwrite",
	}, {
		.file = "real_servers", .word = "real-servers",
		.alias = "real", .list = true, .empty = true, .limit = 64,
		.takes = "a list of prefixes without host bits",
		.kind = FM_PREFIXES, .standard = "none",
	}, {
		.file = "active", .word = "active",
		.takes = "one of: ipvs, snat, masquerade, off",
		.kind = FM_CHOICE, .choices = fm_active_words,
		.standard = "ipvs",
	}, {
		.file = "active_ports", .word = "active-ports",
		.list = true, .limit = 64,
		.takes = FM_PORTS,
		.kind = FM_RANGES, .standard = "20",
	}, {
		.file = "notrack", .word = "notrack", .takes = "one of: 0, 1",
		.kind = FM_CHOICE, .choices = fm_switch_words,
		.standard = "0",
	}, {
		.file = "passive_from", .word = "passive-from",
		.takes = "one of: anyone, clients",
		.kind = FM_CHOICE, .choices = fm_from_words,
		.standard = "anyone",
	}, {
		.file = "fast", .word = "fast", .takes = "one of: 0, 1",
		.kind = FM_CHOICE, .choices = fm_switch_words,
		.standard = "0",
	},
};

const size_t fm_settings_count = ARRAY_SIZE(fm_settings);

static_assert(ARRAY_SIZE(fm_settings) <= FM_SETTINGS_MAX,
	      "a request must hold every setting");

static bool fm_refuse(struct fm_complaint *complaint,
		      const char *word, const char *why)
{
	complaint->word = word;
	complaint->why = why;
	return false;
}

/* No isalnum(), which accepts more characters in some locales. */
static bool fm_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

/**
 * fm_name_valid() - is this a valid name of a service
 * @name: the name
 *
 * A valid name is also safe as a component of a path.
 *
 * Return: true if it is.
 */
bool fm_name_valid(const char *name)
{
	size_t i;

	if (!fm_alnum(name[0]))
		return false;
	for (i = 1; name[i]; i++) {
		if (i == FM_NAME_MAX)
			return false;
		if (!fm_alnum(name[i]) && !strchr("_.-", name[i]))
			return false;
	}
	return true;
}

/**
 * fm_setting_find() - find a setting by its word, alias or file
 * @word: one of them, exact
 *
 * Return: the setting, or NULL.
 */
const struct fm_setting *fm_setting_find(const char *word)
{
	const struct fm_setting *setting;
	size_t i;

	for (i = 0; i < fm_settings_count; i++) {
		setting = &fm_settings[i];
		if (!strcmp(word, setting->file) ||
		    !strcmp(word, setting->word) ||
		    (setting->alias && !strcmp(word, setting->alias)))
			return setting;
	}
	return NULL;
}

/**
 * fm_setting_is_enabled() - is this the setting "enabled"
 * @setting: the setting
 *
 * Return: true if it is.
 */
bool fm_setting_is_enabled(const struct fm_setting *setting)
{
	return setting == &fm_settings[FM_ENABLED];
}

/* Why a value can't be written to any file, or NULL. */
static const char *fm_value_fault(const struct fm_setting *setting,
				  const char *value)
{
	if (!value)
		return "value missing";
	if (!value[strspn(value, " \t")])
		return setting->list ? "value empty (an empty list is: none)" :
				       "value empty";
	if (strnlen(value, FM_VALUE_MAX + 1) > FM_VALUE_MAX)
		return "value too long (at most 4095 bytes)";
	return strchr(value, '\n') ? "value holds a newline" : NULL;
}

/* A complaint names the setting, not the value, which may be any text. */
static bool fm_parse_changes(int argc, char *const argv[],
			     struct fm_request *request,
			     struct fm_complaint *complaint)
{
	const struct fm_setting *setting;
	const char *value, *why;
	int i;

	for (i = 0; i < argc; i += 2) {
		setting = fm_setting_find(argv[i]);
		if (!setting)
			return fm_refuse(complaint, argv[i],
					 "no such setting");
		if (request->value[setting - fm_settings])
			return fm_refuse(complaint, argv[i],
					 "given twice");
		value = i + 1 < argc ? argv[i + 1] : NULL;
		why = fm_value_fault(setting, value);
		if (why)
			return fm_refuse(complaint, argv[i], why);
		if (setting->list && !strcmp(value, "none"))
			value = "";
		request->value[setting - fm_settings] = value;
	}
	return true;
}

/**
 * fm_parse() - parse the words that follow a verb
 * @shape: what the verb takes
 * @argc: number of words
 * @argv: the words; the request keeps pointers into them
 * @request: what the words ask for, if they were understood
 * @complaint: what is wrong, if they were not
 *
 * Return: true if they were understood.
 */
bool fm_parse(enum fm_shape shape, int argc, char *const argv[],
	      struct fm_request *request, struct fm_complaint *complaint)
{
	memset(request, 0, sizeof(*request));

	if (shape == FM_NO_WORDS && argc > 0)
		return fm_refuse(complaint, argv[0], "not expected");
	if (argc == 0) {
		if (shape == FM_NO_WORDS || shape == FM_MAY_NAME)
			return true;
		return fm_refuse(complaint, "NAME", "missing");
	}

	if (!fm_name_valid(argv[0]))
		return fm_refuse(complaint, argv[0],
				 "not a service name (1-31 of A-Z a-z 0-9 _ . -, first a letter or digit)");
	request->name = argv[0];

	if (shape != FM_NAME_MAY_SET && shape != FM_NAME_SET) {
		if (argc > 1)
			return fm_refuse(complaint, argv[1],
					 "not expected");
		return true;
	}
	if (argc == 1 && shape == FM_NAME_SET)
		return fm_refuse(complaint, "WORD VALUE", "missing");
	return fm_parse_changes(argc - 1, argv + 1, request, complaint);
}
