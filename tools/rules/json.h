/* SPDX-License-Identifier: GPL-2.0-only */
/* Looks into JSON without a care for what is there. */
#ifndef FM_RULES_JSON_H
#define FM_RULES_JSON_H

#include <json-c/json.h>

struct json_object *fm_json_member(struct json_object *object, const char *key);
const char *fm_json_text(struct json_object *object, const char *key);

#endif /* FM_RULES_JSON_H */
