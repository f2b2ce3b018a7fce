// SPDX-License-Identifier: GPL-2.0-only
/* Prints, for each client and kind of connection, how far packets came. */

#include <errno.h>
#include <json-c/json.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "module/counters.h"
#include "trace/print.h"

static const char *const fm_kind_names[FM_KINDS] = {
	[FM_CONTROL] = "control",
	[FM_PASSIVE] = "passive",
	[FM_ACTIVE] = "active",
};

static const struct {
	const char *id;
	const char *text;
} fm_outcomes[] = {
	[FM_WHOLE] = { "whole", "whole" },
	[FM_WAITING] = { "waiting", "no answer yet" },
	[FM_STOPPED] = { "stopped", "stopped" },
	[FM_SILENT] = { "silent", "no answer" },
	[FM_REFUSED_BY_PEER] = { "refused", "refused" },
	[FM_WRONG_ADDRESS] = { "wrong-address",
			       "left under an address that the client does not expect" },
	[FM_UNHEARD] = { "unheard", "the answer did not arrive" },
	[FM_OTHER_SERVER] = { "other-server",
			      "not to the real server of the control connection" },
};

static const struct {
	const char *id;
	const char *text;
} fm_parts[FM_LEGS] = {
	[FM_OPENS] = { "request", "the request" },
	[FM_ANSWERS] = { "answer", "the answer" },
	[FM_CLOSES] = { "end-of-request", "the end of the requester's data" },
	[FM_ENDS] = { "end-of-answer", "the end of the answerer's data" },
};

/**
 * struct fm_group - the connections of a client and kind
 * @shown: one of them: the last that is not whole, or else the last
 * @judgement: where that ends
 * @count: number of connections
 * @whole: how many of them are whole
 */
struct fm_group {
	const struct fm_connection *shown;
	struct fm_judgement judgement;
	size_t count;
	size_t whole;
};

static bool fm_alike(const struct fm_connection *a,
		     const struct fm_connection *b)
{
	return a->kind == b->kind && a->service == b->service &&
	       fm_addresses_equal(&a->client, &b->client);
}

/* Takes the connections that are alike; false if that was done before. */
static bool fm_group_make(const struct fm_connections *all, size_t first,
			  struct fm_group *group)
{
	struct fm_judgement judgement;
	size_t i;

	memset(group, 0, sizeof(*group));
	for (i = 0; i < all->count; i++) {
		if (!fm_alike(all->item[i], all->item[first]))
			continue;
		if (i < first)
			return false;
		fm_judge_connection(all, all->item[i], &judgement);
		group->count++;
		group->whole += judgement.outcome == FM_WHOLE;
		if (group->shown && judgement.outcome == FM_WHOLE &&
		    group->judgement.outcome != FM_WHOLE)
			continue;
		group->shown = all->item[i];
		group->judgement = judgement;
	}
	return true;
}

static void fm_end_print(const struct fm_end *end, char *text, size_t size)
{
	char address[FM_PREFIX_TEXT];
	bool six = end->address.family == AF_INET6;

	text[0] = '\0';
	if (!end->address.family)
		return;
	fm_prefix_print(&end->address, address);
	snprintf(text, size, six ? "[%s]:%u" : "%s:%u", address, end->port);
}

/* What has not changed since the place before is not said again. */
static void fm_step_print(const struct fm_sighting *at,
			  const struct fm_sighting *before)
{
	char name[IF_NAMESIZE] = "", from[64], to[64];
	bool out = at->place == FM_LEFT;
	const char *between = ": ";

	printf("        %s", fm_places[at->place].text);
	if (!before || !fm_ends_equal(&at->from, &before->from) ||
	    !fm_ends_equal(&at->to, &before->to)) {
		fm_end_print(&at->from, from, sizeof(from));
		fm_end_print(&at->to, to, sizeof(to));
		printf("%s%s -> %s", between, from, to);
		between = ", ";
	}
	if (!before || at->mark != before->mark) {
		printf("%smark %u", between, at->mark);
		between = ", ";
	}
	if ((out || !before) && if_indextoname(out ? at->out : at->in, name))
		printf("%s%s %s", between, out ? "by" : "from", name);
	putchar('\n');
}

static void fm_part_print(const struct fm_connections *all,
			  const struct fm_connection *connection,
			  enum fm_part leg)
{
	const struct fm_path *path = fm_path_of(all, connection, leg);
	const struct fm_trail *passage = &connection->leg[leg];
	const struct fm_sighting *before = NULL;
	size_t i;

	if (!passage->seen)
		return;
	printf("    %s\n", fm_parts[leg].text);
	for (i = 0; i < path->count; i++) {
		if (!(passage->seen & 1u << path->place[i]))
			continue;
		fm_step_print(&passage->at[path->place[i]], before);
		before = &passage->at[path->place[i]];
	}
}

