// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plans the way from one configuration to another. The module refuses a write
 * that gives one port of a VIP to two services, even if the next write would
 * resolve that. So the plan has these stages:
 *
 *	1. create new services and set them, still disabled;
 *	2. from services that clash with others, take the VIPs and ports that
 *	   they will not keep;
 *	3. give all services their new settings, and enable them;
 *	4. disable the services that will be removed, if stage 2 did not;
 *	5. remove them. This comes last, since their counters can't be restored.
 *
 * A service keeps all the time the VIPs and ports that it has before and after.
 */

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "model/claims.h"
#include "model/plan.h"
#include "model/values.h"

/**
 * struct fm_pair - two states of a service
 * @now: its current state, or NULL if it does not exist
 * @want: its wanted state, or NULL if it will be removed
 */
struct fm_pair {
	struct fm_profile *now;
	struct fm_profile *want;
};

/* fm_plan_take() writes these first, and the VIPs last. */
static const char *const fm_plan_ports[] = {
	"control_ports", "passive_ports",
};

/**
 * fm_plan_step() - add a step to the end of a plan
 * @plan: the plan; it is marked as failed if out of memory
 * @kind: what the step does
 * @profile: the service; it has to outlive the plan
 * @file: the setting's sysfs file, or NULL
 * @value: what to write, or NULL
 * @old: what to write to take the step back, or NULL
 */
void fm_plan_step(struct fm_plan *plan, enum fm_step_kind kind,
		  const struct fm_profile *profile, const char *file,
		  const char *value, const char *old)
{
	struct fm_step *step;
	size_t room;

	if (plan->count == plan->room) {
		room = plan->room ? 2 * plan->room : 64;
		step = realloc(plan->step, room * sizeof(*step));
		if (!step) {
			plan->failed = true;
			return;
		}
		plan->step = step;
		plan->room = room;
	}
	step = &plan->step[plan->count++];
	memset(step, 0, sizeof(*step));
	step->kind = kind;
	step->profile = profile;
	if (file)
		step->setting = fm_setting_find(file);
	if (value)
		step->value = strdup(value);
	if (old)
		step->old = strdup(old);
	if ((value && !step->value) || (old && !step->old))
		plan->failed = true;
}

/**
 * fm_plan_free() - free the steps of a plan
 * @plan: the plan; it is empty afterwards
 */
void fm_plan_free(struct fm_plan *plan)
{
	size_t i;

	for (i = 0; i < plan->count; i++) {
		free(plan->step[i].value);
		free(plan->step[i].old);
	}
	free(plan->step);
	memset(plan, 0, sizeof(*plan));
}

/**
 * fm_profile_differs() - does a setting have to be written
 * @now: the current state of the service
 * @want: its wanted state
 * @index: index of the setting
 *
 * A setting that the module does not have counts as one with its default.
 *
 * Return: true if it does.
 */
bool fm_profile_differs(const struct fm_profile *now,
			const struct fm_profile *want, size_t index)
{
	const char *value = want->value[index];

	if (!now->value[index])
		return value && strcmp(value, fm_settings[index].standard);
	if (!value)
		value = fm_settings[index].standard;
	return strcmp(now->value[index], value);
}

/* Adds a write to the plan, and keeps pair->now as the plan leaves it. */
static void fm_plan_write(struct fm_plan *plan, struct fm_pair *pair,
			  const char *file, const char *value)
{
	size_t index = fm_setting_index(file);
	char *copy = strdup(value);

	fm_plan_step(plan, FM_STEP_WRITE, pair->want ?: pair->now,
		     file, value,
		     fm_profile_value(pair->now, file));
	if (!copy) {
		plan->failed = true;
		return;
	}
	free(pair->now->value[index]);
	pair->now->value[index] = copy;
}

static void fm_plan_create(struct fm_plan *plan, const struct fm_profile *want)
{
	size_t enabled = fm_setting_index("enabled");
	size_t i;

	fm_plan_step(plan, FM_STEP_CREATE, want, NULL, NULL, NULL);
	for (i = 0; i < fm_settings_count; i++) {
		if (i != enabled && want->value[i])
			fm_plan_step(plan, FM_STEP_WRITE, want,
				     fm_settings[i].file,
				     want->value[i], NULL);
	}
}

/* Prints the VIPs that a service has and keeps, or "none". */
static void fm_plan_common_vips(const struct fm_pair *pair,
				char text[FM_VALUE_MAX + 1])
{
	struct fm_prefixes now, want, common = { .count = 0 };
	struct fm_fault fault;
	size_t i, j;

	fm_prefixes_parse(fm_profile_list(pair->now, "vip"), true,
			  FM_ITEMS_MAX, &now, &fault);
	fm_prefixes_parse(fm_profile_list(pair->want, "vip"), true,
			  FM_ITEMS_MAX, &want, &fault);
	for (i = 0; i < now.count; i++) {
		for (j = 0; j < want.count; j++) {
			if (!memcmp(&now.item[i], &want.item[j],
				    sizeof(now.item[i])))
				common.item[common.count++] = now.item[i];
		}
	}
	fm_prefixes_print(&common, text);
}

/*
 * Prints the ports that a service has and keeps. The intersection of two sets
 * of n ranges may have 2n - 1 ranges. Those that a setting has no room for are
 * taken from the service and given back.
 */
