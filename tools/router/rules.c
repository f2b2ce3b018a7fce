// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gathers rules of iptables and nftables that set a mark, or translate the
 * source address of packets from a port.
 */

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/macros.h"
#include "router/router.h"
#include "router/run_program.h"

static int fm_rule_add(struct fm_filter_rules *rules,
		       const struct fm_filter_rule *found)
{
	struct fm_filter_rule *grown = NULL;

	if (found->text && found->removal)
		grown = reallocarray(rules->item, rules->count + 1,
				     sizeof(*grown));
	if (!grown) {
		free(found->text);
		free(found->removal);
		return -ENOMEM;
	}
	rules->item = grown;
	grown[rules->count++] = *found;
	return 0;
}

/*
 * Finds the value of an option, which ends at a blank or the end of the line.
 * A negated option, as in " ! --sport 20", gives NULL.
 */
static const char *fm_nftables_word(const char *line, const char *option)
{
	const char *found = strstr(line, option);

	if (!found || (found > line && found[-1] == '!'))
		return NULL;
	return found + strlen(option);
}

/* Parses "20", "0:1023" or "20,2020", without port 0, which nobody uses. */
static void fm_rule_ports(const char *word, struct fm_ranges *ports)
{
	struct fm_range *range;
	char *end;

	for (; ports->count < FM_ITEMS_MAX; word = end + 1) {
		range = &ports->item[ports->count];
		range->first = strtoul(word, &end, 10);
		range->last = range->first;
		if (*end == ':')
			range->last = strtoul(end + 1, &end, 10);
		range->first += !range->first;
		ports->count += range->first <= range->last;
		if (*end != ',')
			break;
	}
}

/* Parses the source of "-A CHAIN -s ADDRESS ...", the form of iptables-save. */
static void fm_rule_source(const char *line, struct fm_prefixes *from)
{
	const char *word = line + strlen("-A ");
	struct fm_fault fault;
	char text[FM_PREFIX_TEXT];

	word += strcspn(word, " ");
	if (strncmp(word, " -s ", 4))
		return;
	word += 4;
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(word, " "), word);
	if (!fm_prefixes_parse(text, false, 1, from, &fault))
		from->count = 0;
}

/* Takes a line of iptables-save, "-A CHAIN ...". */
static int fm_save_line(const char *program, const char *table,
			const char *line, struct fm_filter_rules *rules)
{
	struct fm_filter_rule rule = { .mark = 0 };
	const char *word;

	if (strncmp(line, "-A ", 3))
		return 0;
	if (strstr(line, " -j MARK ")) {
		word = fm_nftables_word(line, " --set-xmark ");
		if (!word)
			word = fm_nftables_word(line, " --set-mark ");
		rule.mark = word ? strtoul(word, NULL, 0) : 0;
	} else if (strstr(line, " -j MASQUERADE") || strstr(line, " -j SNAT ")) {
		word = fm_nftables_word(line, " --sport ");
		if (!word)
			word = fm_nftables_word(line, " --sports ");
		if (word)
			fm_rule_ports(word, &rule.ports);
		fm_rule_source(line, &rule.from);
	}
	if (!rule.mark && !rule.ports.count)
		return 0;
	if (asprintf(&rule.text, "%s -t %s %s", program, table, line) < 0)
		rule.text = NULL;
	if (asprintf(&rule.removal, "%s -t %s -D %s", program, table,
		     line + 3) < 0)
		rule.removal = NULL;
	return fm_rule_add(rules, &rule);
}

static int fm_save_text(const char *program, char *text,
			struct fm_filter_rules *rules)
{
	const char *table = "filter";
	char *save = NULL;
	char *line;
	int err = 0;

	for (line = strtok_r(text, "\n", &save); line && !err;
	     line = strtok_r(NULL, "\n", &save)) {
		if (line[0] == '*')
			table = line + 1;
		else
			err = fm_save_line(program, table, line, rules);
	}
	return err;
}

static int fm_save_read(const char *program, struct fm_filter_rules *rules)
{
	char command[64];
	const char *const argv[] = { command, NULL };
	char *text;
	int err;

	snprintf(command, sizeof(command), "%s-save", program);
	err = fm_program_read(argv, &text);
	if (err)
		return err;
	err = fm_save_text(program, text, rules);
	free(text);
	return err;
}

