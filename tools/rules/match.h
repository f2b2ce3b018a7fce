/* SPDX-License-Identifier: GPL-2.0-only */
/* Compares packets with what a step of a rule matches. No I/O. */
#ifndef FM_RULES_MATCH_H
#define FM_RULES_MATCH_H

#include "rules/walk.h"

/**
 * enum fm_verdict - whether packets match a step
 * @FM_NO: none of them
 * @FM_YES: all of them
 * @FM_MAYBE: not known
 */
enum fm_verdict {
	FM_NO,
	FM_YES,
	FM_MAYBE,
};

enum fm_verdict fm_match_share(struct fm_flow *flow,
			       const struct fm_step *step,
			       const struct fm_share *share);

#endif /* FM_RULES_MATCH_H */
