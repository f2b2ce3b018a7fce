// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two configurations, and the plan from one to the other. A model of the module
 * refuses what the module would: it must refuse no step, the last step must end
 * at the second configuration, and undoing all must end at the first.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "model/claims.h"
#include "model/config_text.h"
#include "model/plan.h"
#include "fuzz.h"

enum {
	FUZZ_SERVICES = 4,
	FUZZ_BYTES = 3 * FUZZ_SERVICES,
};

/* Three bytes a service, with few VIPs and ports, so that many collide. */
static size_t fuzz_text(const unsigned char *data, char *text)
{
	static const char *const control[] = {
		"21", "22", "21-23", "21,23", "22,24",
	};
	static const char *const passive[] = {
		"none", "100-199", "150-250", "100-120,180-300", "22", "1-20",
	};
	size_t at = 0;
	size_t i, j;

	for (i = 0; i < FUZZ_SERVICES; i++, data += 3) {
		if (data[0] & 0x80)
			continue;
		at += sprintf(text + at, "add s%zu mark %u enabled %u vip 10.1.0.%zu",
			      i, data[1] % 3 + 1, !(data[0] & 0x40),
			      data[0] & 0x20 ? i : 9);
		for (j = 0; j < 4; j++) {
			if (data[0] & 1 << j)
				at += sprintf(text + at, ",10.0.0.%zu", j + 1);
		}
		at += sprintf(text + at, " control %s passive %s\n",
			      control[data[1] / 3 % ARRAY_SIZE(control)],
			      passive[data[2] % ARRAY_SIZE(passive)]);
	}
	return at;
}

static bool fuzz_parse(const unsigned char *data, struct fm_config *config)
{
	char text[FUZZ_SERVICES * 256];
	struct fm_config_fault fault;

	return fm_config_parse(text, fuzz_text(data, text), config,
			       &fault);
}

static struct fm_profile *fuzz_find(struct fm_config *model,
				    const char *name)
{
	size_t i;

	for (i = 0; i < model->count; i++) {
		if (!strcmp(model->profile[i].name, name))
			return &model->profile[i];
	}
	return NULL;
}

static void fuzz_remove(struct fm_config *model, const char *name)
{
	struct fm_profile *profile = fuzz_find(model, name);
	struct fm_profile gone;

	if (!profile)
		abort();
	gone = *profile;
	*profile = model->profile[model->count - 1];
	model->profile[model->count - 1] = gone;
	fm_config_drop(model);
}

/* The module's rules: an enabled service has a VIP, and shares no port of it. */
static void fuzz_write(struct fm_config *model, const char *name,
		       const struct fm_setting *setting, const char *value)
{
	struct fm_profile *profile = fuzz_find(model, name);
	const struct fm_profile *one, *two;
	size_t index = setting - fm_settings;

	if (!profile)
		abort();
	free(profile->value[index]);
	profile->value[index] = strdup(value);
	if (!fm_profile_enabled(profile))
		return;
	if (!strcmp(fm_profile_value(profile, "vip"), "none") ||
	    !strcmp(fm_profile_value(profile, "control_ports"), "none"))
		abort();
	if (fm_claims_clash(model, &one, &two) != FM_CLAIMS_FREE)
		abort();
}

static void fuzz_same(struct fm_config *model,
		      struct fm_config *want)
{
	const struct fm_profile *profile;
	const char *file;
	size_t i, j;

	if (model->count != want->count)
		abort();
	for (i = 0; i < want->count; i++) {
		profile = fuzz_find(model, want->profile[i].name);
		for (j = 0; j < fm_settings_count; j++) {
			file = fm_settings[j].file;
			if (!profile ||
			    strcmp(fm_profile_value(profile, file),
				   fm_profile_value(&want->profile[i],
						    file)))
				abort();
		}
	}
}

static void fuzz_run(struct fm_config *model,
		     const struct fm_plan *plan)
{
	const struct fm_step *step;
	size_t i;

	for (i = 0; i < plan->count; i++) {
		step = &plan->step[i];
		if (step->kind == FM_STEP_CREATE)
			fm_config_add(model, step->profile->name);
		else if (step->kind == FM_STEP_REMOVE)
			fuzz_remove(model, step->profile->name);
		else
			fuzz_write(model, step->profile->name, step->setting,
				   step->value);
	}
}

/* All but removals, which come last and are not undone here. */
static void fuzz_undo(struct fm_config *model,
		      const struct fm_plan *plan, size_t count)
{
	const struct fm_step *step;

	while (count) {
		step = &plan->step[--count];
		if (step->kind == FM_STEP_CREATE)
			fuzz_remove(model, step->profile->name);
		else if (step->old)
			fuzz_write(model, step->profile->name, step->setting,
				   step->old);
	}
}

static void fuzz_way(const unsigned char *from, const unsigned char *to)
{
	struct fm_config now, model, first, want;
	struct fm_plan plan, part;
	size_t writes;

	if (fuzz_parse(from, &now) &
	    fuzz_parse(from, &model) &
	    fuzz_parse(from, &first) &
	    fuzz_parse(to, &want)) {
		if (!fm_plan_make(&now, &want, &plan))
			abort();
		for (writes = 0; writes < plan.count; writes++) {
			if (plan.step[writes].kind == FM_STEP_REMOVE)
				break;
		}
		part = plan;
		part.count = writes;
		fuzz_run(&model, &part);
		fuzz_undo(&model, &part, writes);
		fuzz_same(&model, &first);
		fuzz_run(&model, &plan);
		fuzz_same(&model, &want);
		fm_plan_free(&plan);
	}
	fm_config_free(&now);
	fm_config_free(&model);
	fm_config_free(&first);
	fm_config_free(&want);
}

/**
 * LLVMFuzzerTestOneInput() - one way from a configuration to another
 * @data: both
 * @size: length of that
 *
 * Return: 0.
 */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	if (size >= 2 * FUZZ_BYTES)
		fuzz_way(data, data + FUZZ_BYTES);
	return 0;
}
