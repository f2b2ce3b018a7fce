// SPDX-License-Identifier: GPL-2.0-only
/* Makes services of the rules of the mangle table. */

#include <string.h>

#include "base/macros.h"
#include "import/steps.h"

/* Usual ports of FTP. A mark that no such port gets is for something else. */
static const unsigned int fm_ftp_ports[] = { 21, 990, 2121 };

/* Why no service can mark what a rule does; NULL if one can. */
static const char *fm_mark_fault(const struct fm_rule *rule,
				 const struct fm_match *match)
{
	const struct fm_end *from = &match->from;

	if (rule->target == FM_TARGET_LEAVE)
		return "ends the chain before the rules behind it, which nf_ftpmark can't";
	if (rule->target != FM_TARGET_MARK)
		return "sets no mark";
	if (!match->tcp)
		return "not for TCP alone (no -p tcp)";
	if (match->to.excepted)
		return "for all addresses but one";
	if (!match->to.given)
		return "for every address: a VIP is needed (-d)";
	if (!fm_prefix_is_host(&match->to.address))
		return "for a subnet: name each VIP in it with a rule of its own";
	if (from->given || from->excepted || from->count)
		return "for some clients only";
	if (!match->to.count)
		return "for all ports, not FTP's alone";
	return NULL;
}

/* Why the module would refuse an address as a VIP, or NULL. */
static const char *fm_vip_fault(const struct fm_prefix *vip)
{
	char text[FM_PREFIX_TEXT];
	struct fm_prefixes list;
	struct fm_fault fault;

	if (fm_prefixes_parse(fm_prefix_print(vip, text), true, 1,
			      &list, &fault))
		return NULL;
	return fault.why;
}

static bool fm_vip_private(const struct fm_prefix *vip)
{
	const unsigned char *byte = vip->byte;

	if (vip->family == AF_INET6)
		return (byte[0] & 0xfe) == 0xfc;
	return byte[0] == 10 || (byte[0] == 172 && (byte[1] & 0xf0) == 16) ||
	       (byte[0] == 192 && byte[1] == 168);
}

static struct fm_marked *fm_marked_get(struct fm_import *import,
				       const struct fm_marked *key)
{
	struct fm_marked *marked;
	size_t i;

	for (i = 0; i < import->marks; i++) {
		marked = &import->marked[i];
		if (!memcmp(&marked->vip, &key->vip, sizeof(key->vip)) &&
		    marked->mark == key->mark && marked->keep == key->keep)
			return marked;
	}
	marked = fm_import_grow(import, import->marked, import->marks,
				sizeof(*marked));
	if (!marked)
		return NULL;
	import->marked = marked;
	marked += import->marks++;
	*marked = *key;
	return marked;
}

/* Collects ports, without port 20: nobody connects to that port of a VIP. */
static bool fm_mark_ports(struct fm_import *import, const struct fm_rule *rule,
			  const struct fm_match *match, struct fm_marked *new)
{
	struct fm_range range;
	size_t i;

	for (i = 0; i < match->to.count; i++) {
		range = match->to.port[i];
		if (range.first == 20 && range.last <= 21) {
			fm_import_warn(import, rule->line,
				       "--dport 20: active data comes from that port, none goes to it at the VIP");
			range.first = 21;
		}
		range.first += !range.first;
		if (range.first > range.last)
			continue;
		fm_portmap_add(range.first == range.last ? &new->single :
			       &new->range, &range);
	}
	/* A port that some rule names singly is no part of a range. */
	fm_portmap_take(&new->range, &new->single);
	return !fm_portmap_empty(&new->single) ||
	       !fm_portmap_empty(&new->range);
}

/* The mark of the last rule wins; with -m mark --mark 0 that of the first. */
static void fm_mark_others(struct fm_import *import, struct fm_rule *rule,
			   struct fm_marked *new)
{
	struct fm_marked *other;
	struct fm_portmap ports;
	bool lost;
	size_t i;

	for (i = 0; i < import->marks; i++) {
		other = &import->marked[i];
		if (memcmp(&other->vip, &new->vip, sizeof(new->vip)) ||
		    (other->mark == new->mark && other->keep == new->keep))
			continue;
		if (new->keep) {
			lost = fm_portmap_take(&new->single, &other->single);
			lost |= fm_portmap_take(&new->single, &other->range);
			lost |= fm_portmap_take(&new->range, &other->single);
			lost |= fm_portmap_take(&new->range, &other->range);
		} else {
			ports = new->single;
			fm_portmap_join(&ports, &new->range);
			lost = fm_portmap_take(&other->single, &ports);
			lost |= fm_portmap_take(&other->range, &ports);
		}
		if (lost)
			fm_import_warn(import, rule->line,
				       "some of its packets have mark %u by line %u too: %s",
				       other->mark, other->line,
				       new->keep ? "the first counts" :
				       "the last counts");
	}
}

/**
 * fm_import_mark() - account for a rule of mangle
 * @import: the state of the import
 * @rule: the rule
 * @match: the packets that it is for
 */
