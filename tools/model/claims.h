/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds services that use the same port of the same VIP. No I/O. */
#ifndef FM_MODEL_CLAIMS_H
#define FM_MODEL_CLAIMS_H

#include "model/config.h"

/**
 * enum fm_claims - result of a search for clashes
 * @FM_CLAIMS_FREE: no two services share a VIP and port
 * @FM_CLAIMS_CLASH: two services share a VIP and port
 * @FM_CLAIMS_NO_MEMORY: out of memory
 */
enum fm_claims {
	FM_CLAIMS_FREE,
	FM_CLAIMS_CLASH,
	FM_CLAIMS_NO_MEMORY,
};

enum fm_claims fm_claims_clash(const struct fm_config *config,
			       const struct fm_profile **one,
			       const struct fm_profile **two);
enum fm_claims fm_claims_mark(struct fm_config *now, struct fm_config *want);

#endif /* FM_MODEL_CLAIMS_H */
