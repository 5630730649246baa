/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include <linux/bpf.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/network_link.h"
#include "enforce/network_shortcut.h"
#include "enforce/network_shortcut_part.h"
#include "enforce/program.h"
#include "plan/plan.h"

bool enforce_shortcut_same(const struct plan *before, const struct plan_service *was,
	const struct plan *after, const struct plan_service *is)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct enforce_program one = enforce_shortcut_compile(before, was, arena);
	const struct enforce_program other = enforce_shortcut_compile(after, is, arena);

	return one.count == other.count &&
	       memcmp(one.steps, other.steps, one.count * sizeof(*one.steps)) == 0;
}

int enforce_shortcut_change(
	const struct plan *plan, const struct plan_service *service, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	const int index = enforce_network_link_index(service->link);

	/* Where nothing is passed already, nothing can be. */
	if (!enforce_program_any(index, TCX_INGRESS))
		return 0;
	scoped(fd) int program = enforce_shortcut_load(plan, service, arena);
	int error = program < 0 ? program : enforce_program_change(index, program, TCX_INGRESS);
	return error < 0 ? fault(why, error, service->where,
				   "cannot change the program that passes packets of '%s'",
				   service->name)
			 : 0;
}

int enforce_shortcut_verify(
	const struct plan *plan, const struct plan_service *service, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	const int index = enforce_network_link_index(service->link);

	if (!enforce_program_any(index, TCX_INGRESS))
		return 0;
	scoped(fd) int program = enforce_shortcut_load(plan, service, arena);
	if (program >= 0 && enforce_program_attached(index, program, TCX_INGRESS))
		return 0;
	fault(why, -ESTALE, service->where, "a program that is not planned passes packets of '%s'",
		service->name);
	return 1;
}
