/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_STORE_H
#define FTPMARK_STORE_H

#include <linux/types.h>

struct ftpmark_refusal;
struct ftpmark_state;

int ftpmark_store_check(const struct ftpmark_state *ns, const char *buf,
			size_t count, struct ftpmark_refusal *refusal);
void ftpmark_store_log(const struct ftpmark_state *ns, const char *service,
		       const char *file, const struct ftpmark_refusal *refusal);

#endif
