/* SPDX-License-Identifier: GPL-2.0-only */
/* The steps of an import, one a file. */
#ifndef FM_IMPORT_STEPS_H
#define FM_IMPORT_STEPS_H

#include "import/state.h"

void fm_import_lvs(struct fm_import *import, char *text);
void fm_import_marks(struct fm_import *import);
void fm_import_active(struct fm_import *import);
void fm_import_rest(struct fm_import *import);

#endif /* FM_IMPORT_STEPS_H */
