/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tool's grammar: NAME [WORD VALUE]...
 *
 * It turns words of the command line into a request or a complaint. It does not
 * judge values: the kernel does. No I/O.
 */
#ifndef FM_MODEL_WORDS_H
#define FM_MODEL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * enum fm_limit - limits of the grammar
 * @FM_NAME_MAX: longest service name, as in the module
 * @FM_VALUE_MAX: longest value; with its newline it fills the page that sysfs
 *	accepts in one write
 * @FM_SETTINGS_MAX: maximal number of settings in a request
 */
enum fm_limit {
	FM_NAME_MAX = 31,
	FM_VALUE_MAX = 4095,
	FM_SETTINGS_MAX = 16,
};

/**
 * enum fm_kind - the type of a value
 * @FM_CHOICE: one of several words
 * @FM_NUMBER: a firewall mark
 * @FM_HOSTS: a list of addresses
 * @FM_PREFIXES: a list of addresses and prefixes
 * @FM_RANGES: a set of ports
 */
enum fm_kind {
	FM_CHOICE,
	FM_NUMBER,
	FM_HOSTS,
	FM_PREFIXES,
	FM_RANGES,
};

/**
 * struct fm_setting - one setting of a service
 * @file: its sysfs file
 * @word: its name as the tool prints it
 * @alias: a shorter name that the tool accepts, or NULL
 * @takes: what a value must be; an error message has "not " before it
 * @list: the value is a list
 * @empty: the list may be empty: "none"
 * @limit: maximal number of items, which an error message names; 0 for none
 * @kind: the type of its value
 * @choices: the words of an FM_CHOICE, ended by NULL
 * @standard: the default, as the tool prints it
 */
struct fm_setting {
	const char *file;
	const char *word;
	const char *alias;
	const char *takes;
	bool list;
	bool empty;
	unsigned int limit;
	enum fm_kind kind;
	const char *const *choices;
	const char *standard;
};

/* The settings that have an index by name; those of others are found. */
enum { FM_ENABLED, FM_VIP };

/**
 * struct fm_request - what a command line asks for
 * @name: the service, or NULL if none was named
 * @value: the values to write, in the order of fm_settings, without a newline;
 *	"" for an empty list, NULL if not given
 */
struct fm_request {
	const char *name;
	const char *value[FM_SETTINGS_MAX];
};

/**
 * struct fm_complaint - what is wrong with a command line
 * @word: the word at fault
 * @why: what is wrong with it
 */
struct fm_complaint {
	const char *word;
	const char *why;
};

/**
 * enum fm_shape - the words that a verb takes
 * @FM_NO_WORDS: nothing
 * @FM_MAY_NAME: [NAME]
 * @FM_NAME: NAME
 * @FM_NAME_MAY_SET: NAME [WORD VALUE]...
 * @FM_NAME_SET: NAME WORD VALUE [WORD VALUE]...
 */
enum fm_shape {
	FM_NO_WORDS,
	FM_MAY_NAME,
	FM_NAME,
	FM_NAME_MAY_SET,
	FM_NAME_SET,
};

extern const struct fm_setting fm_settings[];
extern const size_t fm_settings_count;

bool fm_name_valid(const char *name);
const struct fm_setting *fm_setting_find(const char *word);
bool fm_setting_is_enabled(const struct fm_setting *setting);
bool fm_parse(enum fm_shape shape, int argc, char *const argv[],
	      struct fm_request *request, struct fm_complaint *complaint);

#endif /* FM_MODEL_WORDS_H */