static struct json_object *fm_member(struct json_object *object,
				     const char *key)
{
	struct json_object *member = NULL;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, key, &member))
		return NULL;
	return member;
}

static const char *fm_string(struct json_object *object, const char *key)
{
	const char *text = json_object_get_string(fm_member(object, key));

	return text ? text : "";
}

/* Parses 20, { "range": [20, 30] } or { "set": [20, ...] }. */
static void fm_nftables_ports(struct json_object *value,
			      struct fm_ranges *ports)
{
	struct json_object *range = fm_member(value, "range");
	struct json_object *set = fm_member(value, "set");
	struct fm_range *item;
	size_t i;

	for (i = 0; set && i < json_object_array_length(set); i++)
		fm_nftables_ports(json_object_array_get_idx(set, i), ports);
	if (set || ports->count == FM_ITEMS_MAX)
		return;
	item = &ports->item[ports->count];
	if (range) {
		item->first = json_object_get_int(json_object_array_get_idx(range, 0));
		item->last = json_object_get_int(json_object_array_get_idx(range, 1));
		ports->count++;
	} else if (json_object_is_type(value, json_type_int)) {
		item->first = json_object_get_int(value);
		item->last = item->first;
		ports->count++;
	}
}

/*
 * Parses "10.0.0.1", { "prefix": { "addr": "10.0.0.0", "len": 24 } }, or a
 * { "set": [...] } of these. Returns false for other forms.
 */
static bool fm_nftables_addresses(struct json_object *value,
				  struct fm_prefixes *list)
{
	struct json_object *prefix = fm_member(value, "prefix");
	struct json_object *set = fm_member(value, "set");
	char text[FM_PREFIX_TEXT];
	struct fm_prefixes one;
	struct fm_fault fault;
	size_t i;

	for (i = 0; set && i < json_object_array_length(set); i++) {
		if (!fm_nftables_addresses(json_object_array_get_idx(set, i),
					   list))
			return false;
	}
	if (set)
		return true;
	if (prefix)
		snprintf(text, sizeof(text), "%s/%s",
			 fm_string(prefix, "addr"),
			 fm_string(prefix, "len"));
	else
		snprintf(text, sizeof(text), "%s",
			 json_object_get_string(value));
	if (list->count == FM_ITEMS_MAX ||
	    !fm_prefixes_parse(text, false, 1, &one, &fault) || !one.count)
		return false;
	list->item[list->count++] = one.item[0];
	return true;
}

/*
 * Applies a comparison such as "sport < 1024". A second one narrows the range
 * of the first: "sport > 15 tcp sport < 25".
 */
static void fm_nftables_bound(const char *op, struct json_object *value,
			      struct fm_ranges *ports)
{
	struct fm_range *range = &ports->item[0];
	unsigned int port = json_object_get_int(value);

	if (!json_object_is_type(value, json_type_int) ||
	    (*op != '<' && *op != '>') || ports->count > 1)
		return;
	if (!ports->count) {
		range->first = 1;
		range->last = 65535;
	}
	/* Now @port is the first port that is not below the bound. */
	port += *op == '<' ? !!op[1] : !op[1];
	if (*op == '>' && range->first < port)
		range->first = port;
	else if (*op == '<' && range->last >= port)
		range->last = port ? port - 1 : 0;
	ports->count = 1;
}

static void fm_nftables_match(struct json_object *match,
			      struct fm_filter_rule *rule)
{
	struct json_object *right = fm_member(match, "right");
	const char *op = fm_string(match, "op");
	bool equal = !strcmp(op, "==");
	struct json_object *left;
	const char *field;

	left = fm_member(fm_member(match, "left"), "payload");
	field = fm_string(left, "field");
	if (!strcmp(field, "sport") && equal)
		fm_nftables_ports(right, &rule->ports);
	else if (!strcmp(field, "sport"))
		fm_nftables_bound(op, right, &rule->ports);
	else if (!strcmp(field, "saddr") && equal &&
		 !fm_nftables_addresses(right, &rule->from))
		rule->from.count = 0;
}

/* Takes one expression of a rule; true if it translates source addresses. */
static bool fm_nftables_expression(struct json_object *expression,
				   struct fm_filter_rule *rule)
{
	struct json_object *mangle = fm_member(expression, "mangle");
	struct json_object *key;