void fm_import_mark(struct fm_import *import, struct fm_rule *rule,
		    const struct fm_match *match)
{
	struct fm_marked new, *marked;
	struct fm_mark_claim *claim;
	const char *why;

	why = fm_mark_fault(rule, match);
	if (!why)
		why = fm_vip_fault(&match->to.address);
	memset(&new, 0, sizeof(new));
	if (!why && !fm_mark_ports(import, rule, match, &new))
		why = "for no port of a service";
	if (why) {
		fm_import_left(import, rule, "%s", why);
		return;
	}
	new.vip = match->to.address;
	new.mark = rule->mark;
	new.keep = match->unmarked;
	new.line = rule->line;
	if (match->in)
		fm_import_warn(import, rule->line,
			       "-i %s: nf_ftpmark marks whichever interface packets come in by",
			       match->in);
	fm_mark_others(import, rule, &new);

	claim = fm_import_grow(import, import->claim, import->claims,
			       sizeof(*claim));
	if (!claim)
		return;
	import->claim = claim;
	marked = fm_marked_get(import, &new);
	if (!marked)
		return;
	fm_portmap_join(&marked->single, &new.single);
	fm_portmap_join(&marked->range, &new.range);
	fm_portmap_take(&marked->range, &marked->single);
	claim += import->claims++;
	claim->rule = rule;
	claim->marked = marked - import->marked;
	rule->taken = true;
}

static bool fm_control(struct fm_marked *marked)
{
	struct fm_range range = { 21, 21 };
	struct fm_portmap control;
	size_t i;

	if (fm_portmap_has(&marked->range, 21)) {
		memset(&control, 0, sizeof(control));
		fm_portmap_add(&control, &range);
		fm_portmap_take(&marked->range, &control);
		fm_portmap_add(&marked->single, &range);
	}
	for (i = 0; i < ARRAY_SIZE(fm_ftp_ports); i++) {
		if (fm_portmap_has(&marked->single, fm_ftp_ports[i]))
			return true;
	}
	return false;
}

static struct fm_found *fm_found_get(struct fm_import *import,
				     const struct fm_marked *marked)
{
	struct fm_found *found;
	size_t i;

	for (i = 0; i < import->count; i++) {
		found = &import->found[i];
		if (found->mark == marked->mark &&
		    found->keep == marked->keep &&
		    found->vip.count <
			    fm_setting_find("vip")->limit &&
		    fm_portmap_equal(&found->control, &marked->single) &&
		    fm_portmap_equal(&found->passive, &marked->range))
			return found;
	}
	found = fm_import_grow(import, import->found, import->count,
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

static const char *fm_marked_fault(const struct fm_import *import,
				   struct fm_marked *marked)
{
	struct fm_ranges set;

	if (fm_portmap_empty(&marked->single) &&
	    fm_portmap_empty(&marked->range))
		return "without effect: other rules mark all of these packets";
	if (!fm_control(marked))
		return "not for FTP: the mark is not given to port 21 (or 990, 2121) of the VIP";
	if (!fm_portmap_ranges(&marked->single, &set) ||
	    !fm_portmap_ranges(&marked->range, &set))
		return "more ranges of ports than a service can have";
	if (import->count == FM_SERVICES_MAX)
		return "more services than nf_ftpmark takes";
	return NULL;
}

static void fm_marked_warn(struct fm_import *import,
			   const struct fm_marked *marked, size_t at)
{
	char text[FM_PREFIX_TEXT], other[FM_PREFIX_TEXT];
	size_t i;

	fm_prefix_print(&marked->vip, text);
	if (fm_vip_private(&marked->vip))
		fm_import_warn(import, marked->line,
			       "%s is a private address: is it the VIP that clients connect to?",
			       text);
	if (fm_portmap_empty(&marked->range))
		fm_import_warn(import, marked->line,
			       "%s: no passive ports are marked", text);
	for (i = 0; i < at; i++) {
		if (import->marked[i].refused ||
		    import->marked[i].mark != marked->mark ||
		    import->marked[i].vip.family != marked->vip.family ||
		    !memcmp(&import->marked[i].vip, &marked->vip,
			    sizeof(marked->vip)))
			continue;
		fm_prefix_print(&import->marked[i].vip, other);
		fm_import_warn(import, marked->line,
			       "%s has mark %u as %s has (line %u): for IPVS the two are one service",
			       text, marked->mark, other,
			       import->marked[i].line);
		break;
	}
}

/**
 * fm_import_services() - make services of VIPs and marks
 * @import: the state of the import
 */
void fm_import_services(struct fm_import *import)
{
	struct fm_marked *marked;
	struct fm_found *found;
	struct fm_mark_claim *claim;
	size_t i;

	for (i = 0; i < import->marks && !import->failed; i++) {
		marked = &import->marked[i];
		marked->refused = fm_marked_fault(import, marked);
		if (marked->refused)
			continue;
		found = fm_found_get(import, marked);
		if (!found)
			return;
		found->vip.item[found->vip.count++] = marked->vip;
		fm_marked_warn(import, marked, i);
	}
	for (i = 0; i < import->claims; i++) {
		claim = &import->claim[i];
		if (import->marked[claim->marked].refused)
			fm_import_left(import, claim->rule, "%s",
				       import->marked[claim->marked].refused);
	}
}
