// SPDX-License-Identifier: GPL-2.0-only
/* Parses the targets of iptables and their options. */

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "rules/options.h"

/**
 * fm_number() - parse a number, as strtoul() does
 * @text: the text, which is moved behind it
 * @number: the number
 *
 * Return: false if it is none of 32 bits.
 */
bool fm_number(const char **text, uint32_t *number)
{
	unsigned long long value;
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	value = strtoull(*text, &end, 0);
	*text = end;
	*number = value;
	return value <= UINT32_MAX;
}

/**
 * fm_number_mask() - parse NUMBER or NUMBER/MASK
 * @text: the text
 * @number: the number
 * @mask: the mask
 *
 * Return: false if it is neither.
 */
bool fm_number_mask(const char *text, uint32_t *number, uint32_t *mask)
{
	*mask = UINT32_MAX;
	if (!fm_number(&text, number))
		return false;
	if (*text == '/' && (text++, !fm_number(&text, mask)))
		return false;
	return !*text;
}

/**
 * fm_scan_odd() - note what is not understood
 * @scan: the state of the parser
 * @word: the word
 * @why: what is wrong, or NULL for nothing
 */
void fm_scan_odd(struct fm_scan *scan, const char *word, const char *why)
{
	if (why)
		fm_step_odd(scan->rules, scan->rule, word, why);
}

/**
 * fm_take_mark() - take the value of a mark; those of CONNMARK have the same options
 * @scan: the state of the parser
 * @value: its values; the option is ahead of them
 *
 * Return: what is wrong, or NULL.
 */
const char *fm_take_mark(struct fm_scan *scan, char *const value[])
{
	struct fm_step *target = &scan->target;
	const char *option = value[-1];
	uint32_t number, mask;

	if (!fm_number_mask(value[0], &number, &mask))
		return "not a mark";
	target->kind = scan->after && !strcmp(scan->after, "CONNMARK") ?
		       FM_STEP_SET_CTMARK : FM_STEP_SET_MARK;
	target->flip = number;
	if (!strcmp(option, "--set-xmark"))
		target->mask = ~mask;
	else if (!strcmp(option, "--set-mark"))
		target->mask = ~(mask | number);
	else if (!strcmp(option, "--or-mark"))
		target->mask = ~number;
	else if (!strcmp(option, "--xor-mark"))
		target->mask = UINT32_MAX;
	else
		target->mask = number, target->flip = 0;
	return NULL;
}

/**
 * fm_take_copy() - take --save-mark or --restore-mark
 * @scan: the state of the parser
 * @value: its values; the option is ahead of them
 *
 * Return: what is wrong, or NULL.
 */
const char *fm_take_copy(struct fm_scan *scan, char *const value[])
{
	scan->target.kind = !strcmp(value[-1], "--save-mark") ?
			    FM_STEP_SAVE : FM_STEP_RESTORE;
	return NULL;
}

/**
 * fm_take_mask() - take the mask of CONNMARK
 * @scan: the state of the parser
 * @value: its values; the option is ahead of them
 *
 * Return: what is wrong, or NULL.
 */
const char *fm_take_mask(struct fm_scan *scan, char *const value[])
{
	const char *text = value[0];
	uint32_t mask;

	if (!fm_number(&text, &mask) || *text)
		return "not a mask";
	scan->mask[scan->masked++ % 2] = mask;
	return NULL;
}

/**
 * fm_take_notrack() - take --notrack
 * @scan: the state of the parser
 * @value: its values; the option is ahead of them
 *
 * Return: what is wrong, or NULL.
 */
const char *fm_take_notrack(struct fm_scan *scan, char *const value[])
{
	(void)value;
	scan->target.kind = FM_STEP_NOTRACK;
	return NULL;
}

/**
 * fm_take_to_source() - take the address of SNAT
 * @scan: the state of the parser
 * @value: its values; the option is ahead of them
 *
 * Return: what is wrong, or NULL.
 */
const char *fm_take_to_source(struct fm_scan *scan, char *const value[])
{
	struct fm_prefix source;

	if (scan->target.count)
		return "a second address";
	if (strchr(value[0], '/') || !fm_rules_address(value[0], &source))
		return "not one address alone";
	fm_step_prefix(scan->rules, &scan->target, &source);
	return NULL;
}

