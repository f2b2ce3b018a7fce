/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transactions: what is written between open and commit takes effect at once, or
 * not at all.
 */
#ifndef FM_MODULE_TRANSACTION_H
#define FM_MODULE_TRANSACTION_H

int fm_transaction_open(double wait);
void fm_transaction_discard(void);
int fm_transaction_commit(const char *subject);

#endif /* FM_MODULE_TRANSACTION_H */
