/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_CHANGE_H
#define FTPMARK_CHANGE_H

struct ftpmark_refusal;
struct ftpmark_service;
struct ftpmark_setting;
struct ftpmark_settings;
struct ftpmark_state;

void ftpmark_change_stage(struct ftpmark_service *service,
			  const struct ftpmark_settings *staged);
int ftpmark_change_set(struct ftpmark_service *service,
		       const struct ftpmark_setting *setting, const char *text,
		       struct ftpmark_refusal *refusal);
void ftpmark_change_add(struct ftpmark_service *service);
int ftpmark_change_add_again(struct ftpmark_service *service);
void ftpmark_change_remove(struct ftpmark_service *service);
void ftpmark_change_discard(struct ftpmark_state *ns);
int ftpmark_change_commit(struct ftpmark_state *ns,
			  struct ftpmark_refusal *refusal);

#endif
