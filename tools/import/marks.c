// SPDX-License-Identifier: GPL-2.0-only
/* Makes services of the marks that packets to each VIP bear behind mangle. */

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "import/steps.h"
#include "model/values.h"

/* Usual ports of FTP. A mark that no such port gets is for something else. */
static const unsigned int fm_ftp_ports[] = { 21, 990, 2121 };

/* The mark of packets that are marked already: none that rules would name. */
enum { FM_OTHER_MARK = 0x6674706d, FM_VIP_MARKS = 8 };

static const char fm_no_ftp[] =
	"not for FTP: the mark is not given to port 21 (or 990, 2121) of the VIP";

/**
 * struct fm_vip_mark - what gets one mark
 * @mark: the mark
 * @keep: packets with another mark keep it
 * @line: line of the rule
 * @port: the ports
 */
struct fm_vip_mark {
	uint32_t mark;
	bool keep;
	unsigned int line;
	struct fm_portmap port;
};

/**
 * struct fm_vip - the marks that FTP has at a VIP
 * @count: number of marks
 * @mark: the marks
 * @single: ports that rules name singly
 * @why: why it can't be told, or NULL
 * @doubt: the rule that is at fault, or NULL
 * @names: number of interfaces that rules name
 * @name: the interfaces
 */
struct fm_vip {
	size_t count;
	struct fm_vip_mark mark[FM_VIP_MARKS];
	struct fm_portmap single;
	const char *why;
	const struct fm_rule *doubt;
	size_t names;
	const char *name[FM_WALK_NAMES];
};

static bool fm_ports_ftp(const struct fm_portmap *port)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fm_ftp_ports); i++) {
		if (fm_portmap_has(port, fm_ftp_ports[i]))
			return true;
	}
	return false;
}

/* Whether FTP has this mark, or may have it. */
static bool fm_mark_ftp(const struct fm_flow *flow, uint32_t mark)
{
	const struct fm_share *share;

	for (share = flow->share; share; share = share->next) {
		if ((share->lost || share->mark == mark) &&
		    fm_ports_ftp(&share->port))
			return true;
	}
	return false;
}

static void fm_vip_fault(struct fm_vip *vip, const struct fm_rule *doubt,
			 const char *why)
{
	if (vip->why)
		return;
	vip->why = why;
	vip->doubt = doubt;
}

/* Sends packets to a VIP through mangle. */
static bool fm_vip_flow(struct fm_import *import, const struct fm_prefix *vip,
			const char *in, uint32_t mark, struct fm_flow *flow)
{
	static const struct fm_range all = { 0, 65535 };

	memset(flow, 0, sizeof(*flow));
	flow->packet.family = vip->family;
	flow->packet.to = vip;
	flow->packet.local = true;
	flow->packet.in = in;
	flow->work = import->work;
	if (!fm_flow_add(flow, &all, mark, 0)) {
		import->failed = true;
		return false;
	}
	fm_flow_walk(&import->rules, flow, FM_PREROUTING, FM_PRI_MANGLE,
		     FM_PRI_MANGLE + 1);
	import->work = flow->work;
	return true;
}

/* Finds a way that packets may go, too; NULL if there is none. */
static const struct fm_share *fm_share_rival(const struct fm_flow *flow,
					     const struct fm_share *share)
{
	const struct fm_share *other;

	for (other = flow->share; other; other = other->next) {
		if ((other->lost || other->mark != share->mark) &&
		    fm_share_meets(other, &share->port))
			return other;
	}
	for (other = flow->ended; other; other = other->next) {
		if (other->end != FM_STEP_DROP &&
		    fm_share_meets(other, &share->port))
			return other;
	}
	return NULL;
}

