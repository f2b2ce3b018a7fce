/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which services want the same port of the same VIP. Nothing here reads or
 * writes anything.
 */
#ifndef FM_MODEL_CLAIMS_H
#define FM_MODEL_CLAIMS_H

#include "model/config.h"

/**
 * enum fm_claims - what was found
 * @FM_CLAIMS_FREE: every service has its ports alone
 * @FM_CLAIMS_CLASH: two share a port
 * @FM_CLAIMS_NO_MEMORY: memory is short
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
