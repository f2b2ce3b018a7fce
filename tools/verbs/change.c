// SPDX-License-Identifier: GPL-2.0-only
/* ftpmark add, set, del, enable, disable, flush: each is one transaction. */

#include <string.h>

#include "module/configuration.h"
#include "module/service.h"
#include "module/transaction.h"
#include "verbs/call.h"

static int fm_stage_set(struct fm_request *request)
{
	return fm_service_set(request->name, request->value);
}

static int fm_stage_add(struct fm_request *request)
{
	int err;

	if (!request->value[FM_ENABLED])
		request->value[FM_ENABLED] = "1";
	err = fm_service_create(request->name);
	return err ? err : fm_stage_set(request);
}

static int fm_stage_del(struct fm_request *request)
{
	return fm_service_remove(request->name);
}

static int fm_stage_enable(struct fm_request *request)
{
	request->value[FM_ENABLED] = "1";
	return fm_stage_set(request);
}

static int fm_stage_disable(struct fm_request *request)
{
	request->value[FM_ENABLED] = "0";
	return fm_stage_set(request);
}

static int fm_stage_flush(struct fm_request *request)
{
	struct fm_config config;
	size_t i;
	int err;

	(void)request;
	err = fm_config_names(&config);
	for (i = 0; !err && i < config.count; i++)
		err = fm_service_remove(config.profile[i].name);
	fm_config_free(&config);
	return err;
}

/**
 * struct fm_change - how a verb changes services
 * @verb: name of the verb
 * @shape: the words that it takes
 * @stage: writes the change; returns 0 or -errno, explained
 */
struct fm_change {
	const char *verb;
	enum fm_shape shape;
	int (*stage)(struct fm_request *request);
};

static const struct fm_change fm_changes[] = {
	{ "add", FM_NAME_MAY_SET, fm_stage_add },
	{ "set", FM_NAME_SET, fm_stage_set },
	{ "del", FM_NAME, fm_stage_del },
	{ "enable", FM_NAME, fm_stage_enable },
	{ "disable", FM_NAME, fm_stage_disable },
	{ "flush", FM_NO_WORDS, fm_stage_flush },
};

/* Says what is odd in the ports that were set. */
static void fm_change_warn(const struct fm_request *request)
{
	struct fm_config config;

	if (!request->value[fm_setting_index("control_ports")] &&
	    !request->value[fm_setting_index("passive_ports")])
		return;
	if (!fm_config_read(&config, request->name))
		fm_ports_warn(&config.profile[0]);
	fm_config_free(&config);
}

/**
 * fm_cmd_change() - change services, as the verb says
 * @call: the command line
 *
 * Return: exit status.
 */
enum fm_status fm_cmd_change(const struct fm_call *call)
{
	const struct fm_change *change = fm_changes;
	struct fm_request request;
	enum fm_status status;
	int err;

	while (strcmp(change->verb, call->verb->name))
		change++;
	status = fm_begin(call, change->shape, &request);
	if (status != FM_DONE)
		return status;
	if (fm_transaction_open(call->wait))
		return FM_REFUSED;
	err = change->stage(&request);
	if (err)
		fm_transaction_discard();
	else
		err = fm_transaction_commit(request.name ?: "services");
	if (!err)
		fm_change_warn(&request);
	return err ? FM_REFUSED : FM_DONE;
}
