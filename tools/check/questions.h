/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions about the router that several checks ask. */
#ifndef FM_CHECK_QUESTIONS_H
#define FM_CHECK_QUESTIONS_H

#include "router/router.h"

bool fm_service_has(const struct fm_instance *service, int family);
bool fm_service_tracks(const struct fm_instance *service);
bool fm_virtual_translates(const struct fm_virtual *service);
void fm_service_methods(const struct fm_router *router,
			const struct fm_instance *service, bool *nat,
			bool *direct);
const char *fm_family_name(int family);
const struct fm_link *fm_link_outer(const struct fm_router *router,
				    const struct fm_link *link);
bool fm_link_strict(const struct fm_router *router, const struct fm_link *link);
bool fm_link_mark_valid(const struct fm_router *router,
			const struct fm_link *link);
bool fm_links_any(const struct fm_router *router,
		  bool (*is)(const struct fm_router *router,
			     const struct fm_link *link));

#endif /* FM_CHECK_QUESTIONS_H */
