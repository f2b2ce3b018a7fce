// SPDX-License-Identifier: GPL-2.0-only
/* Gathers the rules of iptables and nftables. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/macros.h"
#include "router/router.h"
#include "router/run_program.h"

/* A program of iptables, as it is named in remedies, too. */
static int fm_save_read(const char *program, struct fm_rules *rules)
{
	char command[64];
	const char *const argv[] = { command, NULL };
	char *text;
	int err;

	snprintf(command, sizeof(command), "%s-save", program);
	err = fm_program_read(argv, &text);
	if (err)
		return err;
	if (!fm_save_parse(rules, program, text, strlen(text)))
		err = -ENOMEM;
	else if (rules->fault)
		err = -EIO;
	rules->fault = 0;
	free(text);
	return err;
}

/* Asks nft for the items of a set or map. */
static char *fm_nftables_items(const char *kind, const char *family,
			       const char *table, const char *name)
{
	const char *const argv[] = { "nft", "-j", "-n", "list", kind, family,
				     table, name, NULL };
	char *text;

	return fm_program_read(argv, &text) ? NULL : text;
}

/* Whether tables exist. To ask iptables would make the kernel load modules. */
static int fm_legacy_tables(const char *path)
{
	FILE *file = fopen(path, "re");
	int there;

	if (!file)
		return errno == ENOENT ? 0 : -errno;
	there = fgetc(file) != EOF;
	fclose(file);
	return there;
}

static int fm_legacy_read(const char *names, const char *program,
			  struct fm_rules *rules)
{
	int there = fm_legacy_tables(names);

	return there > 0 ? fm_save_read(program, rules) : there;
}

/*
 * Whether the kernel has nf_tables now. To ask nft would load the module. If
 * nf_tables is built in, it need not appear in /sys/module.
 */
static bool fm_nftables_there(void)
{
	char path[PATH_MAX], line[PATH_MAX];
	bool module = false;
	struct utsname name;
	FILE *file;

	if (!access("/sys/module/nf_tables", F_OK))
		return true;
	uname(&name);
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep",
		 name.release);
	file = fopen(path, "re");
	if (!file)
		return true;
	while (!module && fgets(line, sizeof(line), file))
		module = strstr(line, "/nf_tables.ko");
	fclose(file);
	return !module;
}

/* Rules of iptables-nft are in tables of one family, where nft has listed any. */
static int fm_nft_save_read(struct json_object *ruleset, const char *family,
			    const char *program, struct fm_rules *rules)
{
	int err;

	if (!fm_nft_has_family(ruleset, family))
		return 0;
	err = fm_save_read(program, rules);
	/* Without iptables-nft there are no such rules. */
	return err == -ENOENT ? 0 : err;
}

/*
 * nft can't print all rules that iptables-nft makes, so the tables that may have
 * some are read with that, and parsed first. -t leaves out the elements of sets,
 * which may be many.
 */
static void fm_nftables_read(struct fm_rules *rules, int errs[3])
{
	static const char *const argv[] = { "nft", "-j", "-n", "-t", "list",
					    "ruleset", NULL };
	struct json_object *ruleset = NULL;
	char *text;

	errs[2] = fm_program_read(argv, &text);
	if (!errs[2])
		ruleset = fm_nft_read(text);
	free(text);
	errs[0] = fm_nft_save_read(ruleset, "ip", "iptables-nft", rules);
	errs[1] = fm_nft_save_read(ruleset, "ip6", "ip6tables-nft", rules);
	if (!errs[2])
		errs[2] = fm_nft_parse(rules, ruleset, fm_nftables_items);
}

/**
 * fm_firewall_gather() - read the rules of iptables and nftables
 * @firewall: the rules; the member err has other errors than -ENOMEM
 *
 * Return: 0 or -ENOMEM.
 */
int fm_firewall_gather(struct fm_firewall *firewall)
{
	struct fm_rules *rules = calloc(1, sizeof(*rules));
	int errs[] = { 0, 0, 0, 0, 0 };
	size_t i;

	firewall->rules = rules;
	if (!rules)
		return -ENOMEM;
	errs[0] = fm_legacy_read("/proc/net/ip_tables_names",
				 "iptables-legacy", rules);
	errs[1] = fm_legacy_read("/proc/net/ip6_tables_names",
				 "ip6tables-legacy", rules);
	if (fm_nftables_there())
		fm_nftables_read(rules, &errs[2]);
	for (i = 0; i < ARRAY_SIZE(errs); i++) {
		if (errs[i] == -ENOMEM || rules->failed)
			return -ENOMEM;
		if (errs[i])
			firewall->err = errs[i];
	}
	/* The programs do not say that they lack a privilege. */
	if (firewall->err == -EIO && geteuid())
		firewall->err = -EPERM;
	return 0;
}

/**
 * fm_firewall_free() - free rules
 * @firewall: the rules
 */
void fm_firewall_free(struct fm_firewall *firewall)
{
	if (firewall->rules)
		fm_rules_free(firewall->rules);
	free(firewall->rules);
	firewall->rules = NULL;
}
