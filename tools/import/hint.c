// SPDX-License-Identifier: GPL-2.0-only
/* Says what a text is that can't be imported, and what to feed instead. */

#include <stdbool.h>
#include <string.h>

#include "base/macros.h"
#include "import/hint.h"

static const char fm_hint_nft[] =
	"rules of nft: write the line by hand, see the examples of ftpmark(8)";
static const char fm_hint_script[] =
	"commands of a script: run it, then iptables-save | ftpmark import";
static const char fm_hint_ipvs[] =
	"IPVS's services, which it keeps: rules set the marks, feed iptables-save";
static const char fm_hint_table[] =
	"rules without their table: a line such as *mangle comes first";
static const char fm_hint_listing[] =
	"what iptables -L lists, which lacks half of it: feed iptables-save";
static const char fm_hint_lines[] =
	"lines of ftpmark.conf: ftpmark restore takes them";

/* How a line begins. */
static const struct {
	const char *start;
	const char *hint;
} fm_hints[] = {
	{ "#!/usr/sbin/nft", fm_hint_nft },
	{ "table ", fm_hint_nft },
	{ "add table ", fm_hint_nft },
	{ "add rule ", fm_hint_nft },
	{ "nft ", fm_hint_nft },
	{ "flush ruleset", fm_hint_nft },
	{ "{\"nftables\"", fm_hint_nft },
	{ "{ \"nftables\"", fm_hint_nft },
	{ "Chain PREROUTING", fm_hint_listing },
	{ "Chain INPUT", fm_hint_listing },
	{ "-A -f ", fm_hint_ipvs },
	{ "-A -t ", fm_hint_ipvs },
	{ "ipvsadm ", fm_hint_ipvs },
	{ "virtual_server ", fm_hint_ipvs },
	{ "IP Virtual Server version", fm_hint_ipvs },
	{ "-A PREROUTING", fm_hint_table },
	{ "-A POSTROUTING", fm_hint_table },
	{ "add ", fm_hint_lines },
};

/*
 * Whether a line of a script runs iptables, maybe with sudo or a path, or by a
 * variable such as $IPT or "${IP6TABLES}".
 */
static bool fm_hint_is_command(const char *line)
{
	size_t length = strcspn(line, "\n");
	const char *word = line;
	size_t end;

	while (word < line + length) {
		end = strcspn(word, " \t\n");
		if (*word == '#')
			return false;
		if (*word == '$' || !strncmp(word, "\"$", 2) ||
		    memmem(word, end, "iptables", 8) ||
		    memmem(word, end, "ip6tables", 9)) {
			word += end;
			word += strspn(word, " \t");
			/* What follows is an option of iptables. */
			return !strncmp(word, "-t ", 3) ||
			       !strncmp(word, "-A ", 3) ||
			       !strncmp(word, "-I ", 3) ||
			       !strncmp(word, "-F", 2) ||
			       !strncmp(word, "-P ", 3) ||
			       !strncmp(word, "-w ", 3);
		}
		word += end;
		word += strspn(word, " \t");
	}
	return false;
}

/**
 * fm_import_hint() - say what a text is that is not that of iptables-save
 * @text: the text
 *
 * Return: what it is and what to do, or NULL.
 */
const char *fm_import_hint(const char *text)
{
	size_t i;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		text += strspn(text, " \t\r");
		for (i = 0; i < ARRAY_SIZE(fm_hints); i++) {
			if (!strncmp(text, fm_hints[i].start,
				     strlen(fm_hints[i].start)))
				return fm_hints[i].hint;
		}
		if (fm_hint_is_command(text))
			return fm_hint_script;
	}
	return NULL;
}
