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
"All at once: no packet meets a part of it, and if anything is refused, the\n"
"service is not created.\n"
"With \"enabled 0\" it is created but not enabled.\n",
		.settings = true,
		.options = FM_OPT_WAIT,
		.run = fm_cmd_change,
	}, {
		.name = "set",
		.words = "NAME WORD VALUE [WORD VALUE]...",
		.summary = "change settings of a service",
		.help =
"All at once: no packet meets a part of it, and if anything is refused, nothing\n"
"changes.\n",
		.settings = true,
		.options = FM_OPT_WAIT,
		.run = fm_cmd_change,
	}, {
		.name = "del",
		.words = "NAME",
		.summary = "remove a service",
		.options = FM_OPT_WAIT,
		.run = fm_cmd_change,
	}, {
		.name = "enable",
		.words = "NAME",
		.summary = "let packets see a service",
		.options = FM_OPT_WAIT,
		.run = fm_cmd_change,
	}, {
		.name = "disable",
		.words = "NAME",
		.summary = "hide a service from packets, keep its settings",
		.options = FM_OPT_WAIT,
		.run = fm_cmd_change,
	}, {
		.name = "flush",
		.words = "",
		.summary = "remove every service of the network namespace",
		.options = FM_OPT_WAIT,
		.run = fm_cmd_change,
	}, {
		.name = "list",
		.words = "",
		.summary = "print each service as one line of a table",
		.options = FM_OPT_JSON,
		.run = fm_cmd_list,
	}, {
		.name = "show",
		.words = "[NAME]",
		.summary = "print all services, or one and its counters",
		.help =
"This is what ftpmark does if no command is given. Each indented line of a\n"
"service is a WORD and a VALUE that \"ftpmark set\" takes back.\n",
		.options = FM_OPT_JSON,
		.run = fm_cmd_show,
	}, {
		.name = "stats",
		.words = "[NAME] [OPTION]...",
		.summary = "print counters",
		.help =
"    --explain          what each counter means, and what to do if it grows\n"
"    --watch [SECONDS]  again and again (every 2 s), with rates per second; a\n"
"                       terminal shows as much of it as it has room for\n"
"    --prometheus       text for node_exporter's textfile collector; without the\n"
"                       module, that it is not there\n",
		.options = FM_OPT_JSON | FM_OPT_EXPLAIN | FM_OPT_WATCH |
			   FM_OPT_PROMETHEUS,
		.run = fm_cmd_stats,
	}, {
		.name = "check",
		.words = "",
		.summary = "tell whether this router can serve FTP",
		.help =
"Looks at module, kernel, network, IPVS, rules of iptables and nftables, and\n"
"counters. Each finding is a fault, a warning or a note, and has its remedy in\n"
"a line. Exit status: 1 if there is a fault, 5 if not but something could not\n"
"be seen, which takes root.\n",
		.options = FM_OPT_JSON,
		.run = fm_cmd_check,
	}, {
		.name = "trace",
		.words = "[NAME] [OPTION]...",
		.summary = "watch connections and tell where they end",
		.help =
"Try a transfer meanwhile. For each client, and for control, passive and active\n"
"data, it prints how far packets came through this router, and if one ends here,\n"
"what lies between the last place where it was seen and the next. It watches all\n"
"enabled services, or NAME. Needs root.\n"
"    --client ADDRESS   this client only\n"
"    --seconds N        so long (60); earlier if a session was seen whole, and\n"
"                       on Ctrl-C\n"
"Exit status: 1 if a connection is not whole.\n",
		.options = FM_OPT_JSON | FM_OPT_CLIENT | FM_OPT_SECONDS,
		.run = fm_cmd_trace,
	}, {
		.name = "save",
		.words = "",
		.summary = "print all services, for a file that restore reads",
		.help =
"Settings that have their standard value are left out.\n",
		.run = fm_cmd_save,
	}, {
		.name = "restore",
		.words = "[--dry-run | --check] [FILE]",
		.summary = "make the services what a file says, and nothing else",
		.help =
"FILE is /etc/ftpmark.conf if none is named, and \"-\" is standard input.\n"
"Each of its lines is \"add NAME [WORD VALUE]...\"; \"#\" begins a comment.\n"
"Services that are not in it are removed. Only what differs is touched: a\n"
"service that stays keeps its counters. All of it takes effect at once; if a line\n"
"is wrong, the kernel refuses something or a signal ends it, nothing changes.\n"
"    --dry-run  print the difference, as commands; exit status: 0 none, 4 some,\n"
"               2 a faulty file\n"
"    --check    say whether the file is faulty (exit status 2), without the\n"
"               module\n",
		.options = FM_OPT_DRY_RUN | FM_OPT_CHECK | FM_OPT_WAIT,
		.run = fm_cmd_restore,
	}, {
		.name = "import",
		.words = "[--verbose] [FILE]",
		.summary = "print the services that rules of iptables make",
		.help =
"FILE is the text of iptables-save or ip6tables-save, or several of them one\n"
"behind the other, or lvs.cf; standard input if none is named. Packets to each\n"
"VIP are taken through the chains of mangle, data of real servers through those\n"
"of nat. Printed are lines for /etc/ftpmark.conf that do the same. What was not\n"
"taken is named on standard error, and why; so is what looks like a mistake.\n"
"Rules that are not about FTP are summed up, without --verbose (-v). A VIP whose\n"
"marks can't be told is left out. The module is not needed.\n"
"Exit status: 0 if a service was found, 2 if not, 5 if a VIP was left out.\n",
		.options = FM_OPT_VERBOSE,
		.run = fm_cmd_import,
	}, {
		.name = "export",
		.words = "NAME FORMAT [--director home|other]",
		.summary = "print what another program has to know of a service",
		.help =
"FORMAT is one of\n"
"    vsftpd, proftpd, pure-ftpd  lines for the FTP servers\n"
"    ipvsadm, keepalived         the persistent IPVS service of the mark; it has\n"
"                                the real servers that are listed, and those that\n"
"                                IPVS has in a prefix that is listed\n"
"    iptables, nft               rules that do the same, both families\n"
"    modprobe                    the service as parameters of the module\n"
"What a format has no words for is said in comments, or with ipvsadm on standard\n"
"error.\n"
"    --director home|other       with keepalived: what one of two directors needs\n"
"                                besides, that on which the service is at home or\n"
"                                that to which it goes if the first dies\n",
		.options = FM_OPT_DIRECTOR,
		.run = fm_cmd_export,
	},
};

const size_t fm_verbs_count = ARRAY_SIZE(fm_verbs);
