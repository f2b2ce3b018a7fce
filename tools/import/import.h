/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the rules of the classic recipe to services: those of mangle say which
 * VIPs and ports have which mark, those of nat which real servers may dial.
 * Nothing here reads or writes anything.
 */
#ifndef FM_IMPORT_IMPORT_H
#define FM_IMPORT_IMPORT_H

#include "import/found.h"

bool fm_import_rules(struct fm_rules *rules, struct fm_import *import);
void fm_import_free(struct fm_import *import);

#endif /* FM_IMPORT_IMPORT_H */
