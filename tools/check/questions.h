/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions about the router that several checks ask. */
#ifndef FM_CHECK_QUESTIONS_H
#define FM_CHECK_QUESTIONS_H

#include "router/router.h"

bool fm_service_has(const struct fm_instance *service, int family);
bool fm_service_tracks(const struct fm_instance *service);
const struct fm_virtual *
fm_virtual_find(const struct fm_router *router,
		const struct fm_instance *service, int family);
bool fm_virtual_translates(const struct fm_virtual *service);
const char *fm_family_name(int family);

#endif /* FM_CHECK_QUESTIONS_H */
