/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tool's grammar: NAME [WORD VALUE]...
 *
 * Nothing here reads or writes anything: argument words go in, a request or a
 * complaint comes out. What a value means (an address, a port) is the kernel's
 * affair, the one authority on it.
 */
#ifndef FM_MODEL_WORDS_H
#define FM_MODEL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * enum fm_limit - sizes that the grammar keeps to
 * @FM_NAME_MAX: longest service name, as in the module
 * @FM_VALUE_MAX: longest value; with its newline it fills the one page
 *	that sysfs takes in a single write
 * @FM_SETTINGS_MAX: room for settings in a request
 */
enum fm_limit {
	FM_NAME_MAX = 31,
	FM_VALUE_MAX = 4095,
	FM_SETTINGS_MAX = 16,
};

/**
 * enum fm_kind - what the value of a setting consists of
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
 * @word: how the tool prints it
 * @alias: a shorter word that is understood too, or NULL
 * @takes: what a value has to be; "not " before it makes an error message
 * @list: the value is a list, and may be "none"
 * @limit: the most items that a list may have, 0 if not worth telling
 * @kind: what its value consists of
 * @choices: the words of an FM_CHOICE, ended by NULL
 * @standard: what a new service has, as the tool prints it
 */
struct fm_setting {
	const char *file;
	const char *word;
	const char *alias;
	const char *takes;
	bool list;
	unsigned int limit;
	enum fm_kind kind;
	const char *const *choices;
	const char *standard;
};

/**
 * struct fm_change - a setting and the value it is to have
 * @setting: which setting
 * @value: what to write, without the newline; "" for an empty list
 */
struct fm_change {
	const struct fm_setting *setting;
	const char *value;
};

/**
 * struct fm_request - what a command line asks for
 * @name: the service, or NULL if none was named
 * @count: how many of @changes are in use
 * @changes: in the order given, no setting twice
 */
struct fm_request {
	const char *name;
	size_t count;
	struct fm_change changes[FM_SETTINGS_MAX];
};

/**
 * struct fm_complaint - why a command line was not understood
 * @word: the word at fault
 * @why: what is wrong with it
 */
struct fm_complaint {
	const char *word;
	const char *why;
};

/**
 * enum fm_shape - what a verb takes
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
void fm_request_enable(struct fm_request *request);
void fm_request_order(struct fm_request *request);
void fm_request_turn(struct fm_request *request);

#endif /* FM_MODEL_WORDS_H */