/* Targets whose options are not read: those that change nothing of interest. */
static const struct {
	const char *name;
	enum fm_step_kind kind;
	bool quiet;
} fm_targets[] = {
	{ "ACCEPT", FM_STEP_ACCEPT, false },
	{ "AUDIT", FM_STEP_NOTHING, true },
	{ "CHECKSUM", FM_STEP_NOTHING, true },
	{ "CLASSIFY", FM_STEP_NOTHING, true },
	{ "CONNMARK", FM_STEP_NOTHING, false },
	{ "CT", FM_STEP_NOTHING, true },
	{ "DNAT", FM_STEP_DNAT, true },
	{ "DROP", FM_STEP_DROP, false },
	{ "DSCP", FM_STEP_NOTHING, true },
	{ "LOG", FM_STEP_NOTHING, true },
	{ "MARK", FM_STEP_NOTHING, false },
	{ "MASQUERADE", FM_STEP_MASQUERADE, true },
	{ "NFLOG", FM_STEP_NOTHING, true },
	{ "NOTRACK", FM_STEP_NOTRACK, false },
	{ "REDIRECT", FM_STEP_DNAT, true },
	{ "REJECT", FM_STEP_DROP, true },
	{ "RETURN", FM_STEP_RETURN, false },
	{ "SNAT", FM_STEP_SNAT, true },
	{ "TCPMSS", FM_STEP_NOTHING, true },
	{ "TOS", FM_STEP_NOTHING, true },
	{ "TRACE", FM_STEP_NOTHING, true },
};

/**
 * fm_take_target() - take a target or chain
 * @scan: the state of the parser
 * @value: its values; the option is ahead of them
 *
 * Return: what is wrong, or NULL.
 */
const char *fm_take_target(struct fm_scan *scan, char *const value[])
{
	bool far = !strcmp(value[-1], "-g") || !strcmp(value[-1], "--goto");
	size_t i;

	scan->after = value[0];
	scan->target.word = value[0];
	/* Its options may have come first, as in "--set-mark 1 -j MARK". */
	if (scan->target.kind != FM_STEP_UNKNOWN)
		return NULL;
	scan->target.kind = far ? FM_STEP_GOTO : FM_STEP_JUMP;
	for (i = 0; i < ARRAY_SIZE(fm_targets) && !far; i++) {
		if (!strcmp(value[0], fm_targets[i].name))
			scan->target.kind = fm_targets[i].kind;
	}
	return NULL;
}

/**
 * fm_scan_quiet() - are the options of the target not read
 * @scan: the state of the parser
 *
 * Return: true if they are not.
 */
bool fm_scan_quiet(const struct fm_scan *scan)
{
	size_t i;

	for (i = 0; scan->after && i < ARRAY_SIZE(fm_targets); i++) {
		if (!strcmp(scan->after, fm_targets[i].name))
			return fm_targets[i].quiet;
	}
	return false;
}

/**
 * fm_scan_target() - add what the rule does behind what it matches
 * @scan: the state of the parser
 */
void fm_scan_target(struct fm_scan *scan)
{
	struct fm_step *target = &scan->target;
	struct fm_step *step;

	if (!scan->after)
		return;
	if (!strcmp(scan->after, "MARK") && target->kind == FM_STEP_NOTHING)
		fm_scan_odd(scan, scan->after, "no mark");
	if (!strcmp(scan->after, "CONNMARK") &&
	    target->kind == FM_STEP_SET_MARK)
		target->kind = FM_STEP_SET_CTMARK;
	if (target->kind == FM_STEP_SNAT && !target->count)
		fm_scan_odd(scan, scan->after, "no address");
	if (scan->masked && (target->kind == FM_STEP_SAVE ||
			     target->kind == FM_STEP_RESTORE)) {
		target->mask = scan->mask[0];
		if (scan->masked > 1 && scan->mask[0] != scan->mask[1])
			target->kind = FM_STEP_LOSE_MARK;
	}
	step = fm_step_add(scan->rules, scan->rule, target->kind);
	if (!step)
		return;
	target->next = NULL;
	*step = *target;
}
