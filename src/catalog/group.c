/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"
#include "catalog/call.h"
#include "catalog/group_table.h"

const struct catalog_group *catalog_group(const char *name)
{
	for (size_t i = 0; i < catalog_group_table_count; i++)
		if (text_equal(catalog_group_table[i].name, name))
			return &catalog_group_table[i];
	return NULL;
}

const struct catalog_group *catalog_groups(size_t *count)
{
	*count = catalog_group_table_count;
	return catalog_group_table;
}
