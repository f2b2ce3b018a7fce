// SPDX-License-Identifier: GPL-2.0-only
/* Makes services of lvs.cf, the file of Piranha and keepalived's ancestors. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/steps.h"
#include "model/values.h"

/**
 * struct fm_lvs - state of the parser
 * @import: the state of the import
 * @line: the line
 * @inside: inside a virtual server
 * @server: inside one of its real servers
 * @ftp: its port is 21
 * @off: the block is not active
 * @found: the virtual server
 * @real: address of the real server, or without a family
 */
struct fm_lvs {
	struct fm_import *import;
	unsigned int line;
	bool inside;
	bool server;
	bool ftp;
	bool off;
	struct fm_found found;
	struct fm_prefix real;
};

/* Ends a block: a real server, or a virtual one. */
static void fm_lvs_end(struct fm_lvs *lvs)
{
	static const struct fm_range control = { 21, 21 };
	static const struct fm_range passive = { 10000, 20000 };
	struct fm_import *import = lvs->import;
	struct fm_found *found = &lvs->found;

	if (lvs->server) {
		if (lvs->real.family && found->real.count < FM_ITEMS_MAX &&
		    !fm_prefix_listed(&found->real, &lvs->real))
			found->real.item[found->real.count++] = lvs->real;
		lvs->server = false;
		return;
	}
	lvs->inside = false;
	if (!lvs->ftp || !found->mark || !found->vip.count || lvs->off)
		return;
	fm_portmap_add(&found->control, &control);
	fm_portmap_add(&found->passive, &passive);
	fm_import_warn(import, found->line,
		       "lvs.cf has no passive ports: 10000-20000 is a guess, see the rules that set mark %u",
		       found->mark);
	found = fm_import_grow(import, import->found, import->count,
			       sizeof(*found));
	if (!found)
		return;
	import->found = found;
	found[import->count++] = lvs->found;
}

static void fm_lvs_begin(struct fm_lvs *lvs)
{
	if (lvs->inside) {
		lvs->server = true;
		memset(&lvs->real, 0, sizeof(lvs->real));
		return;
	}
	lvs->inside = true;
	lvs->ftp = false;
	lvs->off = false;
	memset(&lvs->found, 0, sizeof(lvs->found));
	lvs->found.active = FM_STEP_NOTHING;
	lvs->found.line = lvs->line;
}

static void fm_lvs_value(struct fm_lvs *lvs, const char *key, const char *value)
{
	char address[FM_PREFIX_TEXT];
	struct fm_prefixes list;
	struct fm_fault fault;

	if (!strcmp(key, "address")) {
		/* An interface may follow. */
		snprintf(address, sizeof(address), "%.*s",
			 (int)strcspn(value, " \t"), value);
		if (!fm_prefixes_parse(address, true, 1, &list, &fault) ||
		    !list.count)
			return;
		if (lvs->server)
			lvs->real = list.item[0];
		else
			lvs->found.vip = list;
	} else if (!strcmp(key, "fwmark") && !lvs->server) {
		lvs->found.mark = strtoul(value, NULL, 0);
	} else if (!strcmp(key, "port") && !lvs->server) {
		lvs->ftp = strtoul(value, NULL, 10) == 21;
	} else if (!strcmp(key, "active") && !lvs->server) {
		lvs->off = *value == '0';
	}
}

static void fm_lvs_line(struct fm_lvs *lvs, char *line)
{
	static const char blanks[] = " \t\r";
	char *key, *value, *end;

	key = line + strspn(line, blanks);
	end = key + strcspn(key, "#");
	while (end > key && strchr(blanks, end[-1]))
		end--;
	*end = '\0';
	if (end > key && end[-1] == '{') {
		if (lvs->inside || !strncmp(key, "virtual", 7))
			fm_lvs_begin(lvs);
		return;
	}
	if (*key == '}') {
		if (lvs->inside)
			fm_lvs_end(lvs);
		return;
	}
	value = strchr(key, '=');
	if (!value || !lvs->inside)
		return;
	*value++ = '\0';
	key[strcspn(key, blanks)] = '\0';
	fm_lvs_value(lvs, key, value + strspn(value, blanks));
}

/**
 * fm_import_lvs() - find the services of lvs.cf
 * @import: the state of the import
 * @text: the text, which is cut into lines
 */
void fm_import_lvs(struct fm_import *import, char *text)
{
	struct fm_lvs *lvs = calloc(1, sizeof(*lvs));
	char *line;

	if (!lvs) {
		import->failed = true;
		return;
	}
	lvs->import = import;
	while ((line = strsep(&text, "\n"))) {
		lvs->line++;
		fm_lvs_line(lvs, line);
	}
	free(lvs);
}
