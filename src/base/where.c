/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/where.h"

#include "base/text.h"

bool where_same(struct where left, struct where right)
{
	return left.line == right.line && left.column == right.column &&
	       text_equal(left.file, right.file);
}
