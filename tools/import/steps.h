/* SPDX-License-Identifier: GPL-2.0-only */
/* The steps of an import, in the order of fm_import_rules(). */
#ifndef FM_IMPORT_STEPS_H
#define FM_IMPORT_STEPS_H

#include "import/found.h"

void fm_import_walk(struct fm_import *import,
		    enum fm_table table,
		    void (*visit)(struct fm_import *import,
				  struct fm_rule *rule,
				  const struct fm_match *match));
void fm_import_mark(struct fm_import *import, struct fm_rule *rule,
		    const struct fm_match *match);
void fm_import_services(struct fm_import *import);
void fm_import_dial(struct fm_import *import, struct fm_rule *rule,
		    const struct fm_match *match);
void fm_import_active(struct fm_import *import);

#endif /* FM_IMPORT_STEPS_H */