static void fm_group_print(struct fm_evidence *evidence,
			   const struct fm_group *group,
			   const struct fm_causes *causes)
{
	const struct fm_judgement *judgement = &group->judgement;
	const struct fm_connection *shown = group->shown;
	char client[FM_PREFIX_TEXT];
	enum fm_part leg;
	size_t i;

	fm_prefix_print(&shown->client.address, client);
	printf("%s: %s: %s", client, fm_kind_names[shown->kind],
	       fm_outcomes[judgement->outcome].text);
	if (group->count > 1)
		printf(" (%zu of %zu connections are whole)", group->whole,
		       group->count);
	putchar('\n');
	for (leg = FM_OPENS; leg <= FM_ANSWERS || leg <= judgement->leg; leg++)
		fm_part_print(evidence->all, shown, leg);
	if (judgement->outcome == FM_STOPPED)
		printf("    %s %s, and did not come to \"%s\"\n",
		       fm_parts[judgement->leg].text,
		       fm_places[judgement->reached].text,
		       fm_places[judgement->missing].id);
	for (i = 0; i < causes->count; i++)
		printf("    ! %s\n", causes->line[i]);
}

static void fm_json_text(struct json_object *json, const char *key,
			 const char *text)
{
	json_object_object_add(json, key, json_object_new_string(text));
}

static struct json_object *fm_part_json(const struct fm_connections *all,
					const struct fm_connection *connection,
					enum fm_part leg)
{
	const struct fm_path *path = fm_path_of(all, connection, leg);
	const struct fm_trail *passage = &connection->leg[leg];
	struct json_object *list = json_object_new_array(), *step;
	const struct fm_sighting *at;
	char text[64];
	size_t i;

	for (i = 0; i < path->count; i++) {
		at = &passage->at[path->place[i]];
		if (!(passage->seen & 1u << path->place[i]))
			continue;
		step = json_object_new_object();
		fm_json_text(step, "place", fm_places[at->place].id);
		fm_end_print(&at->from, text, sizeof(text));
		fm_json_text(step, "from", text);
		fm_end_print(&at->to, text, sizeof(text));
		fm_json_text(step, "to", text);
		json_object_object_add(step, "mark",
				       json_object_new_int64(at->mark));
		json_object_array_add(list, step);
	}
	return list;
}

static struct json_object *fm_group_json(struct fm_evidence *evidence,
					 const struct fm_group *group,
					 const struct fm_causes *causes)
{
	const struct fm_judgement *judgement = &group->judgement;
	struct json_object *json = json_object_new_object(), *list;
	char text[FM_PREFIX_TEXT];
	enum fm_part leg;
	size_t i;

	fm_json_text(json, "service", group->shown->service->profile->name);
	fm_prefix_print(&group->shown->client.address, text);
	fm_json_text(json, "client", text);
	fm_json_text(json, "kind", fm_kind_names[group->shown->kind]);
	json_object_object_add(json, "connections",
			       json_object_new_int64(group->count));
	json_object_object_add(json, "whole",
			       json_object_new_int64(group->whole));
	fm_json_text(json, "outcome", fm_outcomes[judgement->outcome].id);
	fm_json_text(json, "leg", fm_parts[judgement->leg].id);
	fm_json_text(json, "reached", fm_places[judgement->reached].id);
	if (judgement->outcome == FM_STOPPED)
		fm_json_text(json, "missing",
			     fm_places[judgement->missing].id);
	for (leg = FM_OPENS; leg < FM_LEGS; leg++)
		json_object_object_add(json, fm_parts[leg].id,
				       fm_part_json(evidence->all, group->shown,
						    leg));
	list = json_object_new_array();
	for (i = 0; i < causes->count; i++)
		json_object_array_add(list,
				      json_object_new_string(causes->line[i]));
	json_object_object_add(json, "causes", list);
	return json;
}

/**
 * fm_trace_print() - print how far packets came
 * @evidence: the connections, and what causes are found by
 * @json: as JSON
 * @stopped: whether one of them is not whole
 *
 * Return: 0 or -ENOMEM.
 */
int fm_trace_print(struct fm_evidence *evidence, bool json, bool *stopped)
{
	struct json_object *list = json ? json_object_new_array() : NULL;
	const struct fm_connections *all = evidence->all;
	struct fm_group group;
	size_t i;

	/* Somebody has tried, and nothing came. */
	*stopped = !all->count;
	for (i = 0; i < all->count; i++) {
		struct fm_causes causes = { .count = 0 };

		if (!fm_group_make(all, i, &group))
			continue;
		*stopped |= group.judgement.outcome > FM_WAITING;
		fm_causes_find(evidence, group.shown, &group.judgement,
			       &causes);
		if (json)
			json_object_array_add(list, fm_group_json(evidence,
								  &group,
								  &causes));
		else
			fm_group_print(evidence, &group, &causes);
		fm_causes_free(&causes);
	}
	if (json)
		return fm_json_print(list, false);
	if (!all->count)
		puts("no connection was seen: packets do not come to this router");
	return 0;
}
