/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tool's grammar: NAME [WORD VALUE]...
 *
 * Nothing here reads or writes anything: argument words go in, a request or a
 * complaint comes out. What a value means (an address, a port) is the kernel's
 * affair, the one authority on it.
 */
#ifndef FTPMARK_PARSE_H
#define FTPMARK_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

#ifndef __printf
#define __printf(fmt, args) __attribute__((format(printf, \
						  fmt, args)))
#endif

/**
 * enum ftpmark_limit - sizes that the grammar keeps to
 * @FTPMARK_NAME_MAX: longest service name, as in the module
 * @FTPMARK_VALUE_MAX: longest value; with its newline it fills the one page
 *	that sysfs takes in a single write
 * @FTPMARK_SETTINGS_MAX: room for settings in a request
 */
enum ftpmark_limit {
	FTPMARK_NAME_MAX = 31,
	FTPMARK_VALUE_MAX = 4095,
	FTPMARK_SETTINGS_MAX = 16,
};

/**
 * enum ftpmark_kind - what the value of a setting consists of
 * @FTPMARK_CHOICE: one of several words
 * @FTPMARK_NUMBER: a firewall mark
 * @FTPMARK_HOSTS: a list of addresses
 * @FTPMARK_PREFIXES: a list of addresses and prefixes
 * @FTPMARK_RANGES: a set of ports
 */
enum ftpmark_kind {
	FTPMARK_CHOICE,
	FTPMARK_NUMBER,
	FTPMARK_HOSTS,
	FTPMARK_PREFIXES,
	FTPMARK_RANGES,
};

/**
 * struct ftpmark_setting - one setting of a service
 * @file: its sysfs file
 * @word: how the tool prints it
 * @alias: a shorter word that is understood too, or NULL
 * @takes: what a value has to be; "not " before it makes an error message
 * @list: the value is a list, and may be "none"
 * @limit: the most items that a list may have, 0 if not worth telling
 * @kind: what its value consists of
 * @choices: the words of an FTPMARK_CHOICE, ended by NULL
 * @standard: what a new service has, as the tool prints it
 */
struct ftpmark_setting {
	const char *file;
	const char *word;
	const char *alias;
	const char *takes;
	bool list;
	unsigned int limit;
	enum ftpmark_kind kind;
	const char *const *choices;
	const char *standard;
};

/**
 * struct ftpmark_change - a setting and the value it is to have
 * @setting: which setting
 * @value: what to write, without the newline; "" for an empty list
 */
struct ftpmark_change {
	const struct ftpmark_setting *setting;
	const char *value;
};

/**
 * struct ftpmark_request - what a command line asks for
 * @name: the service, or NULL if none was named
 * @count: how many of @changes are in use
 * @changes: in the order given, no setting twice
 */
struct ftpmark_request {
	const char *name;
	size_t count;
	struct ftpmark_change changes[FTPMARK_SETTINGS_MAX];
};

/**
 * struct ftpmark_complaint - why a command line was not understood
 * @word: the word at fault
 * @why: what is wrong with it
 */
struct ftpmark_complaint {
	const char *word;
	const char *why;
};

/**
 * enum ftpmark_shape - what a verb takes
 * @FTPMARK_NO_WORDS: nothing
 * @FTPMARK_MAY_NAME: [NAME]
 * @FTPMARK_NAME: NAME
 * @FTPMARK_NAME_MAY_SET: NAME [WORD VALUE]...
 * @FTPMARK_NAME_SET: NAME WORD VALUE [WORD VALUE]...
 */
enum ftpmark_shape {
	FTPMARK_NO_WORDS,
	FTPMARK_MAY_NAME,
	FTPMARK_NAME,
	FTPMARK_NAME_MAY_SET,
	FTPMARK_NAME_SET,
};

extern const struct ftpmark_setting ftpmark_settings[];
extern const size_t ftpmark_settings_count;

bool ftpmark_name_valid(const char *name);
const struct ftpmark_setting *ftpmark_setting_find(const char *word);
bool ftpmark_setting_is_enabled(const struct ftpmark_setting *setting);
bool ftpmark_parse(enum ftpmark_shape shape, int argc, char *const argv[],
		   struct ftpmark_request *request,
		   struct ftpmark_complaint *complaint);
void ftpmark_request_enable(struct ftpmark_request *request);
void ftpmark_request_order(struct ftpmark_request *request);
void ftpmark_request_turn(struct ftpmark_request *request);

#endif /* FTPMARK_PARSE_H */
