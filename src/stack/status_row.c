/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/status_row.h"

#include "base/arena.h"

void stack_status_add(struct stack_status_look *look, const struct stack_status_row *row)
{
	struct stack_status *status = look->status;
	struct stack_status_row *kept =
		arena_append(look->arena, &status->rows, &status->row_count, sizeof(*kept));

	*kept = *row;
	status->drift = status->drift || (row->state > ENFORCE_RECORDED && !row->expected);
}
