/* SPDX-License-Identifier: GPL-2.0-only */
/* Parses what a rule of nft's JSON matches. */
#ifndef FM_RULES_NFT_MATCH_H
#define FM_RULES_NFT_MATCH_H

#include "rules/json.h"
#include "rules/rules.h"

/**
 * struct fm_nft - state of the parser
 * @rules: the rules
 * @list: all of what nft printed
 * @ask: asks nft for the items of a set or map, for JSON or NULL
 * @asked: the answers, by name
 * @family: family of the table of the rule
 * @table: name of this table
 */
struct fm_nft {
	struct fm_rules *rules;
	struct json_object *list;
	char *(*ask)(const char *kind, const char *family,
		     const char *table, const char *name);
	struct json_object *asked;
	const char *family;
	const char *table;
};

struct json_object *fm_nft_items(struct fm_nft *nft, struct json_object *data,
				 bool map);
void fm_nft_equal(struct fm_nft *nft, struct fm_rule *rule,
		  struct json_object *left, struct json_object *right);
void fm_nft_match(struct fm_nft *nft, struct fm_rule *rule,
		  struct json_object *match);

#endif /* FM_RULES_NFT_MATCH_H */
