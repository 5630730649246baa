/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The rows behind catalog_group(); read them through catalog/call.h. */

#include "catalog/call.h"

extern const struct catalog_group catalog_group_table[];
extern const size_t catalog_group_table_count;