/* Accounts for packets that bear a mark in the end. */
static void fm_vip_share(struct fm_vip *vip, const struct fm_flow *flow,
			 const struct fm_share *share)
{
	const struct fm_share *rival = fm_share_rival(flow, share);
	struct fm_vip_mark *mark = vip->mark;

	if (rival || share->lost) {
		fm_vip_fault(vip, share->doubt ?: rival ? rival->doubt :
			     share->marker,
			     share->lost ? "sets a mark that can't be known" :
			     NULL);
		vip->why = vip->why ?: "";
		return;
	}
	while (mark < vip->mark + vip->count && mark->mark != share->mark)
		mark++;
	if (mark == vip->mark + FM_VIP_MARKS) {
		fm_vip_fault(vip, share->marker, "too many marks");
		return;
	}
	if (mark == vip->mark + vip->count) {
		memset(mark, 0, sizeof(*mark));
		mark->mark = share->mark;
		mark->line = share->marker ? share->marker->line : 1;
		vip->count++;
	}
	fm_portmap_join(&mark->port, &share->port);
}

/* Orders marks as their rules are. */
static int fm_vip_compare(const void *a, const void *b)
{
	const struct fm_vip_mark *x = a, *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

/* Finds out whether packets that are marked already keep their mark. */
static void fm_vip_keep(struct fm_vip *vip, const struct fm_flow *flow)
{
	const struct fm_share *share;
	struct fm_vip_mark *mark;
	bool kept, taken;

	for (mark = vip->mark; mark < vip->mark + vip->count; mark++) {
		kept = false;
		taken = false;
		for (share = flow->share; share; share = share->next) {
			if (!fm_share_meets(share, &mark->port))
				continue;
			if (share->mark == FM_OTHER_MARK && !share->lost)
				kept = true;
			else if (share->mark == mark->mark && !share->lost)
				taken = true;
			else
				fm_vip_fault(vip, share->marker,
					     "sets a part of the mark, nf_ftpmark the whole");
		}
		if (kept && taken)
			fm_vip_fault(vip, flow->share->marker,
				     "some packets keep an earlier mark, others do not");
		mark->keep = kept;
	}
}

/* Evaluates the rules for a VIP, and one interface or any. */
static void fm_vip_evaluate(struct fm_import *import,
			    const struct fm_prefix *prefix, const char *in,
			    struct fm_vip *vip)
{
	const struct fm_share *share;
	struct fm_flow flow;

	memset(vip, 0, sizeof(*vip));
	if (!fm_vip_flow(import, prefix, in, 0, &flow))
		return;
	for (share = flow.share; share; share = share->next) {
		if ((share->mark || share->lost) &&
		    fm_mark_ftp(&flow, share->mark))
			fm_vip_share(vip, &flow, share);
	}
	for (share = flow.share; share && vip->count; share = share->next) {
		if (share->mark && share->marker && !share->lost &&
		    !fm_mark_ftp(&flow, share->mark))
			fm_import_left(import, (struct fm_rule *)share->marker,
				       "%s", fm_no_ftp);
	}
	qsort(vip->mark, vip->count, sizeof(*vip->mark), fm_vip_compare);
	vip->single = flow.single;
	vip->names = flow.names;
	memcpy(vip->name, flow.name, sizeof(vip->name));
	if (flow.overrun)
		fm_vip_fault(vip, NULL, "too many rules, or too deep jumps");
	fm_flow_free(&flow);
	if (!vip->count ||
	    !fm_vip_flow(import, prefix, in, FM_OTHER_MARK, &flow))
		return;
	fm_vip_keep(vip, &flow);
	fm_flow_free(&flow);
}

static bool fm_vip_equal(const struct fm_vip *a, const struct fm_vip *b)
{
	size_t i;

	for (i = 0; i < a->count && i < b->count; i++) {
		if (a->mark[i].mark != b->mark[i].mark ||
		    a->mark[i].keep != b->mark[i].keep ||
		    !fm_portmap_equal(&a->mark[i].port, &b->mark[i].port))
			return false;
	}
	return a->count == b->count;
}

/*
 * If it depends on the interface, those by which packets get marks must agree.
 * Then the service marks packets whichever interface they come in by.
 */
static void fm_vip_interfaces(struct fm_import *import,
			      const struct fm_prefix *prefix,
			      struct fm_vip *vip)
{
	struct fm_vip *one = calloc(2, sizeof(*one));
	size_t names = vip->names;
	const char *name, *first = NULL;
	size_t i;

	if (!one) {
		import->failed = true;
		return;
	}
	for (i = 0; i <= names && !one[0].why; i++) {
		name = i < names ? vip->name[i] : "";
		fm_vip_evaluate(import, prefix, name, &one[1]);
		if (!one[1].count && !one[1].why)
			continue;
		if (first && !fm_vip_equal(&one[0], &one[1]))
			fm_vip_fault(&one[1], vip->doubt,
				     "other marks by other interfaces");
		if (!first || one[1].why)
			one[0] = one[1];
		first = first ?: name;
	}
	if (first && !one[0].why)
		fm_import_warn(import, one[0].mark[0].line,
			       "-i %s: nf_ftpmark marks whichever interface packets come in by",
			       first);
	*vip = one[0];
	free(one);
}

/* Why the module would refuse an address as a VIP, or NULL. */
static const char *fm_vip_refused(const struct fm_prefix *vip)
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

/* Splits ports into those of control connections and those of data. */
static const char *fm_vip_ports(struct fm_import *import,
				const struct fm_vip *vip,
				const struct fm_vip_mark *mark,
				struct fm_found *found)
{
	static const struct fm_range zero = { 0, 0 }, ftp = { 21, 21 };
	static const struct fm_range data = { 20, 20 };
	struct fm_portmap drop = { { 0 } };
	struct fm_ranges set;

	if (fm_portmap_has(&mark->port, 0) && fm_portmap_has(&mark->port, 65535))
		return "for all ports, not FTP's alone";
	found->passive = mark->port;
	found->control = vip->single;
	fm_portmap_add(&found->control, &ftp);
	fm_portmap_add(&drop, &zero);
	if (fm_portmap_has(&vip->single, 20) &&
	    fm_portmap_has(&mark->port, 20)) {
		fm_import_warn(import, mark->line,
			       "--dport 20: active data comes from that port, none goes to it at the VIP");
		fm_portmap_add(&drop, &data);
	}
	fm_portmap_take(&found->passive, &drop);
	/* What is named singly and marked is for control connections. */
	drop = found->control;
	fm_portmap_take(&drop, &found->passive);
	fm_portmap_take(&found->control, &drop);
	fm_portmap_take(&found->passive, &found->control);
	if (!fm_ports_ftp(&found->control))
		return fm_no_ftp;
	if (!fm_portmap_ranges(&found->control, &set) ||
	    !fm_portmap_ranges(&found->passive, &set))
		return "more ranges of ports than a service can have";
	return NULL;
}

static void fm_found_warn(struct fm_import *import,
			  const struct fm_found *found,
			  const struct fm_prefix *vip)
{
	char text[FM_PREFIX_TEXT], other[FM_PREFIX_TEXT];
	const struct fm_found *old;
	size_t i, j;

	fm_prefix_print(vip, text);
	if (fm_vip_private(vip))
		fm_import_warn(import, found->line,
			       "%s is a private address: is it the VIP that clients connect to?",
			       text);
	if (fm_portmap_empty(&found->passive))
		fm_import_warn(import, found->line,
			       "%s: no passive ports are marked", text);
	for (i = 0; i < import->count; i++) {
		old = &import->found[i];
		for (j = 0; old->mark == found->mark && j < old->vip.count;
		     j++) {
			if (old->vip.item[j].family != vip->family ||
			    !memcmp(&old->vip.item[j], vip, sizeof(*vip)))
				continue;
			fm_prefix_print(&old->vip.item[j], other);
			fm_import_warn(import, found->line,
				       "%s has mark %u as %s has (line %u): for IPVS the two are one service",
				       text, found->mark, other, old->line);
			return;
		}
	}
}

/* Adds a VIP to a service that is like it, or makes one. */
static void fm_found_join(struct fm_import *import,
			  const struct fm_found *new)
{
	struct fm_found *found;
	size_t i;

	for (i = 0; i < import->count; i++) {
		found = &import->found[i];
		if (found->mark == new->mark && found->keep == new->keep &&
		    found->vip.count < fm_setting_find("vip")->limit &&
		    fm_portmap_equal(&found->control, &new->control) &&
		    fm_portmap_equal(&found->passive, &new->passive)) {
			found->vip.item[found->vip.count++] = new->vip.item[0];
			return;
		}
	}
	found = fm_import_grow(import, import->found, import->count,
			       sizeof(*found));
	if (!found)
		return;
	import->found = found;
	found[import->count++] = *new;
}

/* Names a VIP that is left out, at the rule that is at fault. */
static void fm_vip_left(struct fm_import *import,
			const struct fm_prefix *prefix,
			const struct fm_vip *vip)
{
	const struct fm_rule *doubt = vip->doubt;
	char text[FM_PREFIX_TEXT];
	const char *why = vip->why;

	fm_prefix_print(prefix, text);
	import->left++;
	if (doubt && !*why)
		why = fm_import_doubt(doubt);
	fm_import_warn(import, doubt ? doubt->line : 1,
		       "%s is left out: its marks can't be told: %s", text,
		       *why ? why : "this rule may match or not");
}

static void fm_vip_take(struct fm_import *import,
			const struct fm_prefix *prefix,
			const struct fm_vip *vip, struct fm_found *found)
{
	const char *why = NULL;
	struct fm_rule *rule;
	bool taken = false;
	size_t i;

	for (i = 0; i < vip->count; i++) {
		memset(found, 0, sizeof(*found));
		found->active = FM_STEP_NOTHING;
		found->mark = vip->mark[i].mark;
		found->keep = vip->mark[i].keep;
		found->line = vip->mark[i].line;
		found->vip.count = 1;
		found->vip.item[0] = *prefix;
		why = fm_vip_refused(prefix) ?:
		      fm_vip_ports(import, vip, &vip->mark[i], found);
		if (!why && import->count == FM_SERVICES_MAX)
			why = "more services than nf_ftpmark takes";
		if (!why) {
			fm_found_warn(import, found, prefix);
			fm_found_join(import, found);
			taken = true;
			continue;
		}
		for (rule = NULL; (rule = fm_import_next(&import->rules,
							 "mangle", rule));) {
			if (rule->line == found->line)
				fm_import_left(import, rule, "%s", why);
		}
	}
	if (taken)
		fm_import_taken(import, "mangle");
}

/**
 * fm_import_marks() - find the services of all VIPs
 * @import: the state of the import
 */
void fm_import_marks(struct fm_import *import)
{
	struct fm_found *found = malloc(sizeof(*found));
	struct fm_vip *vip = malloc(sizeof(*vip));
	struct fm_prefix *list = NULL;
	size_t count, i;

	count = fm_import_prefixes(import, "mangle", FM_STEP_TO, true, &list);
	if (!found || !vip)
		import->failed = true;
	for (i = 0; i < count && !import->failed; i++) {
		import->rules.walk++;
		fm_vip_evaluate(import, &list[i], NULL, vip);
		if (!import->work) {
			import->left++;
			fm_import_warn(import, 1,
				       "too many rules: %zu addresses are left out",
				       count - i);
			break;
		}
		if (vip->why && vip->names)
			fm_vip_interfaces(import, &list[i], vip);
		if (vip->why)
			fm_vip_left(import, &list[i], vip);
		else
			fm_vip_take(import, &list[i], vip, found);
	}
	free(found);
	free(vip);
	free(list);
}
