// SPDX-License-Identifier: GPL-2.0-only
/* Looks into JSON without a care for what is there. */

#include "rules/json.h"

/**
 * fm_json_member() - find a member of an object
 * @object: the object, or anything else
 * @key: its key
 *
 * Return: the member, or NULL.
 */
struct json_object *fm_json_member(struct json_object *object, const char *key)
{
	struct json_object *member = NULL;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, key, &member))
		return NULL;
	return member;
}

/**
 * fm_json_text() - find a member and take it as text
 * @object: the object, or anything else
 * @key: its key
 *
 * Return: the text; "" if there is none.
 */
const char *fm_json_text(struct json_object *object, const char *key)
{
	const char *text = json_object_get_string(fm_json_member(object, key));

	return text ? text : "";
}
