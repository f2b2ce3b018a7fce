// SPDX-License-Identifier: GPL-2.0-only
/* The rules of mangle, and the services that they make. */

#include <string.h>

#include "import/steps.h"

/* Where FTP listens; without one of these ports a mark is for something else. */
static const unsigned int ftpmark_ftp_ports[] = { 21, 990, 2121 };

/* Why a rule marks what no service can; NULL if one can. */
static const char *ftpmark_mark_fault(const struct ftpmark_rule *rule,
				      const struct ftpmark_match *match)
{
	const struct ftpmark_end *from = &match->from;

	if (rule->target == FTPMARK_TARGET_LEAVE)
		return "ends the chain before the rules behind it, which nf_ftpmark can't";
	if (rule->target != FTPMARK_TARGET_MARK)
		return "sets no mark";
	if (!match->tcp)
		return "not for TCP alone (no -p tcp)";
	if (match->to.excepted)
		return "for all addresses but one";
	if (!match->to.given)
		return "for every address: a VIP is needed (-d)";
	if (!ftpmark_prefix_is_host(&match->to.address))
		return "for a subnet: name each VIP in it with a rule of its own";
	if (from->given || from->excepted || from->count)
		return "for some clients only";
	if (!match->to.count)
		return "for all ports, not FTP's alone";
	return NULL;
}

/* What the module says of the address. */
static const char *ftpmark_vip_fault(const struct ftpmark_prefix *vip)
{
	char text[FTPMARK_PREFIX_TEXT];
	struct ftpmark_prefixes list;
	struct ftpmark_fault fault;

	if (ftpmark_prefixes_parse(ftpmark_prefix_print(vip, text), true, 1,
				   &list, &fault))
		return NULL;
	return fault.why;
}

static bool ftpmark_vip_private(const struct ftpmark_prefix *vip)
{
	const unsigned char *byte = vip->byte;

	if (vip->family == AF_INET6)
		return (byte[0] & 0xfe) == 0xfc;
	return byte[0] == 10 || (byte[0] == 172 && (byte[1] & 0xf0) == 16) ||
	       (byte[0] == 192 && byte[1] == 168);
}

static struct ftpmark_marked *ftpmark_marked_get(struct ftpmark_import *import,
						 const struct ftpmark_marked *key)
{
	struct ftpmark_marked *marked;
	size_t i;

	for (i = 0; i < import->marks; i++) {
		marked = &import->marked[i];
		if (!memcmp(&marked->vip, &key->vip, sizeof(key->vip)) &&
		    marked->mark == key->mark && marked->keep == key->keep)
			return marked;
	}
	marked = ftpmark_import_grow(import, import->marked, import->marks,
				     sizeof(*marked));
	if (!marked)
		return NULL;
	import->marked = marked;
	marked += import->marks++;
	*marked = *key;
	return marked;
}

/* Port 20 of the VIP is nothing: it is where active data comes from. */
static bool ftpmark_mark_ports(struct ftpmark_import *import,
			       const struct ftpmark_rule *rule,
			       const struct ftpmark_match *match,
			       struct ftpmark_marked *new)
{
	struct ftpmark_range range;
	size_t i;

	for (i = 0; i < match->to.count; i++) {
		range = match->to.port[i];
		if (range.first == 20 && range.last <= 21) {
			ftpmark_import_warn(import, rule->line,
					    "--dport 20: active data comes from that port, none goes to it at the VIP");
			range.first = 21;
		}
		range.first += !range.first;
		if (range.first > range.last)
			continue;
		ftpmark_portmap_add(range.first == range.last ? &new->single :
				    &new->range, &range);
	}
	/* A port that stands alone somewhere is one of few. */
	ftpmark_portmap_take(&new->range, &new->single);
	return !ftpmark_portmap_empty(&new->single) ||
	       !ftpmark_portmap_empty(&new->range);
}

/* The last rule's mark counts, or with -m mark --mark 0 the first's. */
static void ftpmark_mark_others(struct ftpmark_import *import,
				struct ftpmark_rule *rule,
				struct ftpmark_marked *new)
{
	struct ftpmark_marked *other;
	struct ftpmark_portmap ports;
	bool lost;
	size_t i;

	for (i = 0; i < import->marks; i++) {
		other = &import->marked[i];
		if (memcmp(&other->vip, &new->vip, sizeof(new->vip)) ||
		    (other->mark == new->mark && other->keep == new->keep))
			continue;
		if (new->keep) {
			lost = ftpmark_portmap_take(&new->single,
						    &other->single);
			lost |= ftpmark_portmap_take(&new->single,
						     &other->range);
			lost |= ftpmark_portmap_take(&new->range,
						     &other->single);
			lost |= ftpmark_portmap_take(&new->range,
						     &other->range);
		} else {
			ports = new->single;
			ftpmark_portmap_join(&ports, &new->range);
			lost = ftpmark_portmap_take(&other->single, &ports);
			lost |= ftpmark_portmap_take(&other->range, &ports);
		}
		if (lost)
			ftpmark_import_warn(import, rule->line,
					    "some of its packets have mark %u by line %u too: %s",
					    other->mark, other->line,
					    new->keep ? "the first counts" :
					    "the last counts");
	}
}

/**
 * ftpmark_import_mark() - account for a rule of mangle
 * @import: what is made of the rules
 * @rule: the rule
 * @match: the packets that it is for
 */
