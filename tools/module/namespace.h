/* SPDX-License-Identifier: GPL-2.0-only */
/* Enters a network namespace. */
#ifndef FM_MODULE_NAMESPACE_H
#define FM_MODULE_NAMESPACE_H

int fm_netns_enter(const char *netns);

#endif /* FM_MODULE_NAMESPACE_H */
