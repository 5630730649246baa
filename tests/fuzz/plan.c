/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Any bytes as a plan: read or refused, and what is read writes back to a text
 * that reads again.  `status`, `down` and adoption read plans as root.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "plan/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct fault why = {0};
	struct plan *plan, *again;

	if (plan_read("input", (const char *)data, size, arena, &plan, &why) == 0) {
		char *text = plan_write(plan);

		if (!text || plan_read("again", text, strlen(text), arena, &again, &why) < 0)
			abort();
		free(text);
	}
	arena_free(arena);
	return 0;
}
