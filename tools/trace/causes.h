/* SPDX-License-Identifier: GPL-2.0-only */
/* Why connections end where they end. */
#ifndef FM_TRACE_CAUSES_H
#define FM_TRACE_CAUSES_H

#include "trace/evidence.h"
#include "trace/verdict.h"

void fm_causes_find(struct fm_evidence *evidence,
		    const struct fm_connection *connection,
		    const struct fm_judgement *judgement,
		    struct fm_causes *causes);

#endif /* FM_TRACE_CAUSES_H */
