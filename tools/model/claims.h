/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which services want the same port of the same VIP. Nothing here reads or
 * writes anything.
 */
#ifndef FTPMARK_CLAIMS_H
#define FTPMARK_CLAIMS_H

#include "model/config.h"

/**
 * enum ftpmark_claims - what was found
 * @FTPMARK_CLAIMS_FREE: every service has its ports alone
 * @FTPMARK_CLAIMS_CLASH: two share a port
 * @FTPMARK_CLAIMS_NO_MEMORY: memory is short
 */
enum ftpmark_claims {
	FTPMARK_CLAIMS_FREE,
	FTPMARK_CLAIMS_CLASH,
	FTPMARK_CLAIMS_NO_MEMORY,
};

enum ftpmark_claims ftpmark_claims_clash(const struct ftpmark_config *config,
					 const struct ftpmark_profile **one,
					 const struct ftpmark_profile **two);
enum ftpmark_claims ftpmark_claims_mark(struct ftpmark_config *now,
					struct ftpmark_config *want);

#endif /* FTPMARK_CLAIMS_H */
