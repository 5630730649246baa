/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/launch.h"

#include "plan/plan.h"

bool enforce_leaves_out(const struct enforce_launch *launch, enum layer layer)
{
	return (launch->without >> layer & 1) != 0;
}

long enforce_outside(const struct plan_extent *extents, size_t count, unsigned inside)
{
	for (size_t i = 0; i < count; i++)
		if (inside >= extents[i].inside && inside - extents[i].inside < extents[i].count)
			return (long)extents[i].outside + (long)(inside - extents[i].inside);
	return -1;
}
