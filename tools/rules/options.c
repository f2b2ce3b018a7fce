// SPDX-License-Identifier: GPL-2.0-only
/* Parses one rule of iptables, with all spellings of its options. */

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "rules/options.h"

/**
 * struct fm_option - an option of iptables
 * @name: its spellings
 * @values: number of its values
 * @negates: it may follow a "!"
 * @take: parses its values; returns what is wrong, or NULL
 */
struct fm_option {
	const char *name[3];
	unsigned int values;
	bool negates;
	const char *(*take)(struct fm_scan *scan, char *const value[]);
};

static struct fm_step *fm_scan_step(struct fm_scan *scan,
				    enum fm_step_kind kind)
{
	struct fm_step *step = fm_step_add(scan->rules, scan->rule, kind);

	if (step)
		step->not = scan->not;
	return step;
}

static const char *fm_take_end(struct fm_scan *scan, enum fm_step_kind kind,
			       char *list)
{
	struct fm_step *step = fm_scan_step(scan, kind);
	struct fm_prefix prefix;
	char *item;

	while (step && (item = strsep(&list, ","))) {
		if (!fm_rules_address(item, &prefix))
			return "not an address or prefix";
		fm_step_prefix(scan->rules, step, &prefix);
	}
	/* Some people write 0.0.0.0/0 for any address. */
	if (step && step->count == 1 && !step->prefix[0].length && !step->not) {
		step->kind = FM_STEP_FAMILY;
		step->count = 0;
		fm_step_range(scan->rules, step, prefix.family, prefix.family);
	}
	return NULL;
}

static const char *fm_take_source(struct fm_scan *scan, char *const value[])
{
	return fm_take_end(scan, FM_STEP_FROM, value[0]);
}

static const char *fm_take_destination(struct fm_scan *scan,
				       char *const value[])
{
	return fm_take_end(scan, FM_STEP_TO, value[0]);
}

static const char *fm_take_span(struct fm_scan *scan, char *const value[])
{
	enum fm_step_kind kind = !strcmp(value[-1], "--src-range") ?
				 FM_STEP_FROM : FM_STEP_TO;
	struct fm_step *step = fm_scan_step(scan, kind);
	char *first = strdupa(value[0]);
	char *last = strchr(first, '-');

	if (last)
		*last++ = '\0';
	return step && !fm_rules_span(scan->rules, step, first, last ?: first) ?
	       "not a range of addresses" : NULL;
}

static const char *fm_take_set(struct fm_scan *scan, char *const value[])
{
	bool from = !strcmp(value[1], "src");
	struct fm_step *step;

	if (!from && strcmp(value[1], "dst"))
		return "not a set of addresses";
	step = fm_scan_step(scan, from ? FM_STEP_FROM : FM_STEP_TO);
	if (step)
		step->word = value[0];
	return NULL;
}

/* Parses a number, or one of the two names that the recipe has. */
static bool fm_port(const char **text, uint32_t *port)
{
	static const struct {
		const char *name;
		unsigned int port;
	} names[] = { { "ftp-data", 20 }, { "ftp", 21 } };
	size_t i, length;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		length = strlen(names[i].name);
		if (strncmp(*text, names[i].name, length))
			continue;
		*text += length;
		*port = names[i].port;
		return true;
	}
	return fm_number(text, port) && *port <= 65535;
}

/* Parses 21, 10000:20000, :1023 or 1024: */
static bool fm_port_range(const char **text, uint32_t *first, uint32_t *last)
{
	*first = 0;
	*last = 65535;
	if (**text != ':' && !fm_port(text, first))
		return false;
	if (**text != ':') {
		*last = *first;
		return true;
	}
	(*text)++;
	if (**text && **text != ',' && !fm_port(text, last))
		return false;
	return *first <= *last;
}

static const char *fm_take_ports(struct fm_scan *scan, enum fm_step_kind kind,
				 const char *value)
{
	struct fm_step *step = fm_scan_step(scan, kind);
	uint32_t first, last;

	for (; step; value++) {
		if (!fm_port_range(&value, &first, &last) ||
		    (*value && *value != ','))
			return "not ports";
		fm_step_range(scan->rules, step, first, last);
		if (!*value)
			break;
	}
	return NULL;
}

static const char *fm_take_sport(struct fm_scan *scan, char *const value[])
{
	return fm_take_ports(scan, FM_STEP_SPORT, value[0]);
}

static const char *fm_take_dport(struct fm_scan *scan, char *const value[])
{
	return fm_take_ports(scan, FM_STEP_DPORT, value[0]);
}

