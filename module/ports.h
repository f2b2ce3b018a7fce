/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FTPMARK_PORTS_H
#define FTPMARK_PORTS_H

#include "settings.h"

void ftpmark_ports_merge(struct ftpmark_ports *ports);
bool ftpmark_ports_hold(const struct ftpmark_ports *ports, u16 port);

#endif
