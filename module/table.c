// SPDX-License-Identifier: GPL-2.0-only
/* The table that packets read; build.c makes it, publish.c publishes it. */
#include <linux/slab.h>

#include "table.h"

/* Published while no service is enabled; never freed. */
struct ftpmark_table ftpmark_table_empty = {
	.vips = FTPMARK_VIPS_EMPTY,
};

/**
 * ftpmark_table_destroy - free a table
 * @table: not published, or replaced a grace period ago; the empty table stays
 */
void ftpmark_table_destroy(struct ftpmark_table *table)
{
	if (table == &ftpmark_table_empty)
		return;

	ftpmark_vips_destroy(&table->vips);
	ftpmark_realserver_set_destroy(&table->realserver[0]);
	ftpmark_realserver_set_destroy(&table->realserver[1]);
	ftpmark_targets_destroy(&table->targets);
	kfree(table);
}
