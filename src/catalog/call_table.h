/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The rows behind catalog/call.h; read them through its functions. */

#include "catalog/call.h"

extern const struct catalog_call catalog_call_table[];
extern const size_t catalog_call_table_count;
