// SPDX-License-Identifier: GPL-2.0-only
/* Parses one rule of iptables, with all spellings of its options. */

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "import/rules.h"

/**
 * struct fm_scan - state of the parser of a rule
 * @rule: the rule
 * @from: the address to take for the list of -s, or NULL if it has no list
 * @to: the same for -d
 * @not: a "!" stands before the option
 */
struct fm_scan {
	struct fm_rule *rule;
	const char *from;
	const char *to;
	bool not;
};

/**
 * struct fm_option - an option of iptables
 * @name: its spellings
 * @negates: it may follow a "!"
 * @take: parses its value; returns what is wrong with it, or NULL
 */
struct fm_option {
	const char *name[3];
	bool negates;
	const char *(*take)(struct fm_scan *scan, const char *value);
};

static bool fm_rule_number(const char **text, unsigned long *number)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	*number = strtoul(*text, &end, 0);
	*text = end;
	return *number <= 0xffffffff;
}

/* Parses "255.255.255.0" or "24"; false if it is no prefix. */
static bool fm_mask(const char *text, struct fm_prefix *prefix)
{
	unsigned int length = 0;
	unsigned long number;
	struct in_addr mask;
	uint32_t bits;

	if (prefix->family == AF_INET && strchr(text, '.')) {
		if (inet_pton(AF_INET, text, &mask) != 1)
			return false;
		for (bits = ntohl(mask.s_addr); bits & 0x80000000; bits <<= 1)
			length++;
		prefix->length = length;
		return !bits;
	}
	if (!fm_rule_number(&text, &number) || *text || number > prefix->length)
		return false;
	prefix->length = number;
	return true;
}

static bool fm_rule_address(const char *text, struct fm_prefix *prefix)
{
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	char address[INET6_ADDRSTRLEN];
	unsigned int bit;

	memset(prefix, 0, sizeof(*prefix));
	if (length >= sizeof(address))
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	prefix->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	prefix->length = prefix->family == AF_INET6 ? 128 : 32;
	if (inet_pton(prefix->family, address, prefix->byte) != 1)
		return false;
	if (slash && !fm_mask(slash + 1, prefix))
		return false;
	/* The kernel, too, clears the host bits. */
	for (bit = prefix->length; bit < 128; bit++)
		prefix->byte[bit / 8] &= ~(0x80 >> bit % 8);
	return true;
}

static const char *fm_take_family(struct fm_scan *scan, int family)
{
	struct fm_match *match = &scan->rule->match;

	if (match->family && match->family != family)
		return "of both families";
	match->family = family;
	return NULL;
}

static const char *fm_take_end(struct fm_scan *scan,
			       struct fm_end *end, const char *value)
{
	struct fm_prefix prefix;
	const char *why;

	if (!fm_rule_address(value, &prefix))
		return "not an address or prefix";
	why = fm_take_family(scan, prefix.family);
	if (why)
		return why;
	/* Some people write 0.0.0.0/0 for any address. */
	if (!prefix.length && !scan->not)
		return NULL;
	if (end->given || end->excepted)
		return "a second address";
	if (scan->not) {
		end->excepted = true;
		end->except = prefix;
	} else {
		end->given = true;
		end->address = prefix;
	}
	return NULL;
}

static const char *fm_take_source(struct fm_scan *scan, const char *value)
{
	return fm_take_end(scan, &scan->rule->match.from, scan->from ?: value);
}

static const char *fm_take_destination(struct fm_scan *scan, const char *value)
{
	return fm_take_end(scan, &scan->rule->match.to, scan->to ?: value);
}

/* Parses a number, or one of the two names that the recipe has. */
static bool fm_port(const char **text, unsigned int *port)
{
	static const struct {
		const char *name;
		unsigned int port;
	} names[] = { { "ftp-data", 20 }, { "ftp", 21 } };
	unsigned long number;
	size_t i, length;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		length = strlen(names[i].name);
		if (strncmp(*text, names[i].name, length))
			continue;
		*text += length;
		*port = names[i].port;
		return true;
	}
	if (!fm_rule_number(text, &number) || number > 65535)
		return false;
	*port = number;
	return true;
}

