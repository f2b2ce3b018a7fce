/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions about the router that several checks ask. */
#ifndef FTPMARK_QUESTIONS_H
#define FTPMARK_QUESTIONS_H

#include "router/router.h"

bool ftpmark_service_has(const struct ftpmark_instance *service, int family);
bool ftpmark_service_tracks(const struct ftpmark_instance *service);
const struct ftpmark_virtual *
ftpmark_virtual_find(const struct ftpmark_router *router,
		     const struct ftpmark_instance *service, int family);
bool ftpmark_virtual_translates(const struct ftpmark_virtual *service);
const char *ftpmark_family_name(int family);

#endif /* FTPMARK_QUESTIONS_H */