static void fm_plan_common_ports(const struct fm_pair *pair, const char *file,
				 char text[FM_VALUE_MAX + 1])
{
	struct fm_ranges now, want, common = { .count = 0 };
	unsigned int first, last;
	struct fm_fault fault;
	size_t i = 0, j = 0;

	fm_ranges_parse(fm_profile_list(pair->now, file), &now, &fault);
	fm_ranges_parse(fm_profile_list(pair->want, file), &want, &fault);
	while (i < now.count && j < want.count) {
		first = now.item[i].first > want.item[j].first ?
			now.item[i].first : want.item[j].first;
		last = now.item[i].last < want.item[j].last ?
		       now.item[i].last : want.item[j].last;
		if (first <= last && common.count < FM_ITEMS_MAX) {
			common.item[common.count].first = first;
			common.item[common.count++].last = last;
		}
		if (now.item[i].last < want.item[j].last)
			i++;
		else
			j++;
	}
	fm_ranges_print(&common, text);
}

static void fm_plan_shrink_to(struct fm_plan *plan, struct fm_pair *pair,
			      const char *file, const char *value)
{
	if (strcmp(fm_profile_value(pair->now, file), value))
		fm_plan_write(plan, pair, file, value);
}

/* Stage 2, for a service that stays enabled. */
static void fm_plan_shrink(struct fm_plan *plan, struct fm_pair *pair)
{
	char control[FM_VALUE_MAX + 1];
	char passive[FM_VALUE_MAX + 1];
	char vip[FM_VALUE_MAX + 1];

	fm_plan_common_vips(pair, vip);
	fm_plan_common_ports(pair, "control_ports", control);
	fm_plan_common_ports(pair, "passive_ports", passive);
	/* No VIP or no control port would remain. */
	if (!strcmp(vip, "none") || !strcmp(control, "none")) {
		fm_plan_write(plan, pair, "enabled", "0");
		return;
	}
	fm_plan_shrink_to(plan, pair, "vip", vip);
	fm_plan_shrink_to(plan, pair, "control_ports", control);
	fm_plan_shrink_to(plan, pair, "passive_ports", passive);
}

static void fm_plan_yield(struct fm_plan *plan, struct fm_pair *pair)
{
	bool clash = pair->now->clash || (pair->want && pair->want->clash);

	if (!fm_profile_enabled(pair->now))
		return;
	if (pair->want ? !fm_profile_enabled(pair->want) : clash)
		fm_plan_write(plan, pair, "enabled", "0");
	else if (pair->want && clash)
		fm_plan_shrink(plan, pair);
}

static void fm_plan_take_one(struct fm_plan *plan,
			     struct fm_pair *pair, const char *file)
{
	if (fm_profile_differs(pair->now, pair->want, fm_setting_index(file)))
		fm_plan_write(plan, pair, file,
			      fm_profile_value(pair->want, file));
}

static void fm_plan_take(struct fm_plan *plan, struct fm_pair *pair)
{
	const char *file;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fm_plan_ports); i++)
		fm_plan_take_one(plan, pair, fm_plan_ports[i]);
	for (i = 0; i < fm_settings_count; i++) {
		file = fm_settings[i].file;
		if (strcmp(file, "enabled") && strcmp(file, "vip"))
			fm_plan_take_one(plan, pair, file);
	}
	fm_plan_take_one(plan, pair, "vip");
	fm_plan_take_one(plan, pair, "enabled");
}

static void fm_plan_stage(struct fm_plan *plan, int stage, struct fm_pair *pair)
{
	struct fm_profile *now = pair->now, *want = pair->want;

	if (stage == 1 && !now)
		fm_plan_create(plan, want);
	if (stage == 2 && now)
		fm_plan_yield(plan, pair);
	if (stage == 3 && now && want)
		fm_plan_take(plan, pair);
	if (stage == 3 && !now && fm_profile_enabled(want))
		fm_plan_step(plan, FM_STEP_WRITE, want, "enabled",
			     "1", "0");
	if (stage == 4 && !want && fm_profile_enabled(now))
		fm_plan_write(plan, pair, "enabled", "0");
	if (stage == 5 && !want)
		fm_plan_step(plan, FM_STEP_REMOVE, now, NULL, NULL, NULL);
}

/**
 * fm_plan_make() - plan the way to a configuration
 * @now: the current services; changed to the state that the plan leads to
 * @want: the wanted services
 * @plan: the steps; the caller frees them in any case
 *
 * Return: false if out of memory.
 */
bool fm_plan_make(struct fm_config *now, struct fm_config *want,
		  struct fm_plan *plan)
{
	struct fm_pair pair;
	size_t i, j;
	int order;
	int stage;

	memset(plan, 0, sizeof(*plan));
	if (fm_claims_mark(now, want) == FM_CLAIMS_NO_MEMORY)
		return false;
	for (stage = 1; stage <= 5; stage++) {
		for (i = 0, j = 0; i < now->count || j < want->count;) {
			order = i == now->count ? 1 : j == want->count ? -1 :
				strcmp(now->profile[i].name,
				       want->profile[j].name);
			pair.now = order <= 0 ? &now->profile[i++] : NULL;
			pair.want = order >= 0 ? &want->profile[j++] : NULL;
			fm_plan_stage(plan, stage, &pair);
		}
	}
	return !plan->failed;
}