static const char *fm_take_protocol(struct fm_scan *scan, char *const value[])
{
	struct fm_step *step;

	if (!strcmp(value[0], "all") || !strcmp(value[0], "0"))
		return NULL;
	step = fm_scan_step(scan, FM_STEP_PROTOCOL);
	if (step && (!strcmp(value[0], "tcp") || !strcmp(value[0], "6")))
		fm_step_range(scan->rules, step, IPPROTO_TCP, IPPROTO_TCP);
	return NULL;
}

static const char *fm_take_interface(struct fm_scan *scan, char *const value[])
{
	bool in = !strcmp(value[-1], "-i") || strstr(value[-1], "--in");
	struct fm_step *step = fm_scan_step(scan, in ? FM_STEP_IN :
					    FM_STEP_OUT);

	if (step)
		fm_step_name(scan->rules, step, value[0]);
	return NULL;
}

static const char *fm_take_module(struct fm_scan *scan, char *const value[])
{
	static const char *const known[] = {
		"addrtype", "comment", "connmark", "conntrack", "iprange",
		"mark", "multiport", "set", "state", "tcp", "udp",
	};
	size_t i;

	scan->connection = !strcmp(value[0], "connmark");
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (!strcmp(value[0], known[i]))
			return NULL;
	}
	return "matches what ftpmark does not know";
}

static const char *fm_take_comment(struct fm_scan *scan, char *const value[])
{
	(void)scan;
	(void)value;
	return NULL;
}

static const char *fm_take_marked(struct fm_scan *scan, char *const value[])
{
	struct fm_step *step = fm_scan_step(scan, scan->connection ?
					    FM_STEP_CTMARK : FM_STEP_MARK);
	uint32_t mark;

	if (!step)
		return NULL;
	if (!fm_number_mask(value[0], &mark, &step->mask))
		return "not a mark";
	fm_step_range(scan->rules, step, mark, mark);
	return NULL;
}

/* Finds the bits that words in a list stand for; false for another word. */
static bool fm_bits(char *list, const char *const names[],
		    const unsigned int bits[], size_t count, uint32_t *mask)
{
	char *item;
	size_t i;

	*mask = 0;
	while ((item = strsep(&list, ","))) {
		for (i = 0; i < count && strcmp(item, names[i]); i++)
			;
		if (i == count)
			return false;
		*mask |= bits[i];
	}
	return true;
}

static const char *fm_take_state(struct fm_scan *scan, char *const value[])
{
	static const char *const names[] = {
		"INVALID", "ESTABLISHED", "RELATED", "NEW", "UNTRACKED",
		"SNAT", "DNAT",
	};
	static const unsigned int bits[] = {
		FM_STATE_INVALID, FM_STATE_ESTABLISHED, FM_STATE_RELATED,
		FM_STATE_NEW, FM_STATE_UNTRACKED, FM_STATE_SNAT,
		FM_STATE_DNAT,
	};
	struct fm_step *step = fm_scan_step(scan, FM_STEP_STATE);

	return step && !fm_bits(value[0], names, bits, ARRAY_SIZE(bits),
				&step->mask) ? "not such a state" : NULL;
}

static const char *fm_take_flags(struct fm_scan *scan, char *const value[])
{
	static const char *const names[] = {
		"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ALL", "NONE",
	};
	static const unsigned int bits[] = {
		FM_TCP_FIN, FM_TCP_SYN, FM_TCP_RST, FM_TCP_PSH, FM_TCP_ACK,
		FM_TCP_URG, 0x3f, 0,
	};
	struct fm_step *step = fm_scan_step(scan, FM_STEP_FLAGS);
	uint32_t flags;

	if (!step)
		return NULL;
	if (!fm_bits(value[0], names, bits, ARRAY_SIZE(bits), &step->mask) ||
	    !fm_bits(value[1], names, bits, ARRAY_SIZE(bits), &flags))
		return "not flags of TCP";
	fm_step_range(scan->rules, step, flags, flags);
	return NULL;
}

static const char *fm_take_syn(struct fm_scan *scan, char *const value[])
{
	struct fm_step *step = fm_scan_step(scan, FM_STEP_FLAGS);

	(void)value;
	if (!step)
		return NULL;
	step->mask = FM_TCP_FIN | FM_TCP_SYN | FM_TCP_RST | FM_TCP_ACK;
	fm_step_range(scan->rules, step, FM_TCP_SYN, FM_TCP_SYN);
	return NULL;
}

static const char *fm_take_type(struct fm_scan *scan, char *const value[])
{
	/* Packets of FTP go to no other kind of address. */
	if (!strcmp(value[0], "LOCAL"))
		fm_scan_step(scan, FM_STEP_LOCAL);
	else if (!strcmp(value[0], "MULTICAST") ||
		 !strcmp(value[0], "BROADCAST") || !strcmp(value[0], "ANYCAST"))
		fm_scan_step(scan, FM_STEP_PROTOCOL);
	else
		return "not a type that ftpmark knows";
	return NULL;
}