	key = fm_member(fm_member(mangle, "key"), "meta");
	if (key && !strcmp(fm_string(key, "key"), "mark"))
		rule->mark = json_object_get_int64(fm_member(mangle,
							     "value"));
	fm_nftables_match(fm_member(expression, "match"), rule);
	return json_object_object_get_ex(expression, "masquerade", NULL) ||
	       json_object_object_get_ex(expression, "snat", NULL);
}

static int fm_nftables_rule(struct json_object *json,
			    struct fm_filter_rules *rules)
{
	struct json_object *list = fm_member(json, "expr");
	struct fm_filter_rule rule = { .mark = 0 };
	char place[256];
	bool nat = false;
	size_t i;

	if (!json_object_is_type(list, json_type_array))
		return 0;
	for (i = 0; i < json_object_array_length(list); i++)
		nat |= fm_nftables_expression(json_object_array_get_idx(list, i),
					      &rule);
	if (rule.mark)
		rule.ports.count = 0;
	else if (!nat || !rule.ports.count)
		return 0;
	snprintf(place, sizeof(place), "%s %s %s handle %s",
		 fm_string(json, "family"), fm_string(json, "table"),
		 fm_string(json, "chain"), fm_string(json, "handle"));
	if (asprintf(&rule.text, "nft rule %s", place) < 0)
		rule.text = NULL;
	if (asprintf(&rule.removal, "nft delete rule %s", place) < 0)
		rule.removal = NULL;
	return fm_rule_add(rules, &rule);
}

/* -t leaves out the elements of sets, which may be many. */
static int fm_nftables_read(struct fm_filter_rules *rules)
{
	static const char *const argv[] = { "nft", "-j", "-n", "-t", "list",
					    "ruleset", NULL };
	struct json_object *json, *list, *rule;
	char *text;
	size_t i;
	int err;

	err = fm_program_read(argv, &text);
	if (err)
		return err;
	json = json_tokener_parse(text);
	free(text);
	list = fm_member(json, "nftables");
	if (!json_object_is_type(list, json_type_array))
		err = -EIO;
	for (i = 0; !err && i < json_object_array_length(list); i++) {
		rule = fm_member(json_object_array_get_idx(list, i),
				 "rule");
		if (rule)
			err = fm_nftables_rule(rule, rules);
	}
	json_object_put(json);
	return err;
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
			  struct fm_filter_rules *rules)
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

/**
 * fm_filter_rules_gather() - read rules of iptables and nftables
 * @rules: the rules that do what the module does; the member err has other
 *	errors than -ENOMEM
 *
 * Return: 0 or -ENOMEM.
 */
int fm_filter_rules_gather(struct fm_filter_rules *rules)
{
	int errs[] = { 0, 0, 0, 0, 0 };
	size_t i;

	errs[0] = fm_legacy_read("/proc/net/ip_tables_names",
				 "iptables-legacy", rules);
	errs[1] = fm_legacy_read("/proc/net/ip6_tables_names",
				 "ip6tables-legacy", rules);
	if (fm_nftables_there()) {
		/* nft can't print all rules that iptables-nft makes. */
		errs[2] = fm_save_read("iptables-nft", rules);
		errs[3] = fm_save_read("ip6tables-nft", rules);
		/* Without iptables-nft there are no such rules. */
		for (i = 2; i < 4; i++) {
			if (errs[i] == -ENOENT)
				errs[i] = 0;
		}
		errs[4] = fm_nftables_read(rules);
	}
	for (i = 0; i < ARRAY_SIZE(errs) && rules->err != -ENOMEM; i++) {
		if (errs[i])
			rules->err = errs[i];
	}
	/* The programs do not say that they lack a privilege. */
	if (rules->err == -EIO && geteuid())
		rules->err = -EPERM;
	return rules->err == -ENOMEM ? -ENOMEM : 0;
}

/**
 * fm_filter_rules_free() - free rules
 * @rules: the rules
 */
void fm_filter_rules_free(struct fm_filter_rules *rules)
{
	while (rules->count) {
		free(rules->item[--rules->count].text);
		free(rules->item[rules->count].removal);
	}
	free(rules->item);
	rules->item = NULL;
}
