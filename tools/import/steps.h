/* SPDX-License-Identifier: GPL-2.0-only */
/* The steps of an import, in the order in which import.c takes them. */
#ifndef FTPMARK_STEPS_H
#define FTPMARK_STEPS_H

#include "import/found.h"

void ftpmark_import_walk(struct ftpmark_import *import,
			 enum ftpmark_table table,
			 void (*visit)(struct ftpmark_import *import,
				       struct ftpmark_rule *rule,
				       const struct ftpmark_match *match));
void ftpmark_import_mark(struct ftpmark_import *import,
			 struct ftpmark_rule *rule,
			 const struct ftpmark_match *match);
void ftpmark_import_services(struct ftpmark_import *import);
void ftpmark_import_dial(struct ftpmark_import *import,
			 struct ftpmark_rule *rule,
			 const struct ftpmark_match *match);
void ftpmark_import_active(struct ftpmark_import *import);

#endif /* FTPMARK_STEPS_H */