/* Parses 21, 10000:20000, :1023 or 1024: */
static bool fm_port_range(const char **text, struct fm_range *range)
{
	range->first = 0;
	range->last = 65535;
	if (**text != ':' && !fm_port(text, &range->first))
		return false;
	if (**text != ':') {
		range->last = range->first;
		return true;
	}
	(*text)++;
	if (**text && **text != ',' && !fm_port(text, &range->last))
		return false;
	return range->first <= range->last;
}

static const char *fm_take_ports(struct fm_end *end, const char *value)
{
	if (end->count)
		return "ports for a second time";
	for (;; value++) {
		if (end->count == FM_MULTIPORT_MAX)
			return "too many ports";
		if (!fm_port_range(&value, &end->port[end->count++]) ||
		    (*value && *value != ','))
			return "not ports";
		if (!*value)
			return NULL;
	}
}

static const char *fm_take_sport(struct fm_scan *scan, const char *value)
{
	return fm_take_ports(&scan->rule->match.from, value);
}

static const char *fm_take_dport(struct fm_scan *scan, const char *value)
{
	return fm_take_ports(&scan->rule->match.to, value);
}

static const char *fm_take_protocol(struct fm_scan *scan, const char *value)
{
	if (!strcmp(value, "all") || !strcmp(value, "0"))
		return NULL;
	if (strcmp(value, "tcp") && strcmp(value, "6"))
		return "not TCP";
	scan->rule->match.tcp = true;
	return NULL;
}

static const char *fm_take_in(struct fm_scan *scan, const char *value)
{
	scan->rule->match.in = value;
	return NULL;
}

static const char *fm_take_out(struct fm_scan *scan, const char *value)
{
	scan->rule->match.out = value;
	return NULL;
}

static const char *fm_take_module(struct fm_scan *scan, const char *value)
{
	static const char *const known[] = {
		"comment", "mark", "multiport", "tcp"
	};
	size_t i;

	(void)scan;
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (!strcmp(value, known[i]))
			return NULL;
	}
	return "nf_ftpmark matches addresses and ports only";
}

static const char *fm_take_comment(struct fm_scan *scan, const char *value)
{
	(void)scan;
	(void)value;
	return NULL;
}

/* Parses MARK or MARK/MASK, moves @text behind it; what is wrong, or NULL. */
static const char *fm_mark_mask(const char **text, unsigned long *mark,
				unsigned long *mask)
{
	*mask = 0xffffffff;
	if (!fm_rule_number(text, mark))
		return "not a mark";
	if (**text == '/' && ((*text)++, !fm_rule_number(text, mask)))
		return "not a mask";
	return NULL;
}

static const char *fm_take_unmarked(struct fm_scan *scan, const char *value)
{
	unsigned long mark, mask;
	const char *why;

	why = fm_mark_mask(&value, &mark, &mask);
	if (why)
		return why;
	if (*value || mark || mask != 0xffffffff)
		return "for some marks only";
	scan->rule->match.unmarked = true;
	return NULL;
}

static const char *fm_take_mark(struct fm_scan *scan, const char *value)
{
	unsigned long mark, mask;
	const char *why;

	why = fm_mark_mask(&value, &mark, &mask);
	if (why)
		return why;
	if (*value)
		return "not a mark";
	if (mask != 0xffffffff)
		return "sets a part of the mark, nf_ftpmark the whole";
	if (!mark)
		return "takes a mark away";
	scan->rule->mark = mark;
	return NULL;
}

static const char *fm_take_to_source(struct fm_scan *scan, const char *value)
{
	struct fm_prefix *source = &scan->rule->source;

	if (scan->rule->target == FM_TARGET_SNAT && source->family)
		return "a second address";
	if (strchr(value, '/') || !fm_rule_address(value, source)) {
		memset(source, 0, sizeof(*source));
		return "not one address alone";
	}
	return fm_take_family(scan, source->family);
}

static const char *fm_take_target(struct fm_scan *scan, const char *value)
{
	static const struct {
		const char *name;
		enum fm_target target;
	} targets[] = {
		{ "ACCEPT", FM_TARGET_LEAVE },
		{ "MARK", FM_TARGET_MARK },
		{ "MASQUERADE", FM_TARGET_MASQUERADE },
		{ "RETURN", FM_TARGET_LEAVE },
		{ "SNAT", FM_TARGET_SNAT },
	};
	size_t i;

	scan->rule->jump = value;
	scan->rule->target = FM_TARGET_OTHER;
	for (i = 0; i < ARRAY_SIZE(targets); i++) {
		if (!strcmp(value, targets[i].name))
			scan->rule->target = targets[i].target;
	}
	return NULL;
}

