// SPDX-License-Identifier: GPL-2.0-only
/* The table of verbs. */

#include "ftpmark.h"

/* In the order in which the help lists them. */
const struct ftpmark_verb ftpmark_verbs[] = {
	{
		.name = "add",
		.words = "NAME [WORD VALUE]...",
		.summary = "create a service, set it and enable it",
		.help =
"All or nothing: if anything is refused, the service is not created.\n"
"With \"enabled 0\" it is created but not enabled.\n",
		.settings = true,
		.run = ftpmark_cmd_add,
	}, {
		.name = "set",
		.words = "NAME WORD VALUE [WORD VALUE]...",
		.summary = "change settings of a service",
		.help =
"All or nothing: if anything is refused, what was changed is set back.\n",
		.settings = true,
		.run = ftpmark_cmd_set,
	}, {
		.name = "del",
		.words = "NAME",
		.summary = "remove a service",
		.run = ftpmark_cmd_del,
	}, {
		.name = "enable",
		.words = "NAME",
		.summary = "let packets see a service",
		.run = ftpmark_cmd_enable,
	}, {
		.name = "disable",
		.words = "NAME",
		.summary = "hide a service from packets, keep its settings",
		.run = ftpmark_cmd_disable,
	}, {
		.name = "flush",
		.words = "",
		.summary = "remove every service of the network namespace",
		.run = ftpmark_cmd_flush,
	}, {
		.name = "show",
		.words = "[NAME]",
		.summary = "print all services, or one and its counters",
		.help =
"This is what ftpmark does if no command is given. Each indented line of a\n"
"service is a WORD and a VALUE that \"ftpmark set\" takes back.\n",
		.run = ftpmark_cmd_show,
	},
};

const size_t ftpmark_verbs_count = ARRAY_SIZE(ftpmark_verbs);
