// SPDX-License-Identifier: GPL-2.0-only
/* Names what an import leaves out. */

#include <string.h>

#include "import/steps.h"
#include "model/values.h"

/* Why a rule that looks like one of the recipe was not taken; NULL for others. */
static const char *fm_rule_left(const struct fm_rule *rule)
{
	const struct fm_step *mark = fm_rule_find(rule, FM_STEP_SET_MARK);
	const struct fm_step *sport = fm_rule_find(rule, FM_STEP_SPORT);
	const struct fm_step *dport = fm_rule_find(rule, FM_STEP_DPORT);
	const struct fm_step *from = fm_rule_find(rule, FM_STEP_FROM);
	const struct fm_step *to = fm_rule_find(rule, FM_STEP_TO);
	bool nat = fm_rule_find(rule, FM_STEP_SNAT) ||
		   fm_rule_find(rule, FM_STEP_MASQUERADE);
	const struct fm_step *odd = fm_rule_find(rule, FM_STEP_UNKNOWN);

	if (!(mark && dport && fm_rule_control(rule)) &&
	    !(nat && sport && (fm_step_has(sport, 20) ||
			       fm_step_has(sport, 989))))
		return NULL;
	if (odd)
		return odd->why;
	if (nat)
		return !from || from->not ? "the real servers are not said (-s)" :
		       to && !to->not ? "to some destinations only" :
		       "no active data reaches it";
	if (!to || to->not)
		return "for every address: a VIP is needed (-d)";
	if (!fm_prefix_is_host(&to->prefix[0]))
		return "for a subnet: name each VIP in it with a rule of its own";
	return "no packet of a service here meets it";
}

/* Names the rules of a chain that were not taken, or sums them up. */
static void fm_import_chain_rest(struct fm_import *import,
				 const struct fm_chain *chain)
{
	unsigned int first = 0;
	struct fm_rule *rule;
	size_t count = 0;
	const char *why;

	for (rule = chain->first; rule; rule = rule->next) {
		if (rule->taken || rule->noted)
			continue;
		why = fm_rule_left(rule);
		if (why || import->verbose) {
			fm_import_left(import, rule, "%s",
				       why ?: "not about the FTP of a service here");
			continue;
		}
		first = first && first < rule->line ? first : rule->line;
		count++;
	}
	if (count)
		fm_import_warn(import, first,
			       "table %s, chain %s: %zu rules are not about FTP (-v names them)",
			       chain->table->name, chain->name, count);
}

/**
 * fm_import_rest() - name the rules that were not taken
 * @import: the state of the import
 */
void fm_import_rest(struct fm_import *import)
{
	const struct fm_table *table;
	const struct fm_chain *chain;
	size_t count;

	for (table = import->rules.first; table; table = table->next) {
		count = 0;
		for (chain = table->first; chain; chain = chain->next) {
			if (!strcmp(table->name, "mangle") ||
			    !strcmp(table->name, "nat"))
				fm_import_chain_rest(import, chain);
			else
				count += chain->count;
		}
		if (count)
			fm_import_warn(import, table->line,
				       "table %s is not looked at (%zu rules)",
				       table->name, count);
	}
	if (import->rules.elsewhere)
		fm_import_warn(import, import->rules.elsewhere,
			       "there are rules elsewhere that are not in this text");
}
