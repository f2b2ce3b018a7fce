/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_TRANSACTION_H
#define FTPMARK_TRANSACTION_H

#include <linux/types.h>

struct ftpmark_refusal;
struct ftpmark_service;
struct ftpmark_setting;
struct ftpmark_settings;
struct ftpmark_state;

int ftpmark_transaction_open(struct ftpmark_state *ns,
			     struct ftpmark_refusal *refusal);
int ftpmark_transaction_commit(struct ftpmark_state *ns,
			       struct ftpmark_refusal *refusal);
int ftpmark_transaction_discard(struct ftpmark_state *ns,
				struct ftpmark_refusal *refusal);
ssize_t ftpmark_transaction_print(struct ftpmark_state *ns, char *page);

struct ftpmark_service *
ftpmark_transaction_renew(struct ftpmark_state *ns, const char *name,
			  struct ftpmark_refusal *refusal);
void ftpmark_transaction_add(struct ftpmark_service *service);
int ftpmark_transaction_remove(struct ftpmark_state *ns, const char *name,
			       struct ftpmark_refusal *refusal);
int ftpmark_transaction_set(struct ftpmark_service *service,
			    const struct ftpmark_setting *setting,
			    const char *text, struct ftpmark_refusal *refusal);
int ftpmark_transaction_configure(struct ftpmark_service *service,
				  const struct ftpmark_settings *settings,
				  struct ftpmark_refusal *refusal);
ssize_t ftpmark_transaction_show(struct ftpmark_service *service,
				 const struct ftpmark_setting *setting,
				 char *page);

#endif