static const char *fm_take_family(struct fm_scan *scan, char *const value[])
{
	struct fm_step *step = fm_scan_step(scan, FM_STEP_FAMILY);
	int family = strchr(value[-1], '6') ? AF_INET6 : AF_INET;

	if (step)
		fm_step_range(scan->rules, step, family, family);
	return NULL;
}

static const struct fm_option fm_options[] = {
	{ { "-s", "--source", "--src" }, 1, true, fm_take_source },
	{ { "-d", "--destination", "--dst" }, 1, true, fm_take_destination },
	{ { "--src-range", "--dst-range" }, 1, true, fm_take_span },
	{ { "--match-set" }, 2, true, fm_take_set },
	{ { "-p", "--protocol", "--proto" }, 1, true, fm_take_protocol },
	{ { "-i", "--in-interface" }, 1, true, fm_take_interface },
	{ { "-o", "--out-interface" }, 1, true, fm_take_interface },
	{ { "-m", "--match" }, 1, false, fm_take_module },
	{ { "--sport", "--source-port" }, 1, true, fm_take_sport },
	{ { "--sports", "--source-ports" }, 1, true, fm_take_sport },
	{ { "--dport", "--destination-port" }, 1, true, fm_take_dport },
	{ { "--dports", "--destination-ports" }, 1, true, fm_take_dport },
	{ { "--comment" }, 1, false, fm_take_comment },
	{ { "--mark" }, 1, true, fm_take_marked },
	{ { "--ctstate", "--state" }, 1, true, fm_take_state },
	{ { "--tcp-flags" }, 2, true, fm_take_flags },
	{ { "--syn" }, 0, true, fm_take_syn },
	{ { "--dst-type" }, 1, true, fm_take_type },
	{ { "-4", "--ipv4" }, 0, false, fm_take_family },
	{ { "-6", "--ipv6" }, 0, false, fm_take_family },
	{ { "-c", "--set-counters" }, 2, false, fm_take_comment },
	{ { "-j", "--jump" }, 1, false, fm_take_target },
	{ { "-g", "--goto" }, 1, false, fm_take_target },
	{ { "--set-mark", "--set-xmark", "--and-mark" }, 1, false,
	  fm_take_mark },
	{ { "--or-mark", "--xor-mark" }, 1, false, fm_take_mark },
	{ { "--save-mark", "--restore-mark" }, 0, false, fm_take_copy },
	{ { "--nfmask", "--ctmask", "--mask" }, 1, false, fm_take_mask },
	{ { "--notrack" }, 0, false, fm_take_notrack },
	{ { "--to-source", "--to" }, 1, false, fm_take_to_source },
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

/* Parses one option with its values; returns the number of their words. */
static int fm_scan_option(struct fm_scan *scan, int argc, char *const argv[])
{
	const struct fm_option *option = fm_option_find(argv[0]);
	char *value[3] = { argv[0], NULL, NULL };
	int words = 1;
	unsigned int i;

	if (!option) {
		if (!fm_scan_quiet(scan))
			fm_scan_odd(scan, argv[0], "not understood");
		while (words < argc && argv[words][0] != '-' &&
		       strcmp(argv[words], "!"))
			words++;
		return words;
	}
	/* Old syntax: -d ! ADDRESS */
	if (option->values && argc > 1 && !strcmp(argv[1], "!")) {
		scan->not = !scan->not;
		words++;
	}
	if (argc < words + (int)option->values) {
		fm_scan_odd(scan, argv[0], "value missing");
		return argc;
	}
	for (i = 0; i < option->values; i++)
		value[i + 1] = argv[words++];
	if (scan->not && !option->negates)
		fm_scan_odd(scan, argv[0], "negated");
	else
		fm_scan_odd(scan, argv[option->values ? words - 1 : 0],
			    option->take(scan, value + 1));
	return words;
}

/**
 * fm_options_parse() - parse the words that follow "-A CHAIN"
 * @rules: the rules
 * @rule: the rule, which gets the steps
 * @argc: number of words
 * @argv: the words; the rule keeps pointers into them, and lists are cut
 */
void fm_options_parse(struct fm_rules *rules, struct fm_rule *rule,
		      int argc, char *const argv[])
{
	struct fm_scan scan = { .rules = rules, .rule = rule };
	int at = 0;

	scan.target.mask = UINT32_MAX;
	while (at < argc) {
		scan.not = !strcmp(argv[at], "!");
		at += scan.not;
		if (at == argc)
			fm_scan_odd(&scan, "!", "value missing");
		else
			at += fm_scan_option(&scan, argc - at, argv + at);
	}
	fm_scan_target(&scan);
}
