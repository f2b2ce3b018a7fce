/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the rules of the classic recipe to services: those of mangle say which
 * VIPs and ports have which mark, those of nat which real servers may dial.
 * Nothing here reads or writes anything.
 */
#ifndef FTPMARK_IMPORT_H
#define FTPMARK_IMPORT_H

#include "import/found.h"

bool ftpmark_import(struct ftpmark_rules *rules,
		    struct ftpmark_import *import);
void ftpmark_import_free(struct ftpmark_import *import);

#endif /* FTPMARK_IMPORT_H */