static const struct fm_option fm_options[] = {
	{ { "-s", "--source", "--src" }, true, fm_take_source },
	{ { "-d", "--destination", "--dst" }, true, fm_take_destination },
	{ { "-p", "--protocol", "--proto" }, false, fm_take_protocol },
	{ { "-i", "--in-interface" }, true, fm_take_in },
	{ { "-o", "--out-interface" }, true, fm_take_out },
	{ { "-m", "--match" }, false, fm_take_module },
	{ { "--sport", "--source-port" }, false, fm_take_sport },
	{ { "--sports", "--source-ports" }, false, fm_take_sport },
	{ { "--dport", "--destination-port" }, false, fm_take_dport },
	{ { "--dports", "--destination-ports" }, false, fm_take_dport },
	{ { "--comment" }, false, fm_take_comment },
	{ { "--mark" }, false, fm_take_unmarked },
	{ { "-j", "--jump" }, false, fm_take_target },
	{ { "--set-mark", "--set-xmark" }, false, fm_take_mark },
	{ { "--to-source", "--to" }, false, fm_take_to_source },
};

static const struct fm_option *fm_option_find(const char *word)
{
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(fm_options); i++) {
		for (j = 0; j < ARRAY_SIZE(fm_options[i].name); j++) {
			if (fm_options[i].name[j] &&
			    !strcmp(fm_options[i].name[j], word))
				return &fm_options[i];
		}
	}
	return NULL;
}

/* Keeps the first fault only, since later ones may follow from it. */
static void fm_rule_odd(struct fm_rule *rule, const char *word, const char *why)
{
	if (!why || rule->odd)
		return;
	rule->odd = word;
	rule->why = why;
}

/* Parses one option with its value; returns the number of their words. */
static int fm_rule_option(struct fm_scan *scan, int argc, char *const argv[])
{
	const struct fm_option *option = fm_option_find(argv[0]);
	struct fm_rule *rule = scan->rule;
	int words = 2;

	if (!option) {
		fm_rule_odd(rule, argv[0], "not part of the recipe");
		return 1;
	}
	/* Old syntax: -d ! ADDRESS */
	if (argc > 1 && !strcmp(argv[1], "!")) {
		scan->not = !scan->not;
		words = 3;
	}
	if (argc < words) {
		fm_rule_odd(rule, argv[0], "value missing");
		return argc;
	}
	if (scan->not && !option->negates)
		fm_rule_odd(rule, argv[0], "negated");
	else
		fm_rule_odd(rule, argv[words - 1],
			    option->take(scan, argv[words - 1]));
	return words;
}

/**
 * fm_rule_parse() - parse the words that follow "-A CHAIN"
 * @rule: the rule, zeroed but for its place
 * @argc: number of words
 * @argv: the words; the rule keeps pointers into them
 * @from: the address to take for the list of -s, or NULL if it has no list
 * @to: the same for -d
 */
void fm_rule_parse(struct fm_rule *rule, int argc,
		   char *const argv[], const char *from, const char *to)
{
	struct fm_scan scan = { rule, from, to, false };
	int at = 0;

	while (at < argc) {
		scan.not = !strcmp(argv[at], "!");
		at += scan.not;
		if (at == argc) {
			fm_rule_odd(rule, "!", "value missing");
		} else if (!strcmp(argv[at], "-4") ||
			   !strcmp(argv[at], "--ipv4")) {
			fm_rule_odd(rule, argv[at],
				    fm_take_family(&scan, AF_INET));
			at++;
		} else if (!strcmp(argv[at], "-6") ||
			   !strcmp(argv[at], "--ipv6")) {
			fm_rule_odd(rule, argv[at],
				    fm_take_family(&scan, AF_INET6));
			at++;
		} else if (!strcmp(argv[at], "-c") ||
			   !strcmp(argv[at], "--set-counters")) {
			at += 3;
		} else {
			at += fm_rule_option(&scan, argc - at, argv + at);
		}
	}
	if (rule->target == FM_TARGET_MARK && !rule->mark)
		fm_rule_odd(rule, rule->jump, "no mark");
	if (rule->target == FM_TARGET_SNAT && !rule->source.family)
		fm_rule_odd(rule, rule->jump, "no address");
}
