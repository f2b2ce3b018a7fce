/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes services of the rules of the classic recipe. Rules of mangle give VIPs,
 * ports and marks, rules of nat give real servers. No I/O.
 */
#ifndef FM_IMPORT_IMPORT_H
#define FM_IMPORT_IMPORT_H

#include "import/state.h"

bool fm_import_text(const char *text, size_t size, bool verbose,
		    struct fm_import *import);
void fm_import_free(struct fm_import *import);

#endif /* FM_IMPORT_IMPORT_H */
