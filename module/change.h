/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_CHANGE_H
#define FTPMARK_CHANGE_H

struct ftpmark_refusal;
struct ftpmark_service;
struct ftpmark_setting;
struct ftpmark_settings;
struct ftpmark_state;

struct ftpmark_service *ftpmark_service_take(struct ftpmark_state *ns,
					     const char *name);
int ftpmark_service_set(struct ftpmark_service *service,
			const struct ftpmark_setting *setting,
			const char *text, struct ftpmark_refusal *refusal);
int ftpmark_service_apply(struct ftpmark_service *service,
			  const struct ftpmark_settings *settings,
			  struct ftpmark_refusal *refusal);

#endif
