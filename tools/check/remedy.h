/* SPDX-License-Identifier: GPL-2.0-only */
/* Names rules, and commands that change them. */
#ifndef FM_CHECK_REMEDY_H
#define FM_CHECK_REMEDY_H

#include "check/packets.h"

enum { FM_RULE_TEXT = 1024 };

/**
 * struct fm_rule_text - a rule or a command as text
 * @text: the text
 */
struct fm_rule_text {
	char text[FM_RULE_TEXT];
};

const char *fm_rule_name(const struct fm_chain *chain,
			 const struct fm_rule *rule,
			 struct fm_rule_text *buffer);
const char *fm_rule_removal(const struct fm_rule *rule,
			    struct fm_rule_text *buffer);
const char *fm_rule_pass(const struct fm_question *question,
			 const struct fm_chain *base,
			 struct fm_rule_text *buffer);

#endif /* FM_CHECK_REMEDY_H */