void ftpmark_import_mark(struct ftpmark_import *import,
			 struct ftpmark_rule *rule,
			 const struct ftpmark_match *match)
{
	struct ftpmark_marked new, *marked;
	struct ftpmark_claim *claim;
	const char *why;

	why = ftpmark_mark_fault(rule, match);
	if (!why)
		why = ftpmark_vip_fault(&match->to.address);
	memset(&new, 0, sizeof(new));
	if (!why && !ftpmark_mark_ports(import, rule, match, &new))
		why = "for no port of a service";
	if (why) {
		ftpmark_import_left(import, rule, "%s", why);
		return;
	}
	new.vip = match->to.address;
	new.mark = rule->mark;
	new.keep = match->unmarked;
	new.line = rule->line;
	if (match->in)
		ftpmark_import_warn(import, rule->line,
				    "-i %s: nf_ftpmark marks whichever interface packets come in by",
				    match->in);
	ftpmark_mark_others(import, rule, &new);

	claim = ftpmark_import_grow(import, import->claim, import->claims,
				    sizeof(*claim));
	if (!claim)
		return;
	import->claim = claim;
	marked = ftpmark_marked_get(import, &new);
	if (!marked)
		return;
	ftpmark_portmap_join(&marked->single, &new.single);
	ftpmark_portmap_join(&marked->range, &new.range);
	ftpmark_portmap_take(&marked->range, &marked->single);
	claim += import->claims++;
	claim->rule = rule;
	claim->marked = marked - import->marked;
	rule->taken = true;
}

static bool ftpmark_control(struct ftpmark_marked *marked)
{
	struct ftpmark_range range = { 21, 21 };
	struct ftpmark_portmap control;
	size_t i;

	if (ftpmark_portmap_has(&marked->range, 21)) {
		memset(&control, 0, sizeof(control));
		ftpmark_portmap_add(&control, &range);
		ftpmark_portmap_take(&marked->range, &control);
		ftpmark_portmap_add(&marked->single, &range);
	}
	for (i = 0; i < ARRAY_SIZE(ftpmark_ftp_ports); i++) {
		if (ftpmark_portmap_has(&marked->single, ftpmark_ftp_ports[i]))
			return true;
	}
	return false;
}

static struct ftpmark_found *ftpmark_found_get(struct ftpmark_import *import,
					       const struct ftpmark_marked *marked)
{
	struct ftpmark_found *found;
	size_t i;

	for (i = 0; i < import->count; i++) {
		found = &import->found[i];
		if (found->mark == marked->mark &&
		    found->keep == marked->keep &&
		    found->vip.count <
			    ftpmark_setting_find("vip")->limit &&
		    ftpmark_portmap_equal(&found->control, &marked->single) &&
		    ftpmark_portmap_equal(&found->passive, &marked->range))
			return found;
	}
	found = ftpmark_import_grow(import, import->found, import->count,
				    sizeof(*found));
	if (!found)
		return NULL;
	import->found = found;
	found += import->count++;
	memset(found, 0, sizeof(*found));
	found->mark = marked->mark;
	found->keep = marked->keep;
	found->line = marked->line;
	found->control = marked->single;
	found->passive = marked->range;
	return found;
}

static const char *ftpmark_marked_fault(const struct ftpmark_import *import,
					struct ftpmark_marked *marked)
{
	struct ftpmark_ranges set;

	if (ftpmark_portmap_empty(&marked->single) &&
	    ftpmark_portmap_empty(&marked->range))
		return "without effect: other rules mark all of these packets";
	if (!ftpmark_control(marked))
		return "not for FTP: the mark is not given to port 21 (or 990, 2121) of the VIP";
	if (!ftpmark_portmap_ranges(&marked->single, &set) ||
	    !ftpmark_portmap_ranges(&marked->range, &set))
		return "more ranges of ports than a service can have";
	if (import->count == FTPMARK_SERVICES_MAX)
		return "more services than nf_ftpmark takes";
	return NULL;
}

static void ftpmark_marked_warn(struct ftpmark_import *import,
				const struct ftpmark_marked *marked, size_t at)
{
	char text[FTPMARK_PREFIX_TEXT], other[FTPMARK_PREFIX_TEXT];
	size_t i;

	ftpmark_prefix_print(&marked->vip, text);
	if (ftpmark_vip_private(&marked->vip))
		ftpmark_import_warn(import, marked->line,
				    "%s is a private address: is it the VIP that clients connect to?",
				    text);
	if (ftpmark_portmap_empty(&marked->range))
		ftpmark_import_warn(import, marked->line,
				    "%s: no passive ports are marked", text);
	for (i = 0; i < at; i++) {
		if (import->marked[i].refused ||
		    import->marked[i].mark != marked->mark ||
		    import->marked[i].vip.family != marked->vip.family ||
		    !memcmp(&import->marked[i].vip, &marked->vip,
			    sizeof(marked->vip)))
			continue;
		ftpmark_prefix_print(&import->marked[i].vip, other);
		ftpmark_import_warn(import, marked->line,
				    "%s has mark %u as %s has (line %u): for IPVS the two are one service",
				    text, marked->mark, other,
				    import->marked[i].line);
		break;
	}
}

/**
 * ftpmark_import_services() - make services of what is marked
 * @import: what is made of the rules
 */
void ftpmark_import_services(struct ftpmark_import *import)
{
	struct ftpmark_marked *marked;
	struct ftpmark_found *found;
	struct ftpmark_claim *claim;
	size_t i;

	for (i = 0; i < import->marks && !import->failed; i++) {
		marked = &import->marked[i];
		marked->refused = ftpmark_marked_fault(import, marked);
		if (marked->refused)
			continue;
		found = ftpmark_found_get(import, marked);
		if (!found)
			return;
		found->vip.item[found->vip.count++] = marked->vip;
		ftpmark_marked_warn(import, marked, i);
	}
	for (i = 0; i < import->claims; i++) {
		claim = &import->claim[i];
		if (import->marked[claim->marked].refused)
			ftpmark_import_left(import, claim->rule, "%s",
					    import->marked[claim->marked].refused);
	}
}
