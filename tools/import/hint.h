/* SPDX-License-Identifier: GPL-2.0-only */
/* Says what a text is that can't be imported, and what to feed instead. */
#ifndef FM_IMPORT_HINT_H
#define FM_IMPORT_HINT_H

const char *fm_import_hint(const char *text);

#endif /* FM_IMPORT_HINT_H */
