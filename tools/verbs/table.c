// SPDX-License-Identifier: GPL-2.0-only
/* The table of verbs, with their help. */

#include "base/macros.h"
#include "verbs/table.h"

/* In the order in which the help lists them. */
const struct fm_verb fm_verbs[] = {
	{
		.name = "add",
		.words = "NAME [WORD VALUE]...",
		.summary = "create a service, set it and enable it",
		.help =
"All or nothing: if anything is refused, the service is not created.\n"
"With \"enabled 0\" it is created but not enabled.\n",
		.settings = true,
		.run = fm_cmd_add,
	}, {
		.name = "set",
		.words = "NAME WORD VALUE [WORD VALUE]...",
		.summary = "change settings of a service",
		.help =
"All or nothing: if anything is refused, what was changed is set back.\n",
		.settings = true,
		.run = fm_cmd_set,
	}, {
		.name = "del",
		.words = "NAME",
		.summary = "remove a service",
		.run = fm_cmd_del,
	}, {
		.name = "enable",
		.words = "NAME",
		.summary = "let packets see a service",
		.run = fm_cmd_enable,
	}, {
		.name = "disable",
		.words = "NAME",
		.summary = "hide a service from packets, keep its settings",
		.run = fm_cmd_disable,
	}, {
		.name = "flush",
		.words = "",
		.summary = "remove every service of the network namespace",
		.run = fm_cmd_flush,
	}, {
		.name = "show",
		.words = "[NAME]",
		.summary = "print all services, or one and its counters",
		.help =
"This is what ftpmark does if no command is given. Each indented line of a\n"
"service is a WORD and a VALUE that \"ftpmark set\" takes back.\n",
		.json = true,
		.run = fm_cmd_show,
	}, {
		.name = "stats",
		.words = "[NAME] [OPTION]...",
		.summary = "print counters",
		.help =
"    --explain          what each counter means, and what to do if it grows\n"
"    --watch [SECONDS]  again and again (every 2 s), with rates per second\n"
"    --prometheus       text for node_exporter's textfile collector\n",
		.json = true,
		.run = fm_cmd_stats,
	}, {
		.name = "check",
		.words = "",
		.summary = "tell whether this router can serve FTP",
		.help =
"Looks at module, kernel, network, IPVS, rules of iptables and nftables, and\n"
"counters. Each finding is a fault, a warning or a note, and has its remedy in\n"
"a line. Exit status: 1 if there is a fault. As root it sees all there is.\n",
		.json = true,
		.run = fm_cmd_check,
	}, {
		.name = "save",
		.words = "",
		.summary = "print all services, for a file that restore reads",
		.help =
"Settings that have their standard value are left out.\n",
		.run = fm_cmd_save,
	}, {
		.name = "restore",
		.words = "[--dry-run] [FILE]",
		.summary = "make the services what a file says, and nothing else",
		.help =
"FILE is /etc/ftpmark.conf if none is named, and \"-\" is standard input.\n"
"Each of its lines is \"add NAME [WORD VALUE]...\"; \"#\" begins a comment.\n"
"Services that are not in it are removed. Only what differs is touched: a\n"
"service that stays keeps its counters. If a line is wrong nothing changes; if\n"
"the kernel refuses something, what was changed is set back.\n"
"With --dry-run the difference is printed, as commands. Exit status then: 0 none,\n"
"4 some, 2 a faulty file.\n",
		.run = fm_cmd_restore,
	}, {
		.name = "import",
		.words = "[FILE]",
		.summary = "print the services that rules of iptables make",
		.help =
"FILE is the text of iptables-save or ip6tables-save, or several of them one\n"
"behind the other; standard input if none is named. Printed are lines for\n"
"/etc/ftpmark.conf: rules of mangle that mark FTP to a VIP, and rules of nat that\n"
"translate active data, become services. Every other rule of these tables is\n"
"named on standard error, and why it was not taken; so is what looks like a\n"
"mistake. The module is not needed, and nothing is changed.\n"
"Exit status: 0 if a service was found, 2 if not.\n",
		.run = fm_cmd_import,
	}, {
		.name = "export",
		.words = "NAME FORMAT",
		.summary = "print what another program has to know of a service",
		.help =
"FORMAT is one of\n"
"    vsftpd, proftpd, pure-ftpd  lines for the FTP servers\n"
"    ipvsadm, keepalived         the persistent IPVS service of the mark\n"
"    iptables, nft               rules that do the same, both families\n"
"    modprobe                    the service as parameters of the module\n"
"What a format has no words for is said in comments, or with ipvsadm on standard\n"
"error.\n",
		.run = fm_cmd_export,
	},
};

const size_t fm_verbs_count = ARRAY_SIZE(fm_verbs);
